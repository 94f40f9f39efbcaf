"""Edits of a report made in the files, and taken back if a new scan does not confirm them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from scanner.inputs.formats.reading import read_file
from scanner.inputs.rewriting import Rewritten, rewrite_file
from scanner.inputs.rewriting.changes import apply_changes
from scanner.inputs.rewriting.writing import write_files
from scanner.model.edit import Edit
from scanner.model.errors import EditError, ScanError
from scanner.model.report import ProjectReport, ProjectVerdict, Report, Verdict


def select_edits(report: Report, *, unsafe: bool) -> tuple[Edit, ...]:
    """The edits to make, each once; of several that change the same place the first."""
    selected: list[Edit] = []
    places: set[tuple[str, int, int]] = set()
    for edit in dict.fromkeys(edit for project in report.projects for edit in project.edits):
        own = {(change.path, change.line, change.column) for change in edit.changes}
        if (edit.safe or unsafe) and own.isdisjoint(places):
            places |= own
            selected.append(edit)
    return tuple(selected)


def find_refusals(report: Report) -> Iterator[str]:
    """Why the files of projects that do not run on Workers are not edited, as sentences."""
    edited = {change.path for project in report.projects for edit in project.edits for change in edit.changes}
    blocked = (one for one in report.projects if one.verdict is not ProjectVerdict.WORKERS)
    for path in dict.fromkeys(path for project in blocked for path in project.files if path not in edited):
        try:
            rewrite_file(path, read_file(path), ())
        except ScanError as error:
            yield str(error)


def fix_files(
    report: Report, edits: Sequence[Edit], scan: Callable[[], Report], paths: Sequence[str]
) -> tuple[tuple[Edit, ...], Report]:
    """The edits that were made, and the new report.

    If a project does not come to what was promised, the files get their old content back; then the edits are made
    without those of that project's files.

    Raises:
        EditError: a file has changed meanwhile, or cannot be written.
    """
    root = _find_root(paths)
    left = tuple(edits)
    while files := apply_changes(change for edit in left for change in edit.changes):
        after = _scan_written(files, scan, root)
        broken = {path for project in _find_broken(report, after, left) for path in _list_files(project)}
        if not broken:
            return left, after
        _restore(files, root)
        kept = tuple(edit for edit in left if broken.isdisjoint(change.path for change in edit.changes))
        if kept == left:
            raise EditError(files[0].path, None, "the new scan did not confirm the edits; nothing was changed")
        left = kept
    return left, report


def _scan_written(files: Sequence[Rewritten], scan: Callable[[], Report], root: Path) -> Report:
    write_files(files, root)
    try:
        return scan()
    except BaseException:
        _restore(files, root)
        raise


def _restore(files: Sequence[Rewritten], root: Path) -> None:
    write_files([replace(file, before=file.after, after=file.before) for file in files], root)


def _find_broken(before: Report, after: Report, made: Collection[Edit]) -> Iterator[ProjectReport]:
    """The projects that are worse than before, or not what their edits promised."""
    found = {(project.path, project.name): project for project in after.projects}
    for project in before.projects:
        new = found.get((project.path, project.name))
        if new is None or not _is_kept(project, new, made):
            yield project


def _is_kept(before: ProjectReport, after: ProjectReport, made: Collection[Edit]) -> bool:
    own = [edit for edit in before.edits if edit in made and edit.changes]
    resolved = {(one.name, one.rule) for edit in own for one in edit.resolves}
    blocked = (row for row in after.packages if row.verdict is Verdict.CONTAINER)
    if any((row.name, finding.rule) in resolved for row in blocked for finding in row.findings):
        return False
    if len(own) == len(before.edits) and all(edit.safe for edit in own):
        return after.verdict is (before.verdict_after_edits or before.verdict)
    return _count_open(after) <= _count_open(before)


def _list_files(project: ProjectReport) -> Iterator[str]:
    """The files of a project, and those that they include."""
    yield from project.files
    yield from (row.location.path for row in project.dependencies if row.location is not None)


def _count_open(project: ProjectReport) -> int:
    return sum(row.verdict is not Verdict.WORKERS for row in project.requirements)


def _find_root(paths: Sequence[str]) -> Path:
    """The folder of the repository of the first path; without one, that path's folder."""
    first = Path(paths[0]).absolute()
    folder = first if first.is_dir() else first.parent
    return next((parent for parent in (folder, *folder.parents) if (parent / ".git").exists()), folder)
