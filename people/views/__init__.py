"""Pages about a person: their record, who can see it, who has looked; what others let them see; the conversation."""
