"""Reads a Wrangler configuration for its check: values with locations, and the code and images that it names."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from os.path import normpath
from pathlib import Path

import tomli

from scanner.inputs.formats.discover import find_files
from scanner.inputs.formats.reading import read_file
from scanner.inputs.formats.structure.json_positions import find_json_positions, find_repeated_keys
from scanner.inputs.formats.structure.jsonc import parse_jsonc
from scanner.inputs.formats.structure.positions import KeyPath, Positions
from scanner.inputs.formats.structure.toml_positions import find_toml_positions
from scanner.inputs.formats.text import decode_leniently
from scanner.inputs.wrangler import CONFIG_NAMES
from scanner.model.dependency import Location
from scanner.model.errors import SourceError
from scanner.model.finding import Problem
from scanner.model.rule import Rule
from scanner.plan.check import CheckInput, SiblingConfig, TextFile, find_faults, find_scopes
from scanner.plan.check.code import blank_code_comments
from scanner.plan.model import Checked

_CODE_SUFFIXES = (".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs", ".py")
_MAX_CODE_FILES = 500
_PYWRANGLER_NAMES = ("wrangler.toml", "wrangler.jsonc")
"""In the order of pywrangler's search (workers-py 1.17.9, pywrangler/utils.py)."""
_PLACE_OF_TOML_ERROR = re.compile(r"\(at line (\d+), column (\d+)\)")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Parsed:
    """The values of a configuration and their locations."""

    values: Mapping[str, object]
    positions: Positions
    repeated: tuple[KeyPath, ...] = ()
    """Keys that occur more than once in their object."""


class _Unparsed(Exception):  # noqa: N818  # reported as a problem, not as an error
    """A text that does not parse, with the location of the error."""

    def __init__(self, reason: str, line: int = 1, column: int = 1) -> None:
        super().__init__(reason)
        self.reason, self.line, self.column = reason, line, column


def check_wrangler(path: str) -> Checked:
    """The faults in the configuration at a path; a file that cannot be read or parsed is a problem as well."""
    try:
        text, problems = decode_leniently(read_file(path), path)
        parsed = _parse(text, path)
    except SourceError as error:
        return _unreadable(path, error.reason, Location(path=path, line=error.line or 1))
    except _Unparsed as error:
        return _unreadable(path, error.reason, Location(path=path, line=error.line, column=error.column))

    def locate(key: KeyPath) -> Location:
        line, column = parsed.positions.find(key)
        return Location(path=path, line=line, column=column)

    given = CheckInput(path=path, values=parsed.values, locate=locate)
    twice = [
        given.problem(Rule.CS601, key, f"the key `{key[-1]}` occurs twice; only the last one is used")
        for key in parsed.repeated
    ]
    sources, missing = _read_sources(given)
    images, absent = _read_images(given)
    given = replace(given, sources=sources, images=images, missing=frozenset(absent), sibling=_read_sibling(path))
    return Checked(path=path, problems=(*problems, *twice, *missing, *find_faults(given)))


def _unreadable(path: str, reason: str, location: Location) -> Checked:
    problem = Problem(rule=Rule.CS601, message=reason, location=location)
    return Checked(path=path, problems=(problem,), is_readable=False)


def _parse(text: str, path: str) -> _Parsed:
    try:
        parsed = _parse_toml(text) if path.endswith(".toml") else _parse_json(text)
    except RecursionError as error:
        raise _Unparsed("is nested too deeply") from error
    if not isinstance(parsed.values, dict):
        raise _Unparsed("must contain an object")
    return parsed


def _parse_json(text: str) -> _Parsed:
    try:
        values, plain = parse_jsonc(text)
    except json.JSONDecodeError as error:
        raise _Unparsed(f"invalid JSON: {error.msg}", error.lineno, error.colno) from error
    except ValueError as error:
        raise _Unparsed(f"invalid JSON: {error}") from error
    return _Parsed(values=values, positions=find_json_positions(plain), repeated=find_repeated_keys(plain))


def _parse_toml(text: str) -> _Parsed:
    try:
        values = tomli.loads(text)
    except ValueError as error:
        reason = str(error).splitlines()[0]
        place = _PLACE_OF_TOML_ERROR.search(reason)
        message = f"invalid TOML: {_PLACE_OF_TOML_ERROR.sub('', reason).rstrip()}"
        raise _Unparsed(message, *(int(number) for number in place.groups()) if place else ()) from error
    return _Parsed(values=values, positions=find_toml_positions(text))


def _read_sources(given: CheckInput) -> tuple[tuple[TextFile, ...], tuple[Problem, ...]]:
    """The main modules with the code in their folders and below, and problems for unreadable ones."""
    found: dict[str, TextFile] = {}
    problems: list[Problem] = []
    for scope in find_scopes(given):
        main = scope.values.get("main")
        if not isinstance(main, str) or "\0" in main:
            continue
        path = normpath(Path(given.path).parent / main)
        try:
            found[path] = replace(_read_code(path), is_main=True)
        except SourceError as error:
            reason = error.reason if Path(path).exists() else f"file not found: {main}"
            problems.append(given.problem(Rule.CS602, (*scope.prefix, "main"), reason))
            continue
        for each in find_files(str(Path(path).parent), lambda file: file.endswith(_CODE_SUFFIXES)):
            if each not in found and len(found) < _MAX_CODE_FILES:
                with suppress(SourceError):  # in the folder of the main module, but possibly not part of the Worker
                    found[each] = _read_code(each)
    return tuple(found.values()), tuple(problems)


def _read_code(path: str) -> TextFile:
    text = _read_text(path)
    return TextFile(path=path, text=text if path.endswith(".py") else blank_code_comments(text))


def _read_images(given: CheckInput) -> tuple[dict[str, TextFile], set[str]]:
    """The Dockerfiles by the text that names them, and texts that look like paths of missing files."""
    images: dict[str, TextFile] = {}
    missing: set[str] = set()
    for scope in find_scopes(given):
        for entry in scope.entries:
            image = entry.text("image")
            if image is None or image in images or "\0" in image:
                continue
            path = normpath(Path(given.path).parent / image)
            try:
                images[image] = TextFile(path=path, text=_read_text(path))
            except SourceError:
                if image.startswith((".", "/")) or image.endswith("Dockerfile"):
                    missing.add(image)
    return images, missing


def _read_sibling(path: str) -> SiblingConfig | None:
    """The configuration in the same folder that one of the two tools reads instead; None if both read the same."""
    folder, name = Path(path).parent, Path(path).name
    deploys, installs = (
        next((each for each in names if (folder / each).is_file()), None) for names in (CONFIG_NAMES, _PYWRANGLER_NAMES)
    )
    if deploys is None or installs is None or deploys == installs or name not in (deploys, installs):
        return None
    other = str(folder / (installs if name == deploys else deploys))
    try:
        values = _parse(_read_text(other), other).values
    except (SourceError, _Unparsed):
        return None  # reported when that file is checked
    return SiblingConfig(deploys=deploys, installs=installs, values=values)


def _read_text(path: str) -> str:
    """The text of a file; invalid UTF-8 is replaced.

    Raises:
        SourceError: it cannot be read.
    """
    text, _ = decode_leniently(read_file(path), path)
    return text
