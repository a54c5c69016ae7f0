"""The arms that find spans in a text."""
