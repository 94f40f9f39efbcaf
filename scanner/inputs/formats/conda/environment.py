"""Conda environment files (environment.yml): the ``pip:`` list is read, conda's own packages are skipped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from scanner.inputs.formats.conda.names import CondaPackage, find_pypi_name
from scanner.inputs.formats.declaration import shorten
from scanner.inputs.formats.document import Document, Parsed
from scanner.inputs.formats.requirements import parse_requirement_lines
from scanner.inputs.formats.requirements.lines import LogicalLine, LogicalLines, split_lines
from scanner.model.dependency import Skipped
from scanner.model.errors import SourceError
from scanner.model.finding import Problem

# The pure Python YAML parser takes seconds for this many characters; the largest real environments have a tenth.
MAX_YAML_CHARACTERS = 250_000

# The parser's time grows with the square of the depth.
_TOO_DEEP = re.compile(r"(?:[\[{]\s*){100}")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_PACKAGE_URL = re.compile(r"(?:https?|file)://[^:]*/(?P<name>[^/\s]+)-[^-/]+-(?P<build>[^-/]+)(?:\.tar\.bz2|\.conda)")
# `name=1.2=build`, `name 1.2 build` and `name[build=…]`
_BUILD = re.compile(r"(?:=[^=\s<>!~|,\[]+=|\bbuild=['\"]?)([A-Za-z0-9_*.]+)")
_BUILD_AFTER_SPACE = re.compile(r"\S+\s+\S+\s+([A-Za-z0-9_*.]+)")


def parse_conda(document: Document) -> Parsed:
    """The requirements of the ``pip:`` lists, with every other dependency as ``Skipped`` and its reason.

    Raises:
        SourceError: the document is not YAML or too large.
    """
    reading = _Reading(document)
    for root in compose(document, MAX_YAML_CHARACTERS):
        reading.read_root(root)
    pip = parse_requirement_lines(document, LogicalLines(lines=tuple(reading.pip_lines)), can_be_lock=False)
    return Parsed(entries=tuple(reading.skipped), problems=tuple(reading.problems)).merge(pip)


def parse_match_spec(text: str) -> CondaPackage | None:
    """The name and build of a conda match specification, for example ``conda-forge::numpy=1.26=py312h1_0``.

    None where it has no name.
    """
    if match := _PACKAGE_URL.match(text):
        return CondaPackage(match["name"], match["build"])
    match = _NAME.match(text.rpartition("::")[2].strip())
    if match is None:
        return None
    build = _BUILD.search(text) or _BUILD_AFTER_SPACE.fullmatch(text.strip())
    return CondaPackage(match[0], build[1] if build else "")


class _Reading:
    """What has been read of one document so far."""

    def __init__(self, document: Document) -> None:
        self.skipped: list[Skipped] = []
        self.pip_lines: list[LogicalLine] = []
        self.problems: list[Problem] = []
        self._document = document

    def read_root(self, root: Node) -> None:
        """Take the dependencies of one YAML document."""
        if not isinstance(root, MappingNode):
            self._report(root, "expected a mapping with the key `dependencies`")
            return
        for key, value in root.value:
            if key.value == "dependencies":
                for item in self._items(value):
                    self._read_dependency(item)

    def _read_dependency(self, item: Node) -> None:
        if isinstance(item, ScalarNode):
            self._skip_package(item)
        elif isinstance(item, MappingNode):
            for key, value in item.value:
                if key.value == "pip":
                    self._read_pip(value)
                else:
                    self._skip_other(key, value)
        else:
            self._report(item, "expected a package or `pip:`, not a list")

    def _read_pip(self, value: Node) -> None:
        for item in self._items(value):
            if not isinstance(item, ScalarNode):
                self._report(item, "expected a requirement; quote a requirement that contains `: `")
                continue
            line, column = place_of(item)
            for each in split_lines(item.value).lines:
                self.pip_lines.append(replace(each, line=line + each.line - 1, column=column))

    def _skip_package(self, item: Node) -> None:
        package = parse_match_spec(item.value)
        if package is None:
            self._report(item, f"`{shorten(item.value)}` is not a conda package")
            return
        location = self._document.location(*place_of(item))
        self.skipped.append(Skipped(text=item.value.strip(), reason=explain(package), location=location))

    def _skip_other(self, key: Node, value: Node) -> None:
        """The list of another package manager, which conda itself ignores."""
        for item in self._items(value):
            text = str(item.value) if isinstance(item, ScalarNode) else "a table or list"
            reason = f"installed by {shorten(str(key.value))}, which does not provide Python packages"
            self.skipped.append(Skipped(text=text, reason=reason, location=self._document.location(*place_of(item))))

    def _items(self, value: Node) -> list[Node]:
        if isinstance(value, SequenceNode):
            return list(value.value)
        if not isinstance(value, ScalarNode) or value.value not in {"", "null", "~"}:
            self._report(value, "expected a list")
        return []

    def _report(self, node: Node, message: str) -> None:
        self.problems.append(self._document.problem(message, place_of(node)[0]))


def explain(package: CondaPackage) -> str:
    """Why a conda package is not checked, with its name on the Python package index if it has one."""
    if package.name == "python":
        return "the Python version; a Worker uses the Python of its runtime"
    name = find_pypi_name(package)
    if name is None:
        return "conda packages are not checked"
    return f"conda packages are not checked; the Python package index has it as {name}: list that under `pip:`"


def place_of(node: Node) -> tuple[int, int]:
    """The line and column of the start of a node, counted from 1."""
    return node.start_mark.line + 1, node.start_mark.column + 1


def compose(document: Document, most_characters: int) -> Iterator[Node]:
    """The root node of each YAML document; no objects are constructed, so YAML tags are harmless.

    Raises:
        SourceError: the document is not YAML or too large.
    """
    if len(document.text) > most_characters:
        reason = f"{len(document.text):,} characters are more than the limit for an environment file"
        raise SourceError(document.path, None, reason)
    if _TOO_DEEP.search(document.text):
        raise SourceError(document.path, None, "not readable as YAML: nested too deeply")
    try:
        yield from filter(None, YAML(typ="safe", pure=True).compose_all(document.text))
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        reason = (error.problem if isinstance(error, MarkedYAMLError) else None) or str(error).partition("\n")[0]
        raise SourceError(document.path, mark.line + 1 if mark else None, f"not YAML: {shorten(reason)}") from error
    except RecursionError as error:
        raise SourceError(document.path, None, "not readable as YAML: nested too deeply") from error
    except (ValueError, KeyError, AttributeError, IndexError, AssertionError, TypeError) as error:
        # The parser lets some of its own errors through on malformed directives and tags.
        raise SourceError(document.path, None, f"not readable as YAML: {shorten(str(error))}") from error
