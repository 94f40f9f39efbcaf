"""Edits of dependency files that change one declaration and leave every other byte alone.

Lock files are never edited. Whatever cannot be done safely is refused with an ``EditError``: a declaration that does
not stand at its location, conflict markers, a result that would not read back as intended.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from packaging.utils import canonicalize_name

from scanner.inputs.formats import find_format
from scanner.inputs.formats.document import Document
from scanner.inputs.formats.manifests.script import cut_block
from scanner.inputs.formats.pyproject.poetry_versions import parse_poetry_constraint
from scanner.inputs.formats.registry import parse_requirements
from scanner.inputs.formats.requirements.compiled import has_compiler_header
from scanner.inputs.formats.requirements.lines import split_lines
from scanner.inputs.rewriting.draft import Draft, Splice, decode_draft
from scanner.inputs.rewriting.lines import edit_option_line, edit_requirements_line
from scanner.inputs.rewriting.requirement_text import parse_new_requirement, read_specifier, refuse
from scanner.inputs.rewriting.tables import add_to_group, edit_toml_declaration, find_moved
from scanner.inputs.rewriting.toml_text import TomlText, parse_toml_text
from scanner.model.dependency import Dependency, Entry, Location, Skipped
from scanner.model.edit import Change
from scanner.model.errors import EditError, SourceError

__all__ = ["Edit", "MoveToGroup", "Remove", "Replace", "Rewritten", "format_diff", "rewrite_file"]

_CONFLICT = re.compile(r"^(?:<{7}|>{7})(?: |$)", re.MULTILINE)
_ANY_LINE_END = r"\r\n?|\n"
_REQUIREMENTS = "requirements"
_EDITABLE = {"pyproject.toml", "Pipfile", "setup.cfg", "script", _REQUIREMENTS}


@dataclass(frozen=True, kw_only=True, slots=True)
class Replace:
    """Another requirement in place of the old one, whose marker and options stay as they are."""

    requirement: str
    """Name, extras and versions (PEP 508), without a marker or URL."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Remove:
    """No declaration in place of the old one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MoveToGroup:
    """The requirement of [project] dependencies in a dependency group instead."""

    group: str = "dev"


Edit = Replace | Remove | MoveToGroup


@dataclass(frozen=True, kw_only=True, slots=True)
class Rewritten:
    """The bytes of one file before and after its edits."""

    path: str
    before: bytes
    after: bytes
    changes: tuple[Change, ...]
    """In the order of the file."""


def rewrite_file(path: str, data: bytes, edits: Sequence[tuple[Dependency, Edit]]) -> Rewritten:
    """The file with the edits of some of its declarations.

    ``path`` is that of the declarations' locations, ``data`` what was read there.

    Raises:
        EditError: one of the edits is refused.
    """
    file = _File(decode_draft(path, data))
    moved: list[tuple[Dependency, str, str]] = []
    # From the end of the file to its beginning: then the locations that are still to come do not change.
    for old, edit in sorted(edits, key=lambda each: _place(each[0]), reverse=True):
        element = file.find_moved(old) if isinstance(edit, MoveToGroup) else ""
        entry = file.replace(old, edit.requirement if isinstance(edit, Replace) else None)
        if isinstance(edit, MoveToGroup):
            moved.append((entry, edit.group, element))
    for entry, group, element in moved:
        file.add(entry, group, element)
    return Rewritten(path=path, before=data, after=file.draft.encode(), changes=file.draft.changes())


def format_diff(rewritten: Rewritten) -> str:
    """The unified diff of a file."""
    before, after = (
        re.findall(r"[^\n]*\n|[^\n]+", decode_draft(rewritten.path, data).original)
        for data in (rewritten.before, rewritten.after)
    )
    lines = difflib.unified_diff(before, after, f"a/{rewritten.path}", f"b/{rewritten.path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


class _File:
    """One file while it is edited: after each edit it is read again and compared with what it declared before."""

    def __init__(self, draft: Draft) -> None:
        path, self.draft = draft.path, draft
        source = find_format(path, draft.text)
        # Requirements files include others by any name.
        self.format = source.name if source else _REQUIREMENTS
        self._parse = source.parse if source else parse_requirements
        if self.format not in _EDITABLE:
            raise EditError(path, None, f"files of the format {self.format} are not edited")
        if match := _CONFLICT.search(draft.text):
            line = draft.text.count("\n", 0, match.start()) + 1
            raise EditError(path, line, "it has the markers of a merge conflict")
        if self.format == _REQUIREMENTS and has_compiler_header(split_lines(draft.text).header):
            raise EditError(path, None, "it is a lock file; run the tool that compiled it")
        self.entries = self._read()

    def toml(self) -> TomlText:
        """The text as TOML; of a script the metadata block."""
        document = self._document()
        return parse_toml_text(document.path, cut_block(document) if self.format == "script" else document.text)

    def find_moved(self, old: Dependency) -> str:
        """The string of a requirement that moves into a dependency group."""
        if self.format != "pyproject.toml":
            raise refuse(old, "only a pyproject.toml has dependency groups")
        return find_moved(self.toml(), old)

    def replace(self, old: Dependency, requirement: str | None) -> Dependency:
        """The declaration as it was read here, after it is replaced; without a requirement it is removed."""
        number, old = self._find(old)
        new = parse_new_requirement(requirement, old) if requirement is not None else None
        expected = [_read_shape(entry) for entry in self.entries]
        for splice in reversed(self._find_splices(old, new)):
            if self.draft.text[splice.start : splice.end] != splice.new:
                self.draft.splice(splice)
        self.entries = self._read()
        found = [_read_shape(entry) for entry in self.entries]
        if new is None:
            del expected[number]
        elif number < len(found) and _is_replaced(expected[number], found[number], new):
            expected[number] = found[number]
        if found != expected:
            raise refuse(old, "the file would not read back with this declaration changed and no other")
        return old

    def add(self, old: Dependency, group: str, element: str) -> None:
        """Adds a requirement to a dependency group."""
        expected = [_read_shape(entry) for entry in self.entries]
        self.draft.splice(add_to_group(self.toml(), old, group, element))
        self.entries = self._read()
        found = [_read_shape(entry) for entry in self.entries]
        added = _read_shape(replace(old, groups=(canonicalize_name(group),)))
        if Counter(found) != Counter([*expected, added]):
            raise refuse(old, "the file would not read back with this requirement in the group and no other change")

    def _read(self) -> tuple[Entry, ...]:
        try:
            parsed = self._parse(self._document())
        except SourceError as error:
            raise EditError(error.path, error.line, error.reason) from error
        return (*parsed.entries, *parsed.constraints, *parsed.overrides)

    def _document(self) -> Document:
        return Document(path=self.draft.path, text=self.draft.text, open=_open_nothing)

    def _find(self, old: Dependency) -> tuple[int, Dependency]:
        wanted = (old.location, old.name, old.text)
        for number, entry in enumerate(self.entries):
            if isinstance(entry, Dependency) and (entry.location, entry.name, entry.text) == wanted:
                return number, entry
        raise refuse(old, "the declaration does not stand at its location")

    def _find_splices(self, old: Dependency, new: Dependency | None) -> list[Splice]:
        if self.format not in {_REQUIREMENTS, "setup.cfg"}:
            return sorted(edit_toml_declaration(self.toml(), old, new), key=lambda each: each.start)
        text = self.draft.text
        start = _find_offset(text, old, _ANY_LINE_END if self.format == _REQUIREMENTS else "\n")
        if self.format == "setup.cfg":
            return edit_option_line(text, start, old, new)
        others = (entry for entry in self.entries if isinstance(entry, Dependency) and entry.location != old.location)
        can_drop_hashes = "--require-hashes" not in text and not any(entry.hashes for entry in others)
        return edit_requirements_line(text, start, old, new, can_drop_hashes=can_drop_hashes)


def _read_shape(entry: Entry) -> Entry:
    """What an entry declares, without its place and what other entries add to it."""
    nowhere = Location(path="", line=1)
    if isinstance(entry, Skipped):
        return replace(entry, location=nowhere)
    # The groups behind the first are those that include it.
    groups = entry.groups[:1]
    return replace(
        entry, location=nowhere, groups=groups, text="", pin=None, locked=None, direct=True, skipped_because=None
    )


def _is_replaced(old: Entry, found: Entry, new: Dependency) -> bool:
    """Whether what was found is the old declaration with the parts of a new requirement."""
    if isinstance(old, Skipped) or isinstance(found, Skipped) or found.hashes not in {old.hashes, ()}:
        return False
    specifiers = (
        {new.specifier, parse_poetry_constraint(read_specifier(new) or "*")} if old.url is None else {old.specifier}
    )
    kept = replace(old, name=new.name, extras=new.extras, specifier=found.specifier, hashes=found.hashes)
    return kept == found and found.specifier in specifiers


def _find_offset(text: str, old: Dependency, line_end: str) -> int:
    start = 0
    for _ in range(old.location.line - 1):
        match = re.compile(line_end).search(text, start)
        if match is None:
            raise refuse(old, "the declaration does not stand at its location")
        start = match.end()
    return start + old.location.column - 1


def _place(old: Dependency) -> tuple[int, int]:
    return old.location.line, old.location.column


def _open_nothing(path: str) -> Document:
    raise SourceError(path, None, "not read for an edit of another file")
