"""Changes of files on disk as data: found for an edit of a declaration, made later if the file is the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePath

from packaging.version import Version

from scanner.inputs.formats import STDIN, find_format, read_path
from scanner.inputs.formats.reading import read_file
from scanner.inputs.formats.requirements.compiled import has_compiler_header
from scanner.inputs.formats.requirements.lines import split_lines
from scanner.inputs.rewriting import Edit, Rewritten, rewrite_file
from scanner.inputs.rewriting.draft import Splice, decode_draft
from scanner.model.dependency import Dependency
from scanner.model.edit import Change
from scanner.model.errors import EditError, ScanError

_COMMANDS = {
    "uv.lock": "uv lock -P {name}=={version}",
    "poetry.lock": "poetry update {name}",
    "pdm.lock": "pdm update {name}",
    "Pipfile.lock": "pipenv upgrade {name}=={version}",
}
_COMPILE = "pip-compile -P {name}=={version}"
_HEADER_CHARACTERS = 2000


def find_changes(edits: Sequence[tuple[Dependency, Edit]]) -> tuple[Change, ...]:
    """What edits of declarations of one file would change there.

    Raises:
        EditError: one of the edits is refused.
        SourceError: the file cannot be read.
    """
    path = edits[0][0].location.path
    if path == STDIN:
        raise EditError(path, None, "standard input is not edited")
    return rewrite_file(path, read_file(path), edits).changes


def find_command(old: Dependency, version: Version) -> str | None:
    """The command that puts one version into the lock file of a declaration.

    None if it is in no such file, or if what was locked does not admit the version.
    """
    path = old.location.path
    command = _COMMANDS.get(PurePath(path).name) or _find_compiler(path)
    if command is None or not all(_admits(manifest, old, version) for manifest in _list_manifests(path)):
        return None
    return command.format(name=old.name, version=version)


def apply_changes(changes: Iterable[Change]) -> tuple[Rewritten, ...]:
    """The files with changes that were found before; equal changes are made once.

    Raises:
        EditError: a file is not as it was when the changes were found, or two changes contradict each other.
        SourceError: a file cannot be read.
    """
    by_path: dict[str, dict[Change, None]] = {}
    for change in changes:
        by_path.setdefault(change.path, {})[change] = None
    return tuple(_apply(path, read_file(path), found) for path, found in by_path.items())


def _apply(path: str, data: bytes, changes: Iterable[Change]) -> Rewritten:
    rewrite_file(path, data, ())  # refuses what is never edited
    draft = decode_draft(path, data)
    for change in sorted(changes, key=lambda each: (each.line, each.column), reverse=True):
        start = draft.offset(change.line, change.column)
        end = start + len(change.old)
        if draft.original[start:end] != change.old:
            raise EditError(path, change.line, "it has changed since it was read")
        draft.splice(Splice(start, end, change.new))
    return Rewritten(path=path, before=data, after=draft.encode(), changes=draft.changes())


def _find_compiler(path: str) -> str | None:
    """The command for a compiled requirements file; None for any other file."""
    try:
        text = decode_draft(path, read_file(path)).text if path != STDIN else ""
    except ScanError:
        return None
    source, header = find_format(path, text), split_lines(text).header
    if (source is not None and source.name != "requirements") or not has_compiler_header(header):
        return None
    return "uv pip compile -P {name}=={version}" if "uv pip compile" in text[:_HEADER_CHARACTERS] else _COMPILE


def _list_manifests(path: str) -> Iterator[str]:
    """What a lock file may have been made of, as far as it exists."""
    lock = PurePath(path)
    for manifest in (lock.with_name("pyproject.toml"), lock.with_name("Pipfile"), lock.with_suffix(".in")):
        if Path(manifest).is_file():
            yield manifest.as_posix()


def _admits(manifest: str, old: Dependency, version: Version) -> bool:
    return all(
        not isinstance(entry, Dependency) or entry.name != old.name or version in entry.specifier
        for entry in read_path(manifest, str).parsed.entries
    )
