"""Edits that are proved: the project is judged with them, and what does not keep its promise is dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from packaging.specifiers import SpecifierSet

from scanner.inputs.projects import Project
from scanner.inputs.rewriting import Edit as Rewriting
from scanner.inputs.rewriting import MoveToGroup, Remove, Replace
from scanner.inputs.rewriting.changes import find_changes, find_command
from scanner.inputs.table_rows import Listed
from scanner.judge.edits import GROUP, Blocked, Proposal, propose, propose_unsafe
from scanner.model.dependency import Dependency
from scanner.model.edit import Change, Edit, EditKind, Resolves
from scanner.model.errors import ScanError
from scanner.model.finding import Level
from scanner.model.graph import ancestors, invert, reachable
from scanner.model.report import Judgement, ProjectReport, Verdict
from scanner.model.rule import Rule

Judge = Callable[[Project], ProjectReport]
"""Resolves and judges a project once more."""

MAX_TRIALS = 4
"""Safe edits are judged together at most so often and once more, unsafe ones half as often."""
MAX_DECLARATIONS = 40
"""Edits are looked for at most for so many declarations."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Option:
    """A proposal that its file can express."""

    proposal: Proposal
    changes: tuple[Change, ...] = ()
    command: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Proved:
    options: tuple[_Option, ...] = ()
    report: ProjectReport
    """The project with all of them."""
    is_cut: bool = False
    """Whether there were more proposals than may be tried."""


def add_edits(
    project: Project, report: ProjectReport, blocked: Sequence[Blocked], listed: Listed, judge: Judge
) -> ProjectReport:
    """The report with the edits that remove blockers, and with what the safe ones lead to."""
    safe = _prove(project, report, [_find_options(propose(one, project)) for one in blocked], judge, MAX_TRIALS)
    left = [one for one in blocked if all(each.proposal.old is not one.dependency for each in safe.options)]
    unsafe = _prove(
        _apply(project, safe.options),
        safe.report,
        [_find_options(propose_unsafe(one, listed)) for one in left if not project.is_lock],
        judge,
        MAX_TRIALS // 2,
    )
    edits = (*_describe(safe.options, report, safe.report), *_describe(unsafe.options, report, unsafe.report))
    cut = f"not all possible edits were tried: the limits are {MAX_DECLARATIONS} requirements and {MAX_TRIALS} attempts"
    return replace(
        report,
        dependencies=tuple(_drop_unproved(one, edits) for one in report.dependencies),
        edits=edits,
        verdict_after_edits=safe.report.verdict if safe.options else None,
        bundle_after_edits=safe.report.bundle if safe.options else None,
        notes=(*report.notes, *((cut,) if safe.is_cut or unsafe.is_cut else ())),
    )


def _drop_unproved(judgement: Judgement, edits: Iterable[Edit]) -> Judgement:
    """The judgement without advice on what it requires (CS109), unless an edit proved it."""
    if any(resolved.name == judgement.name for edit in edits for resolved in edit.resolves):
        return judgement
    findings = tuple(replace(one, remedy=None) if one.rule is Rule.CS109 else one for one in judgement.findings)
    return replace(judgement, findings=findings)


def _prove(
    project: Project, before: ProjectReport, choices: Iterable[Iterator[_Option]], judge: Judge, trials: int
) -> _Proved:
    """One proposal for each declaration, such that all of them together keep their promises."""
    pending = [(first, rest) for rest in choices if (first := next(rest, None)) is not None]
    is_cut = len(pending) > MAX_DECLARATIONS
    pending = pending[:MAX_DECLARATIONS]
    for trial in range(trials + 1):
        chosen = tuple(option for option, _ in pending)
        if not chosen:
            return _Proved(report=before, is_cut=is_cut)
        after = judge(_apply(project, chosen))
        failed = [option for option in chosen if not _holds(option.proposal, after)]
        if not failed and not _is_worse(before, after, chosen):
            return _Proved(options=chosen, report=after, is_cut=is_cut)
        is_last = trial == trials - 1  # then those that held are judged once more, without the others
        is_cut = is_cut or is_last
        pending = [
            (following, rest)
            for option, rest in pending
            if (following := _find_next(option, rest, failed, is_last=is_last)) is not None
        ]
    return _Proved(report=before, is_cut=True)


def _find_next(option: _Option, rest: Iterator[_Option], failed: Sequence[_Option], *, is_last: bool) -> _Option | None:
    """The same option if it held, else the next one, or none at the end of the trials."""
    if failed and option not in failed:
        return option
    return None if is_last else next(rest, None)


def _holds(proposal: Proposal, after: ProjectReport) -> bool:
    """Whether the requirement at the place of a proposal runs."""
    if proposal.new is None:
        return all(one.name != proposal.old.name or one.verdict is Verdict.WORKERS for one in after.packages)
    place = proposal.new.location, str(proposal.new.name)
    rows = [one for one in after.dependencies if (one.location, one.name) == place]
    return bool(rows) and all(one.verdict is Verdict.WORKERS for one in rows)


def _is_worse(before: ProjectReport, after: ProjectReport, chosen: Iterable[_Option]) -> bool:
    """Whether something that ran does not run any more, apart from what was edited."""
    edited = {one.proposal.old.location for one in chosen}
    ran = {_place(one) for one in before.requirements if one.verdict is Verdict.WORKERS}
    return any(
        one.verdict is not Verdict.WORKERS and _place(one) in ran and one.location not in edited
        for one in after.requirements
    )


def _place(judgement: Judgement) -> tuple[object, str]:
    return judgement.location, judgement.name


def _apply(project: Project, chosen: Iterable[_Option]) -> Project:
    """The project with the proposals; a lock is resolved as if it were pins, for a new version may require more."""
    new = {id(one.proposal.old): one.proposal.new for one in chosen}
    if not new:
        return project
    kept = [new.get(id(one), one) for one in project.dependencies]
    dependencies = tuple(_unlock(one) if project.is_lock else one for one in kept if one is not None)
    return replace(project, dependencies=dependencies, is_lock=False)


def _unlock(dependency: Dependency) -> Dependency:
    specifier = SpecifierSet(f"=={dependency.pin}") if dependency.pin else dependency.specifier
    return replace(dependency, locked=None, specifier=specifier)


def _find_options(proposals: Iterable[Proposal]) -> Iterator[_Option]:
    return (option for proposal in proposals if (option := _find_option(proposal)) is not None)


def _find_option(proposal: Proposal) -> _Option | None:
    """The proposal with its changes or its command; None if the file cannot be edited."""
    old, new = proposal.old, proposal.new
    if new is not None and new.pin is not None:
        command = find_command(old, new.pin)
        if command is not None:
            return _Option(proposal=replace(proposal, kind=EditKind.COMMAND), command=command)
    if proposal.kind is EditKind.COMMAND:
        return None
    try:
        return _Option(proposal=proposal, changes=find_changes([(old, _to_rewriting(proposal))]))
    except ScanError:
        return None


def _to_rewriting(proposal: Proposal) -> Rewriting:
    if proposal.new is not None:
        new = proposal.new
        extras = f"[{','.join(new.extras)}]" if new.extras else ""
        return Replace(requirement=f"{new.name}{extras}{new.specifier}")
    return MoveToGroup(group=GROUP) if proposal.kind is EditKind.MOVE_TO_GROUP else Remove()


def _describe(options: Sequence[_Option], before: ProjectReport, after: ProjectReport) -> Iterator[Edit]:
    """One edit for each proposal; those that move requirements of one file are one edit, for they share the group."""
    moved: dict[str, list[_Option]] = {}
    for option in options:
        if option.proposal.kind is EditKind.MOVE_TO_GROUP:
            moved.setdefault(option.proposal.old.location.path, []).append(option)
        else:
            yield _describe_one([option], option.changes, before, after)
    for together in moved.values():
        pairs = [(one.proposal.old, _to_rewriting(one.proposal)) for one in together]
        yield _describe_one(together, find_changes(pairs), before, after)


def _describe_one(
    options: Sequence[_Option], changes: tuple[Change, ...], before: ProjectReport, after: ProjectReport
) -> Edit:
    places = {(one.proposal.old.location, str(one.proposal.old.name)) for one in options}
    rows = {one.key: one for one in before.packages}
    roots = [one.key for one in before.dependencies if (one.location, one.name) in places]
    below = reachable(roots, before.graph.edges)
    left = {one.name for one in after.packages}
    edited = {name for _, name in places}
    gone = [rows[key] for key in below if key in rows and rows[key].name not in left | edited]
    parents = invert(before.graph.edges)
    affected = [*below, *sorted({key for root in roots for key in ancestors(root, parents)} - set(below))]
    proposal = options[0].proposal
    return Edit(
        kind=proposal.kind,
        safe=proposal.is_safe,
        changes=changes,
        command=options[0].command,
        also_removes=tuple(dict.fromkeys(one.name for one in sorted(gone, key=_by_use))),
        resolves=tuple(_find_resolved([rows[key] for key in affected if key in rows], after)),
    )


def _by_use(judgement: Judgement) -> tuple[bool, int, str]:
    """What would run comes first, for the project may use it; then what is nearest to the requirement."""
    nearest = min((len(chain) for chain in judgement.via), default=0)
    return judgement.verdict is not Verdict.WORKERS, nearest, judgement.name


def _find_resolved(rows: Iterable[Judgement], after: ProjectReport) -> Iterator[Resolves]:
    blocked = {one.name for one in after.packages if one.verdict is Verdict.CONTAINER}
    for row in rows:
        if row.name not in blocked:
            rules = dict.fromkeys(one.rule for one in row.findings if one.level is Level.BLOCKER)
            yield from (Resolves(name=row.name, rule=rule) for rule in rules)
