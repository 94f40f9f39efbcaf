"""The projects of a scan: paths to folders, folders to projects."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path, PurePath

from packaging.specifiers import SpecifierSet

from scanner.inputs.formats import STDIN, ReadFile, read_given
from scanner.inputs.formats.reference import parse_reference
from scanner.inputs.projects.building import Context, Prepared, build_projects, build_script, prepare, skip_development
from scanner.inputs.projects.gathering import Gathered, Unit, gather
from scanner.inputs.projects.project import Discovered, Project
from scanner.inputs.settings import Settings
from scanner.model.artifact import Artifact, ArtifactKind
from scanner.model.dependency import Dependency, Location, SkipKind, Skipped
from scanner.model.errors import SourceError
from scanner.model.finding import Problem
from scanner.model.rule import Rule
from scanner.model.target import Target
from scanner.runtime.target import choose_target, rank_artifact


def find_projects(
    paths: Sequence[str],
    settings: Settings,
    *,
    expand: Callable[[str], str],
    read_stdin: Callable[[], bytes],
    installed: Mapping[str, bytes],
    today: date | None = None,
) -> Discovered:
    """The projects that the paths of a scan lead to.

    A path in ``installed`` is an interpreter's, with its `pip inspect` report. What is broken in one project is a
    problem of that project.

    Raises:
        SettingsError: the flags of the command line contradict each other.
        SourceError: there is nothing to judge.
    """
    choose_target(settings.compatibility_date, settings.compatibility_flag)
    context = Context(settings=settings, expand=expand, today=today or datetime.now(UTC).date())
    given = [path for path in dict.fromkeys(paths) if path == STDIN or path in installed]
    gathered = gather((path for path in dict.fromkeys(paths) if path not in given), settings)
    finding = _Finding(gathered, context)
    projects = list(finding.find_projects())
    for path in given:
        projects += _build_given(
            read_given(path, installed[path] if path in installed else read_stdin(), expand), context
        )
    problems = tuple(_unread_folder(failure, paths[0]) for failure in gathered.failures)
    if not projects and not problems:
        reason = "no dependency files in this folder or below it; give a path, such as requirements.txt, or pipe it in"
        raise SourceError(paths[0] if paths else ".", None, reason)
    return Discovered(projects=tuple(projects), problems=problems, notes=tuple(finding.notes()))


class _Finding:
    """The folders of one scan on their way to projects."""

    def __init__(self, gathered: Gathered, context: Context) -> None:
        self._gathered = gathered
        self._context = context
        self._prepared = {key: prepare(unit, context) for key, unit in gathered.units.items()}
        self._homeless: list[str] = []

    def find_projects(self) -> Iterator[Project]:
        """The projects, in the order of the paths."""
        self._drop_workspace_locks()
        if not any(one.is_project or one.unit.scripts for one in self._prepared.values()):
            self._judge_development()
        for key, prepared in self._prepared.items():
            self._place_skipped(key, prepared)
        for key, prepared in self._prepared.items():
            if prepared.is_project:
                yield from build_projects(prepared, self._context)
            for path in prepared.unit.scripts:
                if self._find_worker(key, prepared) is None or os.path.abspath(path) in prepared.unit.named:  # noqa: PTH100
                    yield from build_script(path, prepared, self._context)
        yield from _build_archives(self._gathered.archives, self._context)

    def notes(self) -> Iterator[str]:
        """What holds for the whole scan."""
        gathered = self._gathered
        if gathered.left_out:
            folders = ", ".join(sorted(gathered.left_out))
            count = sum(gathered.left_out.values())
            what = f"{count} dependency files of tests, templates and generated plans"
            yield f"left out: {what} in {folders}; name a folder to scan it"
        if gathered.excluded:
            yield f"left out by `exclude`: {', '.join(gathered.excluded)}"
        if gathered.unread:
            yield f"not read, because their formats are not known: {', '.join(gathered.unread)}"
        if self._homeless:
            yield f"for development, so not judged without --dev: {', '.join(self._homeless)}"
        for folder in gathered.empty:
            yield f"no dependency files in {folder} or below it"

    def _drop_workspace_locks(self) -> None:
        """A workspace's lock without a project beside it is left to the members that are scanned too."""
        for key, prepared in self._prepared.items():
            if prepared.unit.is_named:
                continue
            for file in prepared.files:
                members = file.parsed.members
                if members and "." not in members and self._has_member(key, members):
                    prepared.files.remove(file)
                    break

    def _has_member(self, key: str, members: Sequence[str]) -> bool:
        return any(os.path.normpath(os.path.join(key, member)) in self._prepared for member in members)  # noqa: PTH118

    def _judge_development(self) -> None:
        """Without anything else, development files are what is judged."""
        for key, prepared in self._prepared.items():
            unit = prepared.unit
            unit.files, unit.development = [*unit.files, *unit.development], []
            self._prepared[key] = prepare(unit, self._context)

    def _place_skipped(self, key: str, prepared: Prepared) -> None:
        """What is not judged of a folder is listed with its project, else with that of a folder above."""
        home = prepared if prepared.is_project else self._find_above(key)
        if prepared.unit.development:
            if home is None:
                self._homeless += prepared.unit.development
            else:
                home.skipped += skip_development(prepared, self._context, home.files)
        worker = self._find_worker(key, prepared)
        if worker is not None:
            reason = "a script with dependencies of its own, which pywrangler does not install"
            worker.skipped += [
                Skipped(text=path, reason=reason, location=Location(path=path, line=1), category=SkipKind.OTHER)
                for path in prepared.unit.scripts
                if os.path.abspath(path) not in prepared.unit.named  # noqa: PTH100
            ]

    def _find_worker(self, key: str, prepared: Prepared) -> Prepared | None:
        """The pywrangler project of this scan that a folder belongs to."""
        if prepared.runtimes[0].worker is None:
            return None
        here = (self._prepared[path] for path in map(str, (Path(key), *Path(key).parents)) if path in self._prepared)
        return next((each for each in here if each.pywrangler is not None), None)

    def _find_above(self, key: str) -> Prepared | None:
        above = (self._prepared.get(str(parent)) for parent in Path(key).parents)
        return next((each for each in above if each is not None and each.is_project), None)


def _build_given(file: ReadFile, context: Context) -> Iterator[Project]:
    """The projects of standard input or of an interpreter, for the runtime of the current folder."""
    is_interpreter = file.path != STDIN
    if not (is_interpreter or file.parsed.entries or file.parsed.problems):
        nothing = Problem(rule=Rule.CS601, message="nothing was piped in", location=Location(path=STDIN, line=1))
        file = replace(file, parsed=replace(file.parsed, problems=(nothing,)))
    prepared = replace(prepare(Unit(folder=".", root="."), context), files=[file])
    for choice in prepared.runtimes:
        alone = replace(prepared, runtimes=(replace(choice, worker=None),))
        for project in build_projects(alone, context):
            name = PurePath(file.path).name if is_interpreter else project.name
            suffix = f" [env {choice.environment}]" if is_interpreter and choice.environment else ""
            path = file.path if is_interpreter else "."
            yield replace(project, name=name + suffix, path=path, wrangler=choice.wrangler, is_library=False)


def _build_archives(paths: Sequence[str], context: Context) -> Iterator[Project]:
    """One project for each folder of wheels and source distributions that the user names."""
    by_folder: dict[str, list[str]] = {}
    for path in paths:
        by_folder.setdefault(PurePath(path).parent.as_posix(), []).append(path)
    for folder, files in by_folder.items():
        prepared = prepare(Unit(folder=folder, root="."), context)
        for choice in prepared.runtimes:
            alone = replace(prepared, runtimes=(replace(choice, worker=None),))
            for project in build_projects(alone, context):
                yield replace(
                    project,
                    files=tuple(files),
                    wrangler=choice.wrangler,
                    dependencies=tuple(_choose_archives(files, choice.target)),
                    is_library=False,
                )


def _choose_archives(paths: Sequence[str], target: Target) -> Iterator[Dependency]:
    """One dependency for each name and version, with the file whose tags fit best."""
    releases: dict[tuple[object, object], list[str]] = {}
    for path in paths:
        reference = parse_reference(path)
        key = (reference.name, reference.version) if reference.name else (path, None)
        releases.setdefault(key, []).append(path)
    for files in releases.values():
        best = min(files, key=lambda path: _rank(path, target))
        reference = parse_reference(best)
        yield Dependency(
            name=reference.name,
            specifier=SpecifierSet(),
            pin=reference.version,
            url=best,
            location=Location(path=best, line=1),
            text=PurePath(best).name,
        )


def _rank(path: str, target: Target) -> tuple[bool, int]:
    """How well a file suits the target: wheels by their tags, then what is no compatible wheel."""
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename  # noqa: PLC0415  # only for files

    name = PurePath(path).name
    try:
        tags = parse_wheel_filename(name)[3]
    except (InvalidWheelFilename, ValueError):
        return True, 1
    rank = rank_artifact(Artifact(filename=name, url=path, kind=ArtifactKind.WHEEL, tags=tags), target)
    return rank is None, rank or 0


def _unread_folder(error: OSError, path: str) -> Problem:
    message = f"cannot read the folder: {error.strerror or error}"
    return Problem(rule=Rule.CS601, message=message, location=Location(path=str(error.filename or path), line=1))
