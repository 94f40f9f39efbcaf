"""Rewritten files on disk: all or none, and nothing but them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from scanner.inputs.rewriting import Rewritten
from scanner.inputs.rewriting.writing import write_files
from scanner.model.errors import EditError


def _rewritten(path: Path, after: bytes = b"new", before: bytes = b"old") -> Rewritten:
    return Rewritten(path=str(path), before=before, after=after, changes=())


def _make(path: Path, data: bytes = b"old") -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def _list(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_all_files_are_written_with_their_permissions(tmp_path: Path) -> None:
    first, second = _make(tmp_path / "a"), _make(tmp_path / "below" / "b")
    first.chmod(0o640)
    write_files([_rewritten(first), _rewritten(second, b"other")], tmp_path)
    assert _list(tmp_path) == {"a": b"new", "below/b": b"other"}
    assert stat.S_IMODE(first.stat().st_mode) == 0o640


@pytest.mark.parametrize("state", [b"changed", None])
def test_nothing_is_written_if_one_file_has_changed(tmp_path: Path, state: bytes | None) -> None:
    first, second = _make(tmp_path / "a"), tmp_path / "b"
    if state is not None:
        _make(second, state)
    before = _list(tmp_path)
    with pytest.raises(EditError, match=r"has changed|cannot be written"):
        write_files([_rewritten(first), _rewritten(second)], tmp_path)
    assert _list(tmp_path) == before


def test_a_file_that_is_named_twice_gets_its_old_bytes_back(tmp_path: Path) -> None:
    path = _make(tmp_path / "a")
    with pytest.raises(EditError, match="has changed"):
        write_files([_rewritten(path), _rewritten(path, b"other")], tmp_path)
    assert _list(tmp_path) == {"a": b"old"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    first, second = _make(tmp_path / "a"), _make(tmp_path / "below" / "b")
    second.parent.chmod(0o500)
    try:
        with pytest.raises(EditError, match="cannot be written"):
            write_files([_rewritten(first), _rewritten(second)], tmp_path)
    finally:
        second.parent.chmod(0o700)
    assert _list(tmp_path) == {"a": b"old", "below/b": b"old"}


def test_a_symbolic_link_stays_one_and_its_file_is_written(tmp_path: Path) -> None:
    target = _make(tmp_path / "below" / "b")
    link = tmp_path / "link"
    link.symlink_to(target)
    write_files([_rewritten(link)], tmp_path)
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("is_folder", [True, False])
def test_a_link_that_leaves_the_repository_is_refused(tmp_path: Path, is_folder: bool) -> None:  # noqa: FBT001
    outside, root = _make(tmp_path / "outside" / "b"), tmp_path / "root"
    root.mkdir()
    link = root / "link"
    link.symlink_to(outside.parent if is_folder else outside)
    with pytest.raises(EditError, match="outside the repository"):
        write_files([_rewritten(link / "b" if is_folder else link)], root)
    assert outside.read_bytes() == b"old"
