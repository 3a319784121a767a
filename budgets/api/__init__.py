"""The nation's money for machines: formulas, pots, runs, allocations, and why."""
