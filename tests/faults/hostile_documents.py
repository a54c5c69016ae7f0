"""Documents that are not what they say they are."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from hostile import Channel, Hostile, fuzz, holding

_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "laugh"}">' for n in range(10))
_DOCTYPE = f"<!DOCTYPE html [{_LAUGHS}]>"
_SECRET = '<!DOCTYPE d [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def list_documents() -> list[Hostile]:
    """List them all."""
    return [*_texts(), *_pages(), *_word(), *_pdf(), *_places(), *_fuzzed()]


def _document(name: str, content: bytes | str, what: str) -> Hostile:
    return Hostile(name, Channel.DOCUMENT, holding(content), what)


def _texts() -> list[Hostile]:
    return [
        _document("empty.md", "", "empty"),
        _document("blank.txt", " \n\t\n" * 50, "only blanks"),
        _document("nul.md", "# A\n\n\0\0\0", "NUL bytes"),
        _document("nul.txt", b"text\0text", "NUL bytes"),
        _document("surrogate.md", b"# A\n\n\xed\xa0\x80 half", "a lone surrogate"),
        _document("utf16.txt", "some text".encode("utf-16"), "UTF-16"),
        _document("latin.rst", "café".encode("latin-1"), "Latin-1"),
        _document("mark.md", b"\xef\xbb\xbf", "only a byte order mark"),
        _document("escape.md", "# \x1b[2J\x07\n\ntext\x1b]0;owned\x07", "terminal escapes"),
        _document("front.md", "---\ntitle: *a\n", "front matter that never ends"),
        _document("fences.md", "```\n" * 20_000, "fences upon fences"),
        _document("hashes.md", "#" * 200_000 + " x", "a heading of rank 200,000"),
        _document("rules.rst", "=" * 300_000 + "x", "an underline without end"),
        Hostile("line.txt", Channel.DOCUMENT, _write_long_line, "one line of 100 MB"),
    ]


def _write_long_line(path: Path) -> None:
    path.write_bytes(b"a" * 100_000_000)


def _pages() -> list[Hostile]:
    return [
        _document("laughs.html", f"{_DOCTYPE}<p>&l9;</p>", "a billion laughs"),
        _document("laughs.htm", f"<?xml version='1.0'?>{_DOCTYPE}<p>ha &l9;</p>", "the same"),
        _document("secret.html", f"{_SECRET}<p>&secret; text</p>", "an entity from a file"),
        _document("deep.html", "<div>" * 100_000 + "text", "100,000 open blocks"),
        _document("open.html", "<a " * 20_000, "20,000 tags that never close"),
        _document("remark.html", "text<!--" * 20_000, "comments that never close"),
        _document("declared.html", "<![CDATA[" * 2_000, "broken declarations"),
        _document("half.html", "<p>&#xd800;&#0;&#1114112;</p>", "impossible characters"),
        _document("script.html", "<script>" + "x" * 100_000, "nothing but a script"),
    ]


def write_archive(path: Path, members: dict[str, bytes]) -> None:
    """Write a zip archive, compressed."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def write_word(path: Path) -> None:
    """Write a good Word document."""
    import docx

    document = docx.Document()
    document.add_heading("Leave", level=1)
    document.add_paragraph("Thirty days a year. " * 20)
    document.save(str(path))


def _word() -> list[Hostile]:
    body = f'<w:document xmlns:w="{_WORD}"><w:body><w:p><w:r><w:t>%s</w:t></w:r></w:p>'
    body += "</w:body></w:document>"
    return [
        Hostile("laughs.docx", Channel.DOCUMENT, _word_with(_DOCTYPE + body % "&l9;"), "laughs"),
        Hostile("secret.docx", Channel.DOCUMENT, _word_with(_SECRET + body % "&secret;"), "file"),
        Hostile("bomb.docx", Channel.DOCUMENT, _word_with(300_000_000), "a zip bomb"),
        Hostile("bare.docx", Channel.DOCUMENT, lambda p: write_archive(p, {}), "no parts"),
        Hostile(
            "other.docx",
            Channel.DOCUMENT,
            lambda path: write_archive(path, {"../../evil.txt": b"text"}),
            "an archive of something else, with a path that leads out",
        ),
        _document("text.docx", "just text", "not an archive"),
        Hostile(
            "deep.docx",
            Channel.DOCUMENT,
            _word_with(body % ("<w:r>" * 5_000 + "x" + "</w:r>" * 5_000)),
            "5,000 levels",
        ),
    ]


def _word_with(content: str | int) -> Callable[[Path], object]:
    """Put another text, or so many blanks, into a good document."""

    def make(path: Path) -> None:
        write_word(path)
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        raw = content.encode() if isinstance(content, str) else b" " * content
        write_archive(path, {**members, "word/document.xml": raw})

    return make


def make_pdf(objects: list[bytes]) -> bytes:
    """Put a PDF together; the first object is its catalogue."""
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    n = len(objects) + 1
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<</Size %d/Root 1 0 R>>\n"
        % (
            n,
            table,
            n,
        )
        + b"startxref\n%d\n%%%%EOF\n" % len(out)
    )


def _page(stream: bytes, *, packed: bool = False) -> bytes:
    kind = b"/Filter/FlateDecode" if packed else b""
    return make_pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/MediaBox[0 0 9 9]"
            b"/Resources<</Font<</F 5 0 R>>>>>>",
            b"<</Length %d%b>>stream\n%b\nendstream" % (len(stream), kind, stream),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        ]
    )


GOOD_PDF = _page(b"BT /F 9 Tf (Thirty days of leave a year) Tj ET")


def _pdf() -> list[Hostile]:
    catalogue = b"<</Type/Catalog/Pages 2 0 R>>"
    loop = make_pdf([catalogue, b"<</Type/Pages/Kids[2 0 R]/Count 1>>"])
    many = make_pdf([catalogue, b"<</Type/Pages/Kids[]/Count 999999999>>"])
    return [
        _document("empty.pdf", "", "empty"),
        _document("text.pdf", "%PDF-1.7\njust text", "only a first line"),
        _document("loop.pdf", loop, "pages that hold themselves"),
        _document("many.pdf", many, "a billion pages that are not there"),
        Hostile("bomb.pdf", Channel.DOCUMENT, _write_pdf_bomb, "a page that unpacks to 300 MB"),
        _document("nested.pdf", _page(b"[" * 50_000), "50,000 open brackets"),
        _document("numbers.pdf", GOOD_PDF.replace(b"startxref\n", b"startxref\n9" * 40), "offsets"),
        _document("self.pdf", GOOD_PDF.replace(b"4 0 R/M", b"3 0 R/M"), "a page as its own text"),
    ]


def _write_pdf_bomb(path: Path) -> None:
    path.write_bytes(_page(zlib.compress(b" " * 300_000_000), packed=True))


def _places() -> list[Hostile]:
    return [
        Hostile("folder.md", Channel.DOCUMENT, _make_folder, "a folder"),
        Hostile("pipe.txt", Channel.DOCUMENT, os.mkfifo, "a pipe that nobody writes to"),
        Hostile("round.md", Channel.DOCUMENT, lambda p: p.symlink_to(p.name), "a link to itself"),
        Hostile("out.md", Channel.DOCUMENT, lambda p: p.symlink_to("/etc/passwd"), "a link out"),
        Hostile("zero.txt", Channel.DOCUMENT, lambda p: p.symlink_to("/dev/zero"), "/dev/zero"),
        Hostile("gone.md", Channel.DOCUMENT, lambda p: p.symlink_to("nowhere"), "a broken link"),
        Hostile(os.fsdecode(b"\xff.md"), Channel.DOCUMENT, holding("text"), "a name of no text"),
        Hostile("a\nb.md", Channel.DOCUMENT, holding(""), "a name of two lines"),
    ]


def _make_folder(path: Path) -> None:
    path.mkdir()
    (path / "inner.md").write_text("text")


def _fuzzed() -> list[Hostile]:
    page = "<html><head><title>A</title></head><body><h1>Leave</h1><p>Days &amp; more</p></body>"
    text = "---\ntitle: Leave\n---\n\n# Leave\n\n```\ncode\n```\n\nThirty days a year.\n" * 3
    return [
        *fuzz("fuzz.pdf", Channel.DOCUMENT, holding(GOOD_PDF), count=14),
        *fuzz("fuzz.docx", Channel.DOCUMENT, write_word, count=14),
        *fuzz("fuzz.html", Channel.DOCUMENT, holding(page * 3), count=8),
        *fuzz("fuzz.md", Channel.DOCUMENT, holding(text), count=8),
    ]
