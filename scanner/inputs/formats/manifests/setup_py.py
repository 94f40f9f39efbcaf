"""setup.py: the literal arguments of its call of ``setup()``, read from the syntax tree; the file is never run."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from packaging.utils import canonicalize_name

from scanner.inputs.formats.declaration import parse_declaration
from scanner.inputs.formats.document import Document, Parsed
from scanner.inputs.formats.manifests.literals import Literals, Text
from scanner.inputs.formats.selection import BUILD_SYSTEM, EXTRA_PREFIX
from scanner.model.dependency import Entry, Skipped
from scanner.model.errors import SourceError
from scanner.model.finding import Problem

# The syntax tree requires a hundred times the memory of its text.
MAX_PYTHON_CHARACTERS = 1_000_000

_GROUPS: dict[str, tuple[str, ...]] = {
    "install_requires": (),
    "setup_requires": (BUILD_SYSTEM,),
    "tests_require": ("tests_require",),
}
_KEYWORDS = frozenset({*_GROUPS, "extras_require"})


def parse_setup_py(document: Document) -> Parsed:
    """The requirements in a setup.py that are literals, or names that are bound once to literals.

    Computed requirements are ``Skipped`` with that reason. The groups are those of setup.cfg.

    Raises:
        SourceError: the file does not parse as Python 3, or is too large for a setup.py.
    """
    tree = _parse_tree(document)
    reading = _Reading(document, Literals(tree, document.text))
    try:
        for call in _find_setup_calls(tree):
            for keyword in call.keywords:
                reading.read_keyword(keyword.arg, keyword.value)
    except RecursionError as error:
        raise SourceError(document.path, None, "not readable as Python: nested too deeply") from error
    # A file may call setup() twice, with fewer arguments if a compiler is missing.
    return Parsed(entries=tuple(dict.fromkeys(reading.entries)), problems=tuple(dict.fromkeys(reading.problems)))


@dataclass(slots=True)
class _Reading:
    document: Document
    literals: Literals
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def read_keyword(self, name: str | None, value: ast.expr) -> None:
        """Add the declarations of one keyword of the call, if any; ``**table`` has no name."""
        if name in _GROUPS:
            self._read_list(value, _GROUPS[name])
        elif name is None or name == "extras_require":
            for item in self.literals.items(value):
                if isinstance(item, Text):
                    if name is not None or item.key is None or item.key in _KEYWORDS:
                        self._skip(item)
                elif name is None:
                    self.read_keyword(*item)
                else:
                    extra, _, marker = item[0].partition(":")
                    groups = (EXTRA_PREFIX + canonicalize_name(extra.strip()),) if extra.strip() else ()
                    self._read_list(item[1], groups, marker=marker.strip())

    def _read_list(self, value: ast.expr, groups: tuple[str, ...], *, marker: str = "") -> None:
        """Add a list of requirements; ``marker`` is the condition in an older extra's name, ``name:marker``."""
        for item in self.literals.strings(value):
            content = "" if item.text.strip().startswith("#") else item.text.partition(" #")[0].strip()
            if item.is_computed:
                self._skip(item)
            elif content:
                self._read_requirement(replace(item, text=content), groups, marker)

    def _read_requirement(self, item: Text, groups: tuple[str, ...], marker: str) -> None:
        location = self.document.location(item.line, item.column)
        requirement, _, own = item.text.partition(";") if marker else (item.text, "", "")
        conditions = f"({own}) and ({marker})" if own.strip() else marker
        try:
            text = f"{requirement} ; {conditions}" if marker else requirement
            self.entries.append(replace(parse_declaration(text, location, groups=groups), text=item.text))
        except SourceError as error:
            self.problems.append(self.document.problem(error.reason, location.line))

    def _skip(self, item: Text) -> None:
        location = self.document.location(item.line, item.column)
        reason = "computed by setup.py, which is not run"
        self.entries.append(Skipped(text=item.text, reason=reason, location=location, computed_by="setup.py"))


def _parse_tree(document: Document) -> ast.Module:
    if len(document.text) > MAX_PYTHON_CHARACTERS:
        reason = f"{len(document.text):,} characters are more than the limit for a setup.py"
        raise SourceError(document.path, None, reason)
    try:
        with warnings.catch_warnings():
            # Old files have invalid escapes; their warnings are not part of a scan's output.
            warnings.simplefilter("ignore")
            return ast.parse(document.text)
    except SyntaxError as error:
        raise SourceError(document.path, error.lineno, f"not Python 3: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise SourceError(document.path, None, "not readable as Python: nested too deeply") from error


def _find_setup_calls(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
            if name == "setup":
                yield node
