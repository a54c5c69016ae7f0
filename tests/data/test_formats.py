"""Each format yields a title and a text, or says why not."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from prototypes.data.formats import find_heading, load_content
from prototypes.data.html_text import extract_html
from prototypes.errors import DataError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Title #\n\nText", "Title"),
        ("Some text\n\n## Later heading\n", "Later heading"),
        ("Title\n=====\n\nText", "Title"),
        ("```\n# a comment\n```\n# Title", "Title"),
        ("#no heading\n", None),
        ("---\n\nno heading above a rule\n", None),
        ("", None),
    ],
)
def test_first_heading(text: str, expected: str | None) -> None:
    """Marked or underlined, and never a comment inside code."""
    assert expected == find_heading(text)


def test_front_matter_names_the_title_and_is_no_text(tmp_path: Path) -> None:
    """Site generators put the title before the text."""
    path = tmp_path / "a.md"
    path.write_text('---\nweight: 3\ntitle: "Set-up"\n---\n\n## First\n\nText\n')

    content = load_content(path)

    assert content.title == "Set-up"
    assert content.text.strip() == "## First\n\nText"


def test_html_keeps_what_is_read_and_drops_what_is_run() -> None:
    """Scripts and styles are no text, entities are characters, headings keep their rank."""
    markup = (
        "<html><head><title>The  page</title><style>p {}</style></head><body>"
        "<h2>Sub &amp; more</h2><p>One\n   line<p>Two<br>lines <script>x < 1</script>end"
        "<pre>a\n  b</pre></body></html>"
    )

    title, text = extract_html(markup)

    assert title == "The page"
    assert text == "## Sub & more\n\nOne line\n\nTwo\n\nlines end\n\na\n  b"


@pytest.mark.parametrize("markup", ["", "<![", "<!x[", "<a <b", "&#xd800;", "</p", "<title>"])
def test_broken_html_never_escapes(markup: str) -> None:
    """Either some text comes back or the project's own error."""
    try:
        _, text = extract_html(markup)
    except DataError:
        return

    assert text.encode().decode() == text


@pytest.mark.parametrize("opening", ["<a ", "text<!--", "<![CDATA[", "</p "])
def test_tags_that_never_close_take_no_longer_than_others(opening: str) -> None:
    """20,000 of them kept the parser busy for minutes."""
    title, text = extract_html("<title>A</title><p>first</p>" + opening * 20_000)

    assert title == "A"
    assert text.startswith("first")


def test_docx_keeps_headings_and_tables(tmp_path: Path) -> None:
    """Headings become Markdown; a table row becomes one line."""
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.add_heading("Leave", level=1)
    document.add_paragraph("Thirty days.")
    document.add_table(rows=1, cols=2).rows[0].cells[1].text = "days"
    document.save(str(tmp_path / "a.docx"))

    content = load_content(tmp_path / "a.docx")

    assert content.title == "Leave"
    assert content.text == "# Leave\n\nThirty days.\n\n | days"


def test_pdf_text_is_read(tmp_path: Path) -> None:
    """The text of every page is found."""
    path = tmp_path / "a.pdf"
    path.write_bytes(_pdf("Thirty days of leave"))

    assert load_content(path).text.strip() == "Thirty days of leave"


@pytest.mark.parametrize("name", ["a.pdf", "a.docx"])
def test_damaged_file_is_refused(tmp_path: Path, name: str) -> None:
    """A file that is not what its ending says is named, whatever the library raises."""
    (tmp_path / name).write_bytes(b"%PDF-1.4 nothing of the kind")

    with pytest.raises(DataError, match="not a readable"):
        load_content(tmp_path / name)


def test_archive_that_unpacks_beyond_measure_is_refused(tmp_path: Path) -> None:
    """A small file may not fill the memory."""
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"\0" * 201_000_000)

    with pytest.raises(DataError, match="unpacks to 201 MB"):
        load_content(path)


def test_locked_pdf_is_refused(tmp_path: Path) -> None:
    """A password is asked for, not guessed."""
    pypdf = pytest.importorskip("pypdf")
    writer = pypdf.PdfWriter()
    writer.add_blank_page(width=72, height=72)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "a.pdf")

    with pytest.raises(DataError, match="locked by a password"):
        load_content(tmp_path / "a.pdf")


def test_binary_file_is_not_taken_for_text(tmp_path: Path) -> None:
    """NUL bytes are valid UTF-8 but no text."""
    (tmp_path / "a.txt").write_bytes(b"abc\0def")

    with pytest.raises(DataError, match="NUL"):
        load_content(tmp_path / "a.txt")


def _pdf(text: str) -> bytes:
    stream = f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    content = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return content + (
        b"xref\n0 6\n0000000000 65535 f \n%btrailer << /Size 6 /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (table, len(content))
    )
