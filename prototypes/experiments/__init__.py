"""Experiments that put claims about approaches to the test on the user's own data."""
