"""Writing a text for an input: copies, prompts, sequence-to-sequence models."""
