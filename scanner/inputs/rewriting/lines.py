"""Splices for declarations that stand on lines: requirements files and setup.cfg."""

from __future__ import annotations

import re

from scanner.inputs.rewriting.draft import Splice
from scanner.inputs.rewriting.requirement_text import BLANK, refuse, replace_requirement
from scanner.model.dependency import Dependency

_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\r\n]*", re.MULTILINE)
_COMMENT_LINE = re.compile(r"[^\S\r\n]*#")
_HASHES = re.compile(rf"(?:(?:[ \t]|\\\r?\n)++--hash(?:=|{BLANK})[^\s\\]++)++")
_REST = re.compile(r"[^\r\n]*+(?:\r\n|\r|\n)?")


def edit_requirements_line(
    text: str, start: int, old: Dependency, new: Dependency | None, *, can_drop_hashes: bool
) -> list[Splice]:
    """The splices for the requirement at an offset of a requirements file; without a new one its line is removed.

    Hashes are those of the old versions, so other versions or another package drop them.

    Raises:
        EditError: the requirement does not stand there, or it would need the hashes of other files.
    """
    end = _find_line_end(text, start)
    if new is None:
        return [Splice(_find_line_start(text, start), end)]
    comment = _COMMENT.search(text, start, end)
    end = comment.start() if comment else end
    splices = [replace_requirement(text, start, end, old, new)]
    if old.hashes and (new.name, new.specifier) != (old.name, old.specifier):
        if not can_drop_hashes:
            raise refuse(old, "pip requires hashes in this file, and those of the new version are not known here")
        splices += [Splice(match.start(), match.end()) for match in _HASHES.finditer(text, splices[0].end, end)]
    return splices


def edit_option_line(text: str, start: int, old: Dependency, new: Dependency | None) -> list[Splice]:
    """The splices for a requirement on the line at an offset of a setup.cfg, where ``;`` may separate several.

    Raises:
        EditError: the requirement does not stand there.
    """
    line = text[start:].partition("\n")[0].rstrip()
    match = re.search(rf"(?:^|;\s*){re.escape(old.text)}(?=\s*(?:;|$|\s#))", line)
    if match is None:
        raise refuse(old, "it does not stand at the place of the declaration")
    begin, end = start + match.end() - len(old.text), start + match.end()
    if new is not None:
        return [replace_requirement(text, begin, end, old, new)]
    line_start = text.rfind("\n", 0, start) + 1
    rest = line[match.end() :].strip()
    if match.start() == 0 and rest.startswith(";"):
        following = re.compile(r"\s*;[ \t]*").match(text, end)
        return [Splice(begin, following.end() if following else end)]
    if begin == start and not text[line_start:start].strip():
        return [Splice(line_start, _end_of_physical(text, start))]
    return [Splice(start + len(line[: match.start()].rstrip()), end)]


def _find_line_start(text: str, start: int) -> int:
    return max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1


def _find_line_end(text: str, start: int) -> int:
    """Where a requirement ends with its continuation lines; a comment on a line of its own is not part of it."""
    end = _end_of_physical(text, start)
    while text[start:end].rstrip("\r\n").endswith("\\") and not _COMMENT_LINE.match(text, end) and end < len(text):
        start, end = end, _end_of_physical(text, end)
    return end


def _end_of_physical(text: str, start: int) -> int:
    match = _REST.match(text, start)
    return match.end() if match else len(text)
