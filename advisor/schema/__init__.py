"""Frozen values that travel between the rooms, and nothing else."""
