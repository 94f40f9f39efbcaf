"""One dependency declared by the keys of a table, as in the manifests of Poetry and Pipenv."""

from __future__ import annotations

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from scanner.inputs.formats.locks.marker_expression import join, parse_expression, write_expression
from scanner.inputs.formats.locks.package import write_vcs_url
from scanner.inputs.formats.reference import parse_reference
from scanner.inputs.formats.structure.table import Table
from scanner.model.dependency import Dependency, Location
from scanner.model.errors import SourceError
from scanner.model.specifiers import find_pin, has_endless_number

VCS_KEYS = ("git", "hg", "svn", "bzr")


def declare(
    name: NormalizedName,
    *,
    location: Location,
    specifier: SpecifierSet,
    extras: tuple[str, ...] = (),
    marker: Marker | None = None,
    url: str | None = None,
    groups: tuple[str, ...] = (),
    editable: bool = False,
    text: str,
) -> Dependency:
    """The dependency with these parts; its pin from the specifier, or from the file name at the end of the URL.

    Raises:
        SourceError: a number in the specifier is endless.
    """
    if has_endless_number(str(specifier)):
        raise SourceError(location.path, location.line, "a number in its version has over 1000 digits")
    pin = find_pin(specifier)
    if pin is None and url is not None:
        pin = parse_reference(url).version
    return Dependency(
        name=name,
        specifier=specifier,
        location=location,
        extras=extras,
        marker=marker,
        pin=pin,
        url=url,
        groups=groups,
        editable=editable,
        text=text,
    )


def read_url(table: Table) -> str | None:
    """The source of a dependency that is not from an index: a repository, a file, a folder; None for an index."""
    subdirectory = table.string("subdirectory")
    for system in VCS_KEYS:
        if address := table.string(system):
            revisions = (table.string(key) for key in ("rev", "ref", "tag", "branch"))
            return write_vcs_url(
                system, address, revision=next(filter(None, revisions), None), subdirectory=subdirectory
            )
    for key in ("url", "file", "path"):
        if address := table.string(key):
            return f"{address}#subdirectory={subdirectory}" if subdirectory else address
    return None


def join_markers(*markers: Marker | None) -> Marker | None:
    """One marker that is true if all are; None if there are none."""
    given = [marker for marker in markers if marker is not None]
    if len(given) < 2:
        return given[0] if given else None
    expression = join("and", (parse_expression(marker) for marker in given))
    return None if isinstance(expression, bool) else Marker(write_expression(expression))
