"""Pure functions from answers and rules to a ranked, explained recommendation."""
