"""Files of a run folder: whole or not there, and no link followed."""

import os
from pathlib import Path

import pytest

from discovery import files
from discovery.errors import OutputError, UsageError


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk is full half-way, the old content stays and nothing is left beside it."""
    target = tmp_path / "result.json"
    files.write(target, b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"result.json cannot be written: No space left on device. Make room or"):
        files.write(target, b"new and longer")
    assert (b"old", ["result.json"]) == (target.read_bytes(), [path.name for path in tmp_path.iterdir()])


def test_who_keeps_what_is_finished_says_so(tmp_path: Path) -> None:
    """A command that goes on where it stopped, and no other."""
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"or choose another place\.$"):
        files.write(tmp_path / "file" / "inside", b"")
    more = r"or choose another place\. What was written before is whole, and the same command goes on"
    with pytest.raises(OutputError, match=more), files.resumable():
        files.write(tmp_path / "file" / "inside", b"")


def test_no_half_written_file_is_left_behind(tmp_path: Path) -> None:
    """The temporary name is gone after writing; folders on the way are made."""
    files.write(tmp_path / "deep" / "file", b"content")
    assert ["file"] == [path.name for path in (tmp_path / "deep").iterdir()]


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    """What it points at stays as it was."""
    secret = tmp_path / "secret"
    secret.write_bytes(b"mine")
    (tmp_path / "result.json").symlink_to(secret)
    assert files.read(tmp_path / "result.json") is None
    files.write(tmp_path / "result.json", b"new")
    assert (b"mine", b"new") == (secret.read_bytes(), files.read(tmp_path / "result.json"))


def test_only_plain_files_of_some_size_are_read(tmp_path: Path) -> None:
    """A pipe would be waited for, a folder is none, and a huge file would fill the memory."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b"12345")
    for name in ("pipe", "large", "absent", "."):
        assert files.read(tmp_path / name, most=4) is None
    assert b"12345" == files.read(tmp_path / "large", most=5)


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    """Files in it would be replaced and removed."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "stages").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match=r"stages is a link to another place, where nothing may be changed. Remove"):
        files.folder(tmp_path / "stages")


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """A file stands in its place."""
    (tmp_path / "taken").touch()
    with pytest.raises(UsageError, match=r"taken/stages cannot be made: Not a directory. Choose another folder"):
        files.folder(tmp_path / "taken" / "stages")


def test_what_killed_processes_left_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    """Only names that unfinished files have."""
    for name in (".result.json.123-00ff00ff", "result.json", ".gitignore", ".notes.2024"):
        (tmp_path / name).touch()
    for name in ("discovery-tex-a1b2c3_4", "discovery-tex-own", "tex-figures"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.log").touch()
    (tmp_path / "discovery-tex-abcdefgh").symlink_to(tmp_path / "tex-figures")
    files.clear_unfinished(tmp_path)
    kept = {"result.json", ".gitignore", ".notes.2024", "discovery-tex-own", "tex-figures", "discovery-tex-abcdefgh"}
    assert kept == {path.name for path in tmp_path.iterdir()}
