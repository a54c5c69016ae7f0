"""Metrics, uncertainty, latency and the verdict."""
