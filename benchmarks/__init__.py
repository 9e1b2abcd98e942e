"""Measured budgets. `make bench` runs everything; each module can run alone."""
