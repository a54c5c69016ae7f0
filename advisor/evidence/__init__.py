"""Where measurements meet advice."""
