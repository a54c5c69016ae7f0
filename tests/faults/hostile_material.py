"""Zip archives and answers files that are not what they say they are."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from textwrap import indent

from hostile import Channel, Hostile, fuzz, holding

ANSWERS = (
    "schema_version: 1\nproject: {name: Help centre}\nanswers:\n  task_kind: document_qa\n"
    "  data_volatility: weekly\n  source_citation: mandatory\n"
)
_TRAVERSALS = ("../evil.md", "../../../tmp/evil.md", "/tmp/evil.md", "..\\evil.md", "C:/evil.md")


def list_material() -> list[Hostile]:
    """List them all."""
    return [*_archives(), *_answers()]


def _archive(name: str, make: Callable[[Path], object], what: str) -> Hostile:
    return Hostile(name, Channel.MATERIAL, make, what)


def _archives() -> list[Hostile]:
    return [
        *(
            _archive(f"traversal-{number}.zip", _packing({path: b"# A\n\ntext"}), f"holds {path!r}")
            for number, path in enumerate(_TRAVERSALS)
        ),
        _archive("empty.zip", holding(""), "empty"),
        _archive("bare.zip", _packing({}), "no members"),
        _archive("text.zip", holding("just text"), "not an archive"),
        _archive("bomb.zip", _bomb, "unpacks to 600 MB"),
        _archive("swarm.zip", _swarm(4_000, n_bytes=1_500_000), "4,000 members of 1.5 MB each"),
        _archive("overlap.zip", _overlap, "thousands of members that are the same bytes"),
        _archive("inner.zip", _packing({"inner.zip": b"PK"}), "an archive inside"),
        _archive("twice.zip", _twice, "two members of one name"),
        _archive("locked.zip", _flagged(0x1), "says that it is encrypted"),
        _archive("method.zip", _flagged(0, method=99), "an unknown compression"),
        _archive("lying.zip", _lying, "members larger than they say"),
        _archive("odd.zip", _packing({"a\x1b[2J\n.md": b"# A\n\ntext"}), "a name with escapes"),
        _archive("crowd.zip", _packing({f"d/{n}.md": b"text" for n in range(3_000)}), "a crowd"),
        *fuzz("fuzz.zip", Channel.MATERIAL, _packing({"a.md": b"# A\n\ntext" * 9}), count=10),
    ]


def _bomb(path: Path) -> None:
    _packing({"bomb.csv": b"\0" * 600_000_000})(path)


def _swarm(count: int, *, n_bytes: int) -> Callable[[Path], object]:
    """Pack members that are harmless one by one; the packed bytes are made only once."""

    def make(path: Path) -> None:
        content = b"a,b\n" + b"1,2\n" * (n_bytes // 4)
        packed = zlib.compressobj(9, zlib.DEFLATED, -15)
        body = packed.compress(content) + packed.flush()
        directory, written = bytearray(), bytearray()
        for number in range(count):
            name = f"{number}.csv".encode()
            head = struct.pack(
                "<HHHHHIIIHH", 20, 0, 8, 0, 33, zlib.crc32(content), len(body), len(content),
                len(name), 0,
            )  # fmt: skip
            directory += b"PK\x01\x02" + struct.pack("<H", 20) + head
            directory += struct.pack("<HHHII", 0, 0, 0, 0, len(written)) + name
            written += b"PK\x03\x04" + head + name + body
        end = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(written), 0)
        path.write_bytes(bytes(written) + bytes(directory) + b"PK\x05\x06" + end)

    return make


def _overlap(path: Path) -> None:
    """Let every entry of the directory point to one member, as in bombs without nesting."""
    _packing({"a.csv": b"0" * 50_000_000})(path)
    content = path.read_bytes()
    place = content.index(b"PK\x01\x02")
    entry = content[place : content.index(b"PK\x05\x06")]
    directory = b"".join(
        entry.replace(b"a.csv", bytes([97 + n % 26]) + b".csv") for n in range(2_000)
    )
    end = struct.pack("<HHHHIIH", 0, 0, 2_000, 2_000, len(directory), place, 0)
    path.write_bytes(content[:place] + directory + b"PK\x05\x06" + end)


def _packing(members: dict[str, bytes]) -> Callable[[Path], object]:
    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)

    return make


def _twice(path: Path) -> None:
    _packing({"a.md": b"# A\n\ntext", "b.md": b"# B\n\ntext"})(path)
    path.write_bytes(path.read_bytes().replace(b"b.md", b"a.md"))


def _flagged(flag: int, *, method: int = zipfile.ZIP_DEFLATED) -> Callable[[Path], object]:
    """Change what both headers of the only member say of it."""

    def make(path: Path) -> None:
        _packing({"a.md": b"# A\n\ntext"})(path)
        content = bytearray(path.read_bytes())
        for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            place = content.index(signature) + offset
            content[place : place + 4] = struct.pack("<HH", flag, method)
        path.write_bytes(content)

    return make


def _lying(path: Path) -> None:
    _packing({"a.md": b"# A\n\n" + b"text " * 100_000})(path)
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\x01\x02") + 24
    content[place : place + 4] = struct.pack("<I", 10)
    path.write_bytes(content)


def _answers() -> list[Hostile]:
    laughs = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefghi", "bcdefghij", strict=True)
    )
    contents = {
        "laughs": laughs,
        "laughs-below": "answers:\n  task_kind: code\nnotes:\n" + indent(laughs, "  "),
        "run": "answers: !!python/object/apply:os.system ['true']\n",
        "self": "answers: &a {task_kind: *a}\n",
        "deep": "answers: " + "[" * 50_000,
        "deep-blocks": "".join(f"{'  ' * n}a:\n" for n in range(2_000)),
        "nul": "answers: {task_kind: a\0b}\n",
        "half": 'answers: {task_kind: "\\ud800"}\n',
        "raw-half": b"answers: {task_kind: \xed\xa0\x80}\n",
        "date": "answers: {task_kind: 2020-99-99}\n",
        "binary": "answers: {task_kind: !!binary '%%%'}\n",
        "complex-key": "? [a, b]\n: c\n",
        "two": ANSWERS + "---\n" + ANSWERS,
        "merge": "x: &x {task_kind: code}\nanswers:\n  <<: *x\n",
        "digits": "schema_version: " + "9" * 10_000 + "\n",
        "sexagesimal": "schema_version: 1:" + "59:" * 2_000 + "0\n",
        "float": "schema_version: .inf\n",
        "tabs": "answers:\n\ttask_kind: code\n",
        "long": "project: {name: '" + "x" * 10_000_000 + "'}\n",
        "list": "- a\n- b\n",
        "escape": 'answers: {task_kind: "\\e[2J"}\n',
    }
    return [
        *(
            Hostile(f"{name}.yaml", Channel.ANSWERS, holding(content), f"answers: {name}")
            for name, content in contents.items()
        ),
        *fuzz("fuzz.yaml", Channel.ANSWERS, holding(ANSWERS), count=12),
    ]
