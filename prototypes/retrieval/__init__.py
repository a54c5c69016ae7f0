"""Chunking and searching a corpus."""
