"""Where the language model lies: in this project."""

from pathlib import Path

FOLDER = Path(__file__).parent / "model" / "generator"
