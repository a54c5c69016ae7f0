"""Looks at a project's data and measures the answers that the data decide."""
