"""[dependency-groups] (PEP 735): requirements in groups that may include each other."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.utils import canonicalize_name

from scanner.inputs.formats.declaration import parse_declaration
from scanner.inputs.formats.pyproject.group_includes import Include
from scanner.inputs.formats.structure.table import Table
from scanner.model.dependency import Dependency
from scanner.model.errors import SourceError


def read_dependency_groups(groups: Table) -> Iterator[Dependency | Include]:
    """The declarations of each group, and its includes, in the order of the file.

    Group names are normalised for comparison (PEP 735).
    """
    for key in groups.values:
        for number, value in groups.elements(key):
            element = _read_element(groups, key, number, value)
            if element is not None:
                yield element


def _read_element(groups: Table, key: str, number: int, value: object) -> Dependency | Include | None:
    group, location = canonicalize_name(key), groups.location(key, number)
    if isinstance(value, str):
        try:
            return parse_declaration(value, location, groups=(group,))
        except SourceError as error:
            groups.report_at(location, error.reason)
            return None
    element = groups.element(key, number, value)
    included = element.string("include-group") if element is not None else None
    if included is not None:
        return Include(group=group, included=canonicalize_name(included), location=location)
    if element is not None and "include-group" not in element:
        element.report("expected a requirement or {include-group = …}")
    return None
