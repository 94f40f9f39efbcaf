"""requirements.txt in all of pip's syntax, with includes, and the output of ``pip freeze``, pip-compile and uv.

``lines`` joins and cuts lines; ``options``, ``requirement`` and ``compiled`` parse options, requirements and comments.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from scanner.inputs.formats.declaration import parse_declaration, parse_plain, shorten
from scanner.inputs.formats.document import Document, Parsed
from scanner.inputs.formats.reference import is_vcs_url, path_of_file_url
from scanner.inputs.formats.requirements.compiled import CompiledLine, find_manifests, is_compiled, read_annotations
from scanner.inputs.formats.requirements.lines import LogicalLine, LogicalLines, split_lines
from scanner.inputs.formats.requirements.options import LineOptions, OptionReader, split_options
from scanner.inputs.formats.requirements.requirement import find_egg, parse_pip_requirement
from scanner.model.dependency import Dependency
from scanner.model.errors import SourceError, describe_unexpected
from scanner.model.finding import Problem
from scanner.model.index_settings import VARIABLE, IndexSettings
from scanner.model.rule import Rule
from scanner.model.urls import redact_url

MAX_INCLUDE_DEPTH = 50

_FREEZE_COMMENT = re.compile(r"# Editable [^()]*\(([^()]+)\)")


def parse_requirements(document: Document) -> Parsed:
    """Everything that a requirements file and the files it includes declare, in the order in which pip reads it.

    ``-r`` and ``-c`` are opened with ``document.open``, never over the network. A file that is included twice without
    a circle is read once; pip reads it twice to the same effect. The result is a lock only if every file with
    requirements is a lock (see ``compiled.is_compiled``).
    """
    return parse_requirement_lines(document, split_lines(document.text))


def parse_requirement_lines(
    document: Document, content: LogicalLines, *, groups: tuple[str, ...] = (), can_be_lock: bool = True
) -> Parsed:
    """The same for lines in another kind of file, for example the ``pip:`` list of a conda environment."""
    reading = _Reading(groups=groups)
    _read_lines(reading, _Place(document=document, chain=(_identify(document.path),)), content)
    is_lock = can_be_lock and bool(reading.locked) and all(reading.locked)
    dependencies = read_annotations(reading.declared) if is_lock else (each.dependency for each in reading.declared)
    return Parsed(
        entries=tuple(dependencies),
        problems=tuple(reading.problems),
        constraints=tuple(reading.constraints),
        index=reading.index,
        is_lock=is_lock,
        locks=tuple(dict.fromkeys(reading.manifests)) if is_lock else (),
        notes=tuple(reading.notes),
    )


@dataclass(kw_only=True, slots=True)
class _Reading:
    """The results so far, for all files."""

    groups: tuple[str, ...] = ()
    options: OptionReader = field(default_factory=OptionReader)
    declared: list[CompiledLine] = field(default_factory=list)
    constraints: list[Dependency] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    index: IndexSettings = field(default_factory=IndexSettings)
    seen: set[tuple[str, bool]] = field(default_factory=set)
    locked: list[bool] = field(default_factory=list)
    """Whether each file with requirements of its own is a lock."""
    manifests: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """The current file, and the files that include it."""

    document: Document
    chain: tuple[str, ...]
    """The chain of including files down to this one, each as ``_identify`` returns it."""
    is_constraint: bool = False


def _read_lines(reading: _Reading, place: _Place, content: LogicalLines) -> None:
    own: list[Dependency] = []
    comments_above = content.header
    for line in content.lines:
        try:
            dependency = _read_line(reading, place, line)
        except SourceError as error:
            reading.problems.append(place.document.problem(error.reason, line.line))
        except Exception as error:  # noqa: BLE001  # one bad line is one problem
            reading.problems.append(place.document.problem(describe_unexpected(error), line.line))
        else:
            if dependency is not None:
                dependency = _name_by_comment(dependency, comments_above)
                own.append(dependency)
                if place.is_constraint:
                    reading.constraints.append(dependency)
                else:
                    reading.declared.append(CompiledLine(line=line, dependency=dependency))
        comments_above = line.comments
    if own and not place.is_constraint:
        reading.locked.append(is_compiled(content.header, own))
        reading.manifests.extend(find_manifests(content.header, content.lines))


def _read_line(reading: _Reading, place: _Place, line: LogicalLine) -> Dependency | None:
    """The requirement of one line; None for a line of options, which are applied."""
    plain = parse_plain(line.text, place.document.location(line.line, line.column), groups=reading.groups)
    if plain is not None:
        return plain
    requirement, option_text = split_options(line.text)
    options = LineOptions()
    if option_text:
        try:
            options = reading.options.parse_options(option_text)
        except ValueError as error:
            reading.problems.append(place.document.problem(str(error), line.line))
            if not requirement:
                return None
    reading.problems.extend(place.document.problem(message, line.line) for message in options.find_faults(requirement))
    if requirement or options.editable:
        requirement, options = (
            place.document.expand(requirement),
            replace(options, editable=place.document.expand(options.editable)),
        )
        return _read_requirement(reading, place, line, requirement, options)
    reading.index = reading.index.merge(_read_index(options, place.document))
    reading.notes.extend(f"{place.document.path}:{line.line}: {note}" for note in options.notes)
    for target, is_constraint in options.includes:
        _follow(reading, place, line, target, is_constraint=is_constraint)
    return None


def _read_requirement(
    reading: _Reading, place: _Place, line: LogicalLine, requirement: str, options: LineOptions
) -> Dependency:
    dependency = parse_pip_requirement(
        requirement or options.editable,
        place.document.location(line.line, line.column),
        groups=reading.groups,
        editable=not requirement,
    )
    if dependency.url and VARIABLE.search(dependency.url) and not is_vcs_url(dependency.url):
        reason = "a variable in a URL is replaced only if it is set and your own settings name the host; name it in "
        raise SourceError(place.document.path, line.line, f"{reason}--index-url or --extra-index-url")
    if (egg := find_egg(dependency.url or "")) and not re.fullmatch(r"[\w.-]+", egg):
        place_name = f"{place.document.path}:{line.line}"
        reading.notes.append(f"{place_name}: newer releases of pip reject more than a name in `#egg={shorten(egg)}`")
    # As written in the file: without its hashes, with its variables.
    text = split_options(line.text)[0] if requirement else line.text
    if options.hashes or text != dependency.text:
        dependency = replace(dependency, hashes=options.hashes, text=text)
    return dependency


def _follow(reading: _Reading, place: _Place, line: LogicalLine, target: str, *, is_constraint: bool) -> None:
    """Read the file of ``-r`` or ``-c``, or report why not (CS602)."""
    try:
        document = _open_included(place, target)
    except SourceError as error:
        message = f"`{shorten(redact_url(target))}` cannot be included: {error.reason}"
        reading.problems.append(place.document.problem(message, line.line, rule=Rule.CS602))
        return
    identity = _identify(document.path)
    if (identity, is_constraint) not in reading.seen:
        reading.seen.add((identity, is_constraint))
        inner = _Place(document=document, chain=(*place.chain, identity), is_constraint=is_constraint)
        _read_lines(reading, inner, split_lines(document.text))


def _open_included(place: _Place, target: str) -> Document:
    if re.match(r"(https?|ftp):", target, re.IGNORECASE):
        raise SourceError(place.document.path, None, "dependency files are not downloaded")
    document = place.document.open(path_of_file_url(target))
    chain = place.chain
    if _identify(document.path) in chain:
        circle = " → ".join((*chain[chain.index(_identify(document.path)) :], _identify(document.path)))
        raise SourceError(place.document.path, None, f"it includes itself: {shorten(circle, limit=400)}")
    if len(chain) > MAX_INCLUDE_DEPTH:
        raise SourceError(place.document.path, None, f"includes are nested more than {MAX_INCLUDE_DEPTH} levels deep")
    return document


def _identify(path: str) -> str:
    """The normalised path, for detecting that two paths lead to the same file."""
    return posixpath.normpath(path.replace("\\", "/"))


def _read_index(options: LineOptions, document: Document) -> IndexSettings:
    """The index settings of one line; folders are relative to the file that names them."""
    return IndexSettings(
        index=document.index_location(options.index_url) if options.index_url else None,
        extra=tuple(map(document.index_location, options.extra_index_urls)),
        find_links=tuple(document.index_location(text, is_flat=True) for text in options.find_links),
        no_index=options.no_index or None,
        prerelease="allow" if options.prereleases else None,
    )


def _name_by_comment(dependency: Dependency, comments: Iterable[str]) -> Dependency:
    """The dependency with the name that ``pip freeze`` writes in a comment above an editable path."""
    if not dependency.editable or dependency.name is not None:
        return dependency
    for comment in comments:
        if match := _FREEZE_COMMENT.match(comment):
            try:
                declared = parse_declaration(match[1], dependency.location)
            except SourceError:
                continue
            return replace(dependency, name=declared.name, pin=declared.pin)
    return dependency
