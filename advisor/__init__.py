"""Advisor: prompt, retrieve, fine-tune or combine them? Evidence for one project at a time."""

__version__ = "0.1.0"
