"""Write a shipped data set as a user would hand one over.

python -m prototypes.data.samples {api_summaries,python_reference} FOLDER
"""

from __future__ import annotations

import argparse
from pathlib import Path

from prototypes.data.samples.api_summaries import load_api_summaries
from prototypes.data.samples.python_reference import load_python_reference
from prototypes.data.samples.writing import write_dataset

LOADERS = {"api_summaries": load_api_summaries, "python_reference": load_python_reference}


def main() -> None:
    """Write the data set that was named."""
    parser = argparse.ArgumentParser(prog="python -m prototypes.data.samples")
    parser.add_argument("name", choices=LOADERS)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    if options.folder.exists() and any(options.folder.iterdir()):
        parser.error(f"{options.folder} is not empty; name a new folder")
    write_dataset(LOADERS[options.name](), options.folder)


if __name__ == "__main__":
    main()
