"""Remove a document from copies of a run, killed before another file operation each time.

Called by `test_removal.py` as `cutting.py RUN FOLDER DOCUMENT`; prints the points at which a copy
`FOLDER/run-POINT` was cut short, one per line.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

FILE_OPERATIONS = ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree")


class Operations:
    """Counts what happens to files inside a folder, and ends the process at one of them."""

    def __init__(self, folder: Path, kill_at: int) -> None:
        self.n, self.kill_at, self.folder = 0, kill_at, str(folder)
        sys.addaudithook(self.see)

    def see(self, event: str, arguments: tuple[object, ...]) -> None:
        """Count one event."""
        if event not in FILE_OPERATIONS or not str(arguments[0]).startswith(self.folder):
            return
        self.n += 1
        if self.n == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Go on until a copy is done before it is killed."""
    from prototypes.forgetting.removal import forget_document

    run, root, document = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    point = step = 1
    while True:
        copy = Path(shutil.copytree(run, root / f"run-{point}"))
        child = os.fork()
        if child == 0:
            Operations(copy, point)
            forget_document(copy, document)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            shutil.rmtree(copy)
            return
        sys.stdout.write(f"{point}\n")
        sys.stdout.flush()
        point += step


if __name__ == "__main__":
    main()
