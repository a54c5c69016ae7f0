"""Where the language model lies: outside of this project, being too large to be copied into it.

The environment variable GENERATOR names another folder; a model of the hub is fetched when first
needed. Either way the parameters have to be those that were measured.
"""

import hashlib
import json
import os
from pathlib import Path

PLACE = json.loads((Path(__file__).parent / "model" / "place.json").read_text(encoding="utf-8"))


def find_folder() -> Path:
    """Return the folder of the model, once its parameters are checked."""
    named = os.environ.get("GENERATOR", PLACE["named"])
    folder = Path(named).expanduser()
    if not folder.is_dir():
        from huggingface_hub import snapshot_download

        folder = Path(snapshot_download(named, revision=PLACE["revision"]))
    for name, expected in PLACE["sha256"].items():
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                raise ValueError(f"{folder / name} is not the file that was measured.")
    return folder


FOLDER = find_folder()
