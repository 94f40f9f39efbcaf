"""setup.cfg: setuptools' [options], and the older tables of distutils2 and pbr."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from packaging.utils import canonicalize_name

from scanner.inputs.formats.declaration import parse_declaration, shorten
from scanner.inputs.formats.document import Document, Parsed
from scanner.inputs.formats.manifests.ini_lines import IniOption, read_ini
from scanner.inputs.formats.requirements import parse_requirement_lines
from scanner.inputs.formats.requirements.lines import split_lines
from scanner.inputs.formats.selection import BUILD_SYSTEM, EXTRA_PREFIX
from scanner.inputs.formats.text import refuse_endless
from scanner.model.dependency import Dependency, Entry, Location, Skipped
from scanner.model.errors import SourceError
from scanner.model.finding import Problem
from scanner.model.rule import Rule

# Section and option, dashes as underscores, with the groups of the declarations there.
_OPTIONS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("options", "install_requires"): (),
    ("options", "setup_requires"): (BUILD_SYSTEM,),
    ("options", "tests_require"): ("tests_require",),
    ("metadata", "requires_dist"): (),
    ("metadata", "setup_requires_dist"): (BUILD_SYSTEM,),
}
# In these sections each option is an extra; [extras] is pbr's.
_EXTRAS_SECTIONS = frozenset({"options.extras_require", "extras"})
_INTERPOLATION = re.compile(r"%\(([^)]+)\)s")
# Options that refer to one another can expand to more lines than fit in memory.
MAX_INTERPOLATED_LINES = 10_000


def parse_setup_cfg(document: Document) -> Parsed:
    """Everything that a setup.cfg declares; setup_requires is in the group build-system.

    ``file:`` directives are followed; ``%(name)s`` is replaced by the option of that name in the same section.

    Raises:
        SourceError: the text has more parts than any real file.
    """
    refuse_endless(document.text, document.path, separators=";")
    reading = _Reading(document)
    options = tuple(read_ini(document, reading.problems))
    values = _Values(options)
    for option in options:
        groups = _find_groups(option)
        if groups is not None:
            _read_option(reading, tuple(values.expand(option)), groups)
    parsed = Parsed(entries=tuple(reading.entries), problems=tuple(reading.problems))
    return parsed.merge(reading.included)


@dataclass(slots=True)
class _Reading:
    document: Document
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    included: Parsed = field(default_factory=Parsed)


def _find_groups(option: IniOption) -> tuple[str, ...] | None:
    """The groups of the declarations in an option; None if it declares nothing."""
    if option.section in _EXTRAS_SECTIONS:
        return (EXTRA_PREFIX + canonicalize_name(option.key),)
    return _OPTIONS.get((option.section, option.key.lower().replace("-", "_")))


def _read_option(reading: _Reading, lines: tuple[tuple[str, Location], ...], groups: tuple[str, ...]) -> None:
    for text, location in lines:
        directive, _, value = text.partition(":")
        if directive == "file":
            _follow(reading, value, location, groups)
        elif directive == "attr":
            reason = "computed by setuptools from the package's code"
            reading.entries.append(Skipped(text=text, reason=reason, location=location, computed_by="setup.cfg"))
        else:
            _read_declarations(reading, text, location, groups, alone=len(lines) == 1)


def _read_declarations(
    reading: _Reading, text: str, location: Location, groups: tuple[str, ...], *, alone: bool
) -> None:
    content = _strip_comment(text)
    if not content:
        return
    try:
        reading.entries.append(_parse_either(content, location, groups))
    except SourceError as error:
        parts = [part.strip() for part in content.split(";") if part.strip()]
        # A value on one line is a list separated by semicolons; with a marker it is one requirement.
        if alone and len(parts) > 1:
            for part in parts:
                _read_declarations(reading, part, location, groups, alone=False)
        else:
            reading.problems.append(reading.document.problem(error.reason, location.line))


def _parse_either(content: str, location: Location, groups: tuple[str, ...]) -> Dependency:
    """A requirement (PEP 508), or one in pbr's older form ``name>=1:marker``."""
    try:
        return parse_declaration(content, location, groups=groups)
    except SourceError:
        requirement, colon, marker = content.partition(":")
        if not colon or ";" in content or "@" in requirement:
            raise
        return replace(parse_declaration(f"{requirement} ; {marker}", location, groups=groups), text=content)


class _Values:
    """The lines of options, with ``%(name)s`` replaced by the lines of the named option."""

    def __init__(self, options: Iterable[IniOption]) -> None:
        self._options = {(option.section, option.key.lower()): option for option in options}
        self._lines_left = MAX_INTERPOLATED_LINES

    def expand(self, option: IniOption, outer: tuple[str, ...] = ()) -> Iterator[tuple[str, Location]]:
        """The lines of one option; a circular reference to an ``outer`` option is not replaced."""
        for text, location in option.lines:
            match = _INTERPOLATION.fullmatch(text)
            other = self._options.get((option.section, match[1].lower())) if match else None
            names = (*outer, option.key)
            if other is None or other.key in names or self._lines_left <= 0:
                yield text, location
                continue
            self._lines_left -= len(other.lines) + 1
            yield from ((line, location) for line, _ in self.expand(other, names))


def _follow(reading: _Reading, value: str, location: Location, groups: tuple[str, ...]) -> None:
    for path in filter(None, (part.strip() for part in value.split(","))):
        try:
            document = reading.document.open(path)
        except SourceError as error:
            message = f"`{shorten(path)}` cannot be included: {error.reason}"
            reading.problems.append(reading.document.problem(message, location.line, rule=Rule.CS602))
        else:
            found = parse_requirement_lines(document, split_lines(document.text), groups=groups, can_be_lock=False)
            reading.included = reading.included.merge(found)


def _strip_comment(text: str) -> str:
    """The text without a comment at its end, which setuptools leaves to the requirement parser."""
    return "" if text.startswith("#") else text.partition(" #")[0].strip()
