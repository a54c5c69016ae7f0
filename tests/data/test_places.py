"""Files, folders and archives: what is listed, and what is refused by name."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from prototypes.data.places import Material
from prototypes.errors import DataError


def _zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_members_of_an_archive_are_read_one_by_one(tmp_path: Path) -> None:
    """Each member is unpacked while it is used, and gone afterwards."""
    _zip(tmp_path / "docs.zip", {"a.md": b"alpha", "sub/b.md": b"beta", ".hidden": b"x"})

    with Material([tmp_path]) as material:
        names = [item.name for item in material.items]
        with material.at_hand(material.items[1]) as path:
            content = path.read_bytes()

    assert names == ["docs.zip/a.md", "docs.zip/sub/b.md"]
    assert content == b"beta"
    assert not path.exists()


def test_member_cannot_name_a_place_outside(tmp_path: Path) -> None:
    """Names inside an archive never become paths."""
    _zip(tmp_path / "evil.zip", {f"{tmp_path}/escaped.md": b"out"})

    with Material([tmp_path / "evil.zip"]) as material, material.at_hand(material.items[0]) as path:
        assert path.name == "member.md"
    assert not (tmp_path / "escaped.md").exists()


def test_member_whose_path_leads_up_is_not_taken_for_a_hidden_one(tmp_path: Path) -> None:
    """What is listed is read, wherever its name points; only hidden names are passed over."""
    _zip(tmp_path / "up.zip", {"../up.md": b"up", "../.hidden.md": b"x", "./here.md": b"here"})

    with Material([tmp_path / "up.zip"]) as material:
        assert ["up.zip/../up.md", "up.zip/./here.md"] == [item.name for item in material.items]


def test_broken_archive_is_refused_by_name(tmp_path: Path) -> None:
    """The other files go on."""
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 cut off")
    (tmp_path / "a.md").write_text("alpha", encoding="utf-8")

    with Material([tmp_path]) as material:
        assert [item.name for item in material.items] == ["a.md"]
        assert [refused.where for refused in material.refused] == ["broken.zip"]


def test_archive_inside_an_archive_is_not_opened(tmp_path: Path) -> None:
    """Nothing unpacks without end."""
    _zip(tmp_path / "outer.zip", {"inner.zip": b"PK"})

    with Material([tmp_path / "outer.zip"]) as material:
        assert "not opened" in material.refused[0].reason


def test_damaged_member_is_told_when_it_is_opened(tmp_path: Path) -> None:
    """The checksum of the archive does not match."""
    path = _zip(tmp_path / "a.zip", {"a.md": b"alpha " * 100})
    path.write_bytes(path.read_bytes().replace(b"alpha alpha", b"omega alpha", 1))

    with Material([path]) as material:
        opened = material.at_hand(material.items[0])
        with pytest.raises(DataError, match="cannot be unpacked"):
            opened.__enter__()


def test_missing_path_is_one_sentence(tmp_path: Path) -> None:
    """The path is named."""
    with pytest.raises(DataError, match="no such folder or file"):
        Material([tmp_path / "none"])


def test_members_that_are_harmless_one_by_one_may_be_too_much_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither many bytes in many members nor members without end are unpacked."""
    monkeypatch.setattr("prototypes.data.places.MAX_ARCHIVE_MB", 1)
    monkeypatch.setattr("prototypes.data.places.MAX_MEMBERS", 3)
    _zip(tmp_path / "bomb.zip", {f"{n}.csv": bytes(600_000) for n in range(2)})
    _zip(tmp_path / "crowd.zip", {f"{n}.md": b"x" for n in range(4)})
    _zip(tmp_path / "fine.zip", {f"{n}.md": b"x" for n in range(3)})

    with Material([tmp_path]) as material:
        assert [item.name.partition("/")[0] for item in material.items] == ["fine.zip"] * 3
        assert [(each.where, each.reason) for each in material.refused] == [
            ("bomb.zip", "unpacks to 1 MB in all, expected at most 1 MB."),
            ("crowd.zip", "holds 4 members, expected at most 3; unpack it first."),
        ]
