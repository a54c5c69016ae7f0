"""From YAML files to a checked rule base."""
