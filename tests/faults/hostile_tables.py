"""Tables, questions and label files that are not what they say they are."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from hostile import Channel, Hostile, fuzz, holding

LABELS = ("card", "wire", "login")
ROWS = [
    {"id": f"r{n}", "text": f"sentence {n} about the {LABELS[n % 3]}", "label": LABELS[n % 3]}
    for n in range(30)
]
SQUAD = {
    "data": [
        {
            "title": "Leave",
            "paragraphs": [
                {
                    "context": "Thirty days a year.",
                    "qas": [{"id": "q", "question": "How many?", "answers": ["Thirty"]}],
                }
            ],
        }
    ]
}
_TRAVERSALS = (
    "../../../etc/passwd",
    "/etc/passwd",
    "docs/../../../etc/passwd",
    "..\\..\\boot.ini",
    "C:\\Windows\\win.ini",
    "file:///etc/passwd",
    "good.md\0.txt",
    "~/.ssh/id_rsa",
)


def list_tables() -> list[Hostile]:
    """List them all."""
    return [*_delimited(), *_json_lines(), *_columnar(), *_questions(), *_labels(), *_fuzzed()]


def as_lines(rows: list[Mapping[str, object]]) -> str:
    """Spell rows as JSON lines."""
    return "\n".join(json.dumps(row) for row in rows) + "\n"


def as_csv(separator: str = ",") -> str:
    """Spell the good rows with a separator."""
    return "".join(separator.join(each) + "\n" for each in [ROWS[0], *(r.values() for r in ROWS)])


def _table(name: str, content: bytes | str, what: str) -> Hostile:
    return Hostile(name, Channel.TABLE, holding(content), what)


def _delimited() -> list[Hostile]:
    good = as_csv()
    return [
        _table("empty.csv", "", "empty"),
        _table("header.csv", "text,label\n", "only a header"),
        _table("mark.csv", b"\xef\xbb\xbf", "only a byte order mark"),
        _table("nul.csv", good.replace("sentence 3", "sen\0tence"), "NUL bytes"),
        _table("nuls.csv", b"\0" * 5_000, "nothing but NUL bytes"),
        _table("utf16.csv", good.encode("utf-16"), "UTF-16"),
        _table("latin.csv", good.replace("about", "à").encode("latin-1"), "Latin-1"),
        _table("surrogate.csv", good.encode() + b"r,\xed\xa0\x80,card\n", "a lone surrogate"),
        _table("quote.csv", good + '"r99,never closed,card\n', "a quotation mark never closed"),
        _table("ragged.csv", good + "a,b\na,b,c,d,e\n", "ragged rows"),
        _table("twice.csv", "text,text,label\na,b,c\n", "a column twice"),
        _table("returns.csv", good.replace("\n", "\r"), "carriage returns only"),
        _table("wide.csv", ",".join(f"c{n}" for n in range(20_000)) + "\n", "20,000 columns"),
        _table("formula.csv", good + "\"=cmd|'/C calc'!A0\",x,card\n", "a spreadsheet formula"),
        _table("escape.tsv", as_csv("\t").replace("sentence", "\x1b[2J"), "terminal escapes"),
        Hostile(
            "line.csv", Channel.TABLE, _long("id,text,label\nr,", ",card\n"), "a cell of 100 MB"
        ),
        Hostile("line.jsonl", Channel.TABLE, _long('{"text": "', '"}\n'), "a line of 100 MB"),
    ]


def _long(before: str, after: str) -> Callable[[Path], object]:
    def make(path: Path) -> None:
        path.write_bytes(before.encode() + b"a" * 100_000_000 + after.encode())

    return make


def _json_lines() -> list[Hostile]:
    good = as_lines(list(ROWS))

    def odd(value: str) -> str:
        return f'{good}{{"id": "odd", "text": {value}, "label": "card"}}\n'

    return [
        _table("empty.jsonl", "\n\n", "empty lines"),
        _table("list.jsonl", json.dumps(ROWS), "a list"),
        _table("deep.jsonl", good + "[" * 100_000 + "\n", "100,000 open brackets"),
        _table("deeper.jsonl", odd("[" * 3_000 + "]" * 3_000), "3,000 levels"),
        _table("digits.jsonl", odd("9" * 10_000), "a number of 10,000 digits"),
        _table("infinite.jsonl", odd("Infinity"), "a number that JSON has not"),
        _table("huge.jsonl", odd("1e999999"), "a number beyond all others"),
        _table("half.jsonl", odd('"\\ud800"'), "an escaped lone surrogate"),
        _table("raw.jsonl", odd('"x"').encode() + b'{"text": "\xed\xa0\x80"}\n', "a raw one"),
        _table("nul.jsonl", odd('"a\\u0000b"'), "an escaped NUL"),
        _table("keys.jsonl", odd('"a", "text": "b"'), "a key twice"),
        _table("cut.jsonl", good[:-40], "half a last line"),
        _table("scalars.jsonl", good + '1\nnull\n"x"\ntrue\n', "lines that are no objects"),
        _table("nested.json", json.dumps({"data": [{"paragraphs": 3}]}), "SQuAD without questions"),
        _table("deep.json", "[" * 200_000, "200,000 open brackets"),
        _table("scalar.json", "3", "a single number"),
    ]


def write_parquet(path: Path) -> None:
    """Write the good rows as Parquet."""
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.Table.from_pylist(ROWS), path)


def write_arrow(path: Path) -> None:
    """Write the good rows as an Arrow stream."""
    import pyarrow as pa

    table = pa.Table.from_pylist(ROWS)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)


def write_excel(path: Path) -> None:
    """Write the good rows as a workbook."""
    import openpyxl

    workbook = openpyxl.Workbook()
    for row in [list(ROWS[0]), *(list(row.values()) for row in ROWS)]:
        workbook.active.append(row)
    workbook.save(path)


def _columnar() -> list[Hostile]:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s'
        '<sheetData><row r="1"><c r="A1" t="str"><v>%s</v></c></row></sheetData></worksheet>'
    )
    wide = sheet % ('<dimension ref="A1:XFD1048576"/>', "text")
    return [
        Hostile(
            "laughs.xlsx",
            Channel.TABLE,
            _workbook_with(f"<!DOCTYPE x [{laughs}]>" + sheet % ("", "&l9;")),
            "a billion laughs",
        ),
        Hostile("bomb.xlsx", Channel.TABLE, _workbook_with(300_000_000), "a zip bomb"),
        Hostile("wide.xlsx", Channel.TABLE, _workbook_with(wide), "17 billion cells, it says"),
        _table("text.xlsx", as_csv(), "not a workbook"),
        _table("magic.parquet", b"PAR1" + b"\xff" * 64 + b"PAR1", "a footer without end"),
        _table("length.arrow", b"\xff\xff\xff\xff\xff\xff\xff\x7f" * 9, "a length beyond memory"),
    ]


def _workbook_with(content: str | int) -> Callable[[Path], object]:
    """Put another text, or so many blanks, into the sheet of a good workbook."""

    def make(path: Path) -> None:
        write_excel(path)
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        raw = content.encode() if isinstance(content, str) else b" " * content
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, old in members.items():
                archive.writestr(name, raw if name.endswith("sheet1.xml") else old)

    return make


def _questions() -> list[Hostile]:
    """Questions whose sources lead out of the corpus."""
    rows = [{"question": f"How many days, {n}?", "answers": ["thirty"]} for n in range(12)]
    return [
        Hostile(
            f"traversal-{number}.jsonl",
            Channel.QUESTIONS,
            holding(as_lines([{**row, "sources": [source], "id": source} for row in rows])),
            f"a source called {source!r}",
        )
        for number, source in enumerate(_TRAVERSALS)
    ]


def _labels() -> list[Hostile]:
    laughs = "a: &a [x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefghi", "bcdefghij", strict=True)
    )
    contents = {
        "laughs.yaml": laughs,
        "run.yaml": "card: !!python/object/apply:os.system ['true']\n",
        "self.yaml": "card: &a {x: *a}\n",
        "deep.yaml": "card: " + "[" * 5_000,
        "nul.yaml": "card: a\0b\n",
        "half.json": '{"card": "\\ud800"}',
        "deep.json": '{"card": ' + "[" * 100_000,
        "twice.yaml": "card: a\ncard: b\n",
        "stranger.yaml": "card: a\n../../etc: b\n",
    }
    return [
        Hostile(name, Channel.LABELS, holding(content), "descriptions of labels")
        for name, content in contents.items()
    ]


def _fuzzed() -> list[Hostile]:
    labels = "card: about cards\nwire: about wires\nlogin: 'about log-ins'\n"
    return [
        *fuzz("fuzz.csv", Channel.TABLE, holding(as_csv()), count=8),
        *fuzz("fuzz.jsonl", Channel.TABLE, holding(as_lines(list(ROWS))), count=8),
        *fuzz("fuzz.json", Channel.TABLE, holding(json.dumps(SQUAD, indent=1)), count=6),
        *fuzz("fuzz.xlsx", Channel.TABLE, write_excel, count=8),
        *fuzz("fuzz.parquet", Channel.TABLE, write_parquet, count=8),
        *fuzz("fuzz.arrow", Channel.TABLE, write_arrow, count=8),
        *fuzz("fuzz.yaml", Channel.LABELS, holding(labels), count=6),
    ]
