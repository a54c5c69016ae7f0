"""Arms that answer questions about a corpus: extractive with citation, or from memory."""
