"""A Wrangler configuration read for its check: values with places, the code and the images that it leads to."""

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
from scanner.plan.check import Beside, CheckInput, TextFile, find_faults, find_scopes
from scanner.plan.check.code import blank_code_comments
from scanner.plan.model import Checked

_CODE_SUFFIXES = (".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs", ".py")
_MAX_CODE_FILES = 500
_PYWRANGLER_NAMES = ("wrangler.toml", "wrangler.jsonc")
"""In the order in which pywrangler looks for them (workers-py 1.17.9, pywrangler/utils.py)."""
_PLACE_OF_TOML_ERROR = re.compile(r"\(at line (\d+), column (\d+)\)")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Parsed:
    """The values of a configuration and their places."""

    values: Mapping[str, object]
    positions: Positions
    repeated: tuple[KeyPath, ...] = ()
    """Keys that stand more than once in their object."""


class _Unparsed(Exception):  # noqa: N818  # it is told as a problem, not as an error
    """A text that does not parse, with the place where that shows."""

    def __init__(self, reason: str, line: int = 1, column: int = 1) -> None:
        super().__init__(reason)
        self.reason, self.line, self.column = reason, line, column


def check_wrangler(path: str) -> Checked:
    """What is wrong with the configuration at a path; a file that cannot be read or parsed is a problem as well."""
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
        given.problem(Rule.CS601, key, f"the key `{key[-1]}` stands twice, and only the last one counts")
        for key in parsed.repeated
    ]
    sources, missing = _read_sources(given)
    images, absent = _read_images(given)
    given = replace(given, sources=sources, images=images, missing=frozenset(absent), beside=_read_beside(path))
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
        raise _Unparsed("holds no object")
    return parsed


def _parse_json(text: str) -> _Parsed:
    try:
        values, plain = parse_jsonc(text)
    except json.JSONDecodeError as error:
        raise _Unparsed(f"is no JSON: {error.msg}", error.lineno, error.colno) from error
    except ValueError as error:
        raise _Unparsed(f"is no JSON: {error}") from error
    return _Parsed(values=values, positions=find_json_positions(plain), repeated=find_repeated_keys(plain))


def _parse_toml(text: str) -> _Parsed:
    try:
        values = tomli.loads(text)
    except ValueError as error:
        reason = str(error).splitlines()[0]
        place = _PLACE_OF_TOML_ERROR.search(reason)
        told = f"is no TOML: {_PLACE_OF_TOML_ERROR.sub('', reason).rstrip()}"
        raise _Unparsed(told, *(int(number) for number in place.groups()) if place else ()) from error
    return _Parsed(values=values, positions=find_toml_positions(text))


def _read_sources(given: CheckInput) -> tuple[tuple[TextFile, ...], tuple[Problem, ...]]:
    """The main modules with the code beside and below them, and problems for those that cannot be read."""
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
            reason = error.reason if Path(path).exists() else f"there is no file {main}"
            problems.append(given.problem(Rule.CS602, (*scope.prefix, "main"), reason))
            continue
        for each in find_files(str(Path(path).parent), lambda file: file.endswith(_CODE_SUFFIXES)):
            if each not in found and len(found) < _MAX_CODE_FILES:
                with suppress(SourceError):  # it is beside the main module, and may be none of the Worker's
                    found[each] = _read_code(each)
    return tuple(found.values()), tuple(problems)


def _read_code(path: str) -> TextFile:
    text = _read_text(path)
    return TextFile(path=path, text=text if path.endswith(".py") else blank_code_comments(text))


def _read_images(given: CheckInput) -> tuple[dict[str, TextFile], set[str]]:
    """The Dockerfiles by what names them, and names that look like paths and lead nowhere."""
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


def _read_beside(path: str) -> Beside | None:
    """The configuration beside this one that one of the two tools reads instead; None where both read the same."""
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
        return None  # which is told where that one is checked
    return Beside(deploys=deploys, installs=installs, values=values)


def _read_text(path: str) -> str:
    """The text of a file; what is not UTF-8 in it is replaced.

    Raises:
        SourceError: it cannot be read.
    """
    text, _ = decode_leniently(read_file(path), path)
    return text
