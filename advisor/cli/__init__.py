"""The command line: parses, calls the library, prints."""

import os

# Looking for plugins of pydantic reads the metadata of every installed package, which takes as
# long as evaluating the rules.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
