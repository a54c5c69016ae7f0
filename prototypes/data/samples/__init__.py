"""Sample projects that ship with the laboratory; their texts come from installed packages."""
