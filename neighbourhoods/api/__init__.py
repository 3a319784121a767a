"""Published figures of places, for machines."""
