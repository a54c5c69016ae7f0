"""Where the language model lies: outside of this project, being too large to be copied into it.

The environment variable GENERATOR names another folder; a model of the hub is fetched when it is
first needed. `tests/test_model.py` checks that the parameters are those that were measured.
"""

import json
import os
from pathlib import Path

import huggingface_hub

PLACE = json.loads((Path(__file__).parent / "model" / "place.json").read_text(encoding="utf-8"))
NAMED = os.environ.get("GENERATOR", PLACE["named"])
FOLDER = Path(NAMED).expanduser()
if not FOLDER.is_dir() and PLACE["revision"] is None:
    raise FileNotFoundError(f"{FOLDER} is gone; set GENERATOR to the folder of the model.")
if not FOLDER.is_dir():
    FOLDER = Path(huggingface_hub.snapshot_download(NAMED, revision=PLACE["revision"]))
