"""`compat-scan plan`: makes a plan and its files from a scan, the project's own code and the tree on Linux."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from scanner import pipeline
from scanner.inputs.projects import folder_of, merge_options
from scanner.inputs.replacing import open_replacing
from scanner.inputs.settings import Settings
from scanner.inspect.own_code import read_own_code
from scanner.model.errors import SettingsError, SourceError
from scanner.pipeline import Surroundings
from scanner.plan.container_tree import find_container_tree, make_linux_target
from scanner.plan.model import ContainerTree, Plan, PlanOptions
from scanner.plan.outline import Outline, guess_tree, make_plan, outline_plan


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanRequest:
    """The input of a plan in addition to the settings."""

    paths: tuple[str, ...]
    options: PlanOptions
    source: str | None = None
    """The folder of the project's own code."""


def plan_deployment(request: PlanRequest, settings: Settings, around: Surroundings) -> Plan:
    """The plan for the files.

    Raises:
        ScanError: as for a scan.
    """
    around = replace(around, read_stdin=cache(around.read_stdin))  # it is needed twice, and can be read only once
    report = pipeline.scan_one(request.paths, settings, around)
    code = None
    if request.source is not None:
        around.progress(f"reading {request.source}")
        code = read_own_code(request.source, report.target)
    outline = outline_plan(report, request.options, code)
    return make_plan(outline, _find_tree(request.paths, outline, settings, around))


def write_plan_files(plan: Plan, folder: Path, *, force: bool) -> tuple[str, ...]:
    """Write the files of a plan below a folder; their paths.

    Raises:
        SettingsError: there is nothing to write, or a file exists and ``force`` is not given.
        SourceError: a file cannot be written.
    """
    if not plan.files:
        raise SettingsError(None, "--write", f"there is nothing to deploy yet: {plan.summary}")
    if folder.is_symlink():
        raise SettingsError(None, "--write", f"{folder} is a symbolic link: what it leads to is not overwritten")
    if folder.exists() and not folder.is_dir():
        raise SettingsError(None, "--write", f"{folder} is not a folder")
    for path in plan.files:
        _check_place(folder, path, force=force)
    for path, text in plan.files.items():
        try:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            with open_replacing(folder / path) as stream:
                stream.write(text)
        except OSError as error:
            raise SourceError(str(folder / path), None, f"cannot be written: {error.strerror}") from error
    return tuple(str(folder / path) for path in plan.files)


def _check_place(folder: Path, path: str, *, force: bool) -> None:
    """Reject a path outside of the folder, also through a link, and an existing file without ``force``."""
    place = folder / path
    for each in (place, *place.parents):
        if each == folder:
            break
        if each.is_symlink():
            raise SettingsError(None, "--write", f"{each} is a symbolic link; its target is not overwritten")
    if place.is_dir():
        raise SettingsError(None, "--write", f"{place} is a folder; expected a file")
    if place.exists() and not force:
        raise SettingsError(None, "--write", f"{place} already exists; use --force to overwrite it")


def _find_tree(
    paths: Sequence[str], outline: Outline, settings: Settings, around: Surroundings
) -> ContainerTree | None:
    if not outline.has_container:
        return None
    names = outline.container_names
    if not names:
        return ContainerTree(packages=(), source="no dependency moves")
    around.progress("resolving the container's dependencies for Linux")
    files = pipeline.read_files(paths, settings, around)
    target = make_linux_target(outline.report.target)
    supply = around.open_supply(target, merge_options(files), folder_of(paths[0]))
    return find_container_tree(files, names, settings, target, supply) or guess_tree(outline)
