"""The split of the project's own modules between Worker and container."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scanner.model.dependency import Location
from scanner.model.own_code import OwnCode, OwnModule
from scanner.model.target import Target
from scanner.plan.model import CodeSplit, Cut, Moving, Placement, Side
from scanner.plan.placement import module_names
from scanner.runtime.tables import load_pyodide

MOVING_RULES = ("CS303", "CS305", "CS306")
"""Processes, sockets and system libraries, which only a container supports."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeCut:
    """The split of the code, and which distributions each side of it imports."""

    split: CodeSplit
    worker_names: frozenset[str]
    container_names: frozenset[str]


def split_code(code: OwnCode, placements: Sequence[Placement], target: Target) -> CodeCut:
    """The modules that move: they import what moves, or do what only a container supports."""
    owners = _owners(placements, target)
    moved = {placement.name for placement in placements if placement.side is Side.CONTAINER}
    moving = tuple(found for module in code.modules if (found := _find_moving(module, owners, moved)).reasons)
    moving_names = {found.module for found in moving}
    sides: dict[bool, set[str]] = {True: set(), False: set()}
    for module in code.modules:
        sides[module.name in moving_names].update(_distributions(module, owners))
    split = CodeSplit(
        folder=code.folder,
        module_count=len(code.modules),
        moving=moving,
        cuts=tuple(_find_cuts(code, moving_names)),
        rewrites=tuple(_find_rewrites(code, moving_names, owners, placements)),
        cautions=tuple(_find_cautions(code, moving_names)),
        problems=code.problems,
    )
    return CodeCut(split=split, worker_names=frozenset(sides[False]), container_names=frozenset(sides[True]))


def _owners(placements: Iterable[Placement], target: Target) -> Mapping[str, str]:
    """Top-level modules to the direct dependency that provides them."""
    packages = load_pyodide(target.pyodide).packages
    known = {str(name): tuple(entry.partition(".")[0] for entry in row.imports) for name, row in packages.items()}
    return {module: placement.name for placement in placements for module in module_names(placement.name, known)}


def _find_moving(module: OwnModule, owners: Mapping[str, str], moved: set[str]) -> Moving:
    reasons = [
        (found.line, f"imports {found.module}, which {owner} provides")
        for found in module.imports
        if (owner := owners.get(found.module.partition(".")[0])) in moved
    ]
    reasons += [(use.line, f"{use.name} {use.outcome} ({use.rule})") for use in module.uses if use.rule in MOVING_RULES]
    return Moving(module=module.name, path=module.path, reasons=tuple(dict.fromkeys(sorted(reasons))))


def _distributions(module: OwnModule, owners: Mapping[str, str]) -> Iterator[str]:
    for found in module.imports:
        owner = owners.get(found.module.partition(".")[0])
        if owner is not None:
            yield owner


def _find_cuts(code: OwnCode, moving: set[str]) -> Iterator[Cut]:
    """The imports of moving modules by staying ones; the longest name of a module counts."""
    names = {module.name for module in code.modules}
    for module in code.modules:
        if module.name in moving:
            continue
        seen: set[str] = set()
        for found in module.imports:
            imported = _own_module(found.module, names)
            if imported in moving and imported not in seen:
                seen.add(imported)
                yield Cut(importer=module.name, imported=imported, location=Location(path=module.path, line=found.line))


def _own_module(dotted: str, names: set[str]) -> str:
    while dotted and dotted not in names:
        dotted = dotted.rpartition(".")[0]
    return dotted


def _find_rewrites(
    code: OwnCode, moving: set[str], owners: Mapping[str, str], placements: Iterable[Placement]
) -> Iterator[tuple[Location, str]]:
    """The imports of packages that a service replaces, in modules that stay."""
    replaced = {placement.name: placement for placement in placements if placement.side is Side.SERVICE}
    for module in code.modules:
        for found in module.imports if module.name not in moving else ():
            placement = replaced.get(owners.get(found.module.partition(".")[0], ""))
            if placement is not None and placement.service is not None:
                instead = ", ".join((*placement.drivers, placement.service.use))
                yield Location(path=module.path, line=found.line), f"imports {found.module}: use {instead}"


def _find_cautions(code: OwnCode, moving: set[str]) -> Iterator[tuple[Location, str]]:
    for module in code.modules:
        if module.name not in moving:
            for use in module.uses:
                yield Location(path=module.path, line=use.line), f"{use.name} {use.outcome} ({use.rule})"
