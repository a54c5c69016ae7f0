"""Asking the questions: what next, what was answered, how it looks in a terminal."""
