"""Arms that put one of several labels on a text."""
