"""The questions of the decision with their answers, and the resulting decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scanner.model.finding import Level
from scanner.model.own_code import OwnCode
from scanner.model.report import Judgement, ProjectReport, ProjectVerdict
from scanner.plan.model import Answer, Basis, CodeSplit, Decision, Placement, PlanOptions, Reply, Side, Split
from scanner.plan.placement import find_blocked, find_bringers
from scanner.plan.services import answer_services
from scanner.runtime.tables import NeedRow, Platform, load_platform, load_workloads

_MIB = 1024 * 1024
_MORE = {"cpu": "CPU time", "memory": "memory"}
"""The resource that only a container has more of, by the key of its question."""
_SHOWN = 6
"""The number of pieces of evidence in one answer."""


def answer_questions(
    report: ProjectReport,
    placements: Sequence[Placement],
    options: PlanOptions,
    code: OwnCode | None,
) -> tuple[Answer, ...]:
    """Every question in order: first those answered by the dependencies and the code, then those by options."""
    platform = load_platform()
    return (
        *_needs(report, code, load_workloads().needs),
        *answer_services(placements),
        _disk(options),
        _cpu(options, platform),
        _memory(options, platform),
        _long_running(options),
    )


def decide(report: ProjectReport, answers: Sequence[Answer], split: Split) -> Decision:
    """The decision that follows from the answers."""
    replies = {answer.key: answer.reply for answer in answers}
    yes = {key for key, reply in replies.items() if reply is Reply.YES}
    moves = bool(split.on(Side.CONTAINER)) or bool(split.code and split.code.moving)
    if moves or yes & set(_MORE):
        stays = split.on(Side.WORKER, Side.SERVICE, Side.UNKNOWN) or not split.placements or _code_stays(split.code)
        return Decision.HYBRID if stays else Decision.CONTAINER
    if not _is_fully_known(report, split):
        return Decision.UNKNOWN
    if "long-running" in yes:
        return Decision.WORKFLOWS
    return Decision.SERVICES if split.on(Side.SERVICE) or "disk" in yes else Decision.WORKERS


def summarize(decision: Decision, split: Split, answers: Sequence[Answer]) -> str:
    """The decision in a sentence."""
    moved = ", ".join(placement.name for placement in split.on(Side.CONTAINER))
    replaced = ", ".join(placement.name for placement in split.on(Side.SERVICE))
    resources = " and ".join(
        _MORE[answer.key] for answer in answers if answer.reply is Reply.YES and answer.key in _MORE
    )
    what = moved or (f"the work that needs more {resources}" if resources else "the modules named below")
    match decision:
        case Decision.HYBRID:
            rest = f"; services replace {replaced}" if replaced else ""
            return f"To the container: {what}{rest}; everything else stays in the Worker."
        case Decision.CONTAINER:
            return f"To the container: {what}; nothing else is left for a Python Worker."
        case Decision.WORKFLOWS:
            return "Everything runs in the Worker; its steps become a Workflow, which runs and retries them one by one."
        case Decision.SERVICES:
            return (
                f"Services replace {replaced}."
                if replaced
                else "Everything runs in the Worker; R2, D1 or KV keep data."
            )
        case Decision.UNKNOWN:
            return "Part of the project is unknown, and nothing else needs a container."
    return "Everything runs in the Worker itself."


@dataclass(frozen=True, kw_only=True, slots=True)
class _Claim:
    """The question that a dependency answers with yes, and its evidence."""

    key: str
    text: str


def _needs(report: ProjectReport, code: OwnCode | None, rows: Sequence[NeedRow]) -> Iterator[Answer]:
    claims = [_claim(judgement, find_bringers(report, judgement), rows) for judgement in find_blocked(report)]
    for row in rows:
        texts = list(dict.fromkeys(claim.text for claim in claims if claim.key == row.key))
        used = list(_code_evidence(code, row))
        is_open = report.verdict is ProjectVerdict.UNKNOWN or any(d.verdict == "unknown" for d in report.dependencies)
        reply = Reply.YES if texts or used else Reply.UNKNOWN if is_open else Reply.NO
        yield Answer(
            key=row.key,
            question=row.question,
            reply=reply,
            basis=Basis.CODE if used and not texts else Basis.DEPENDENCIES,
            evidence=_shorten([*texts, *used]),
        )


def _claim(judgement: Judgement, bringers: Sequence[str], rows: Sequence[NeedRow]) -> _Claim:
    fallback = next(row.key for row in rows if not row.categories)
    key = next((row.key for row in rows if judgement.category in row.categories), fallback)
    blocker = next((finding for finding in judgement.findings if finding.level is Level.BLOCKER), None)
    shown = f"{judgement.name} {judgement.version}" if judgement.version else judgement.name
    message = blocker.message.removeprefix(f"{shown} ") if blocker else ""
    why = f": {message} ({blocker.rule.code})" if blocker else ""
    brought = f", required by {' and '.join(bringers)}" if bringers else ""
    return _Claim(key=key, text=f"{shown}{brought}{why}")


def _code_evidence(code: OwnCode | None, row: NeedRow) -> Iterator[str]:
    for module in code.modules if code else ():
        for use in module.uses:
            if use.rule in row.rules:
                yield f"{module.path}:{use.line} {use.name} {use.outcome} ({use.rule})"


def _shorten(evidence: Sequence[str]) -> tuple[str, ...]:
    if len(evidence) <= _SHOWN:
        return tuple(evidence)
    return (*evidence[:_SHOWN], f"and {len(evidence) - _SHOWN} more")


def _disk(options: PlanOptions) -> Answer:
    return Answer(
        key="disk",
        question="Must files on a local disk persist?",
        reply=_reply(options.persistent_disk),
        basis=_basis(options, "persistent_disk"),
        evidence=("the disk persists neither in a Worker nor in a container",),
        leads_to="R2 for files, D1 or Durable Objects for records",
    )


def _cpu(options: PlanOptions, platform: Platform) -> Answer:
    usual, most = platform.cpu_ms_per_request_paid / 1000, platform.cpu_ms_per_request_paid_maximum / 1000
    seconds = options.cpu_seconds or 0
    evidence = [f"a request may take {usual:g} s of CPU, up to {most:g} s with limits.cpu_ms"]
    if options.cpu_seconds is not None:
        evidence.append(f"--cpu-seconds is {seconds:g} s")
    if usual < seconds <= most:
        evidence.append(f'set "limits": {{"cpu_ms": {round(seconds * 1000)}}} in the Worker\'s configuration')
    return Answer(
        key="cpu",
        question=f"Does one request take more than {most:g} s of CPU?",
        reply=_reply(seconds > most),
        basis=_basis(options, "cpu_seconds"),
        evidence=tuple(evidence),
        leads_to="the container, or a Workflow if the work can be split into steps",
    )


def _memory(options: PlanOptions, platform: Platform) -> Answer:
    limit_mib = platform.memory_bytes // _MIB
    evidence = [f"an isolate has {limit_mib} MiB"]
    if options.memory_mib is not None:
        evidence.append(f"--memory is {options.memory_mib} MiB")
    return Answer(
        key="memory",
        question=f"Does the work need more than {limit_mib} MiB of memory?",
        reply=_reply((options.memory_mib or 0) > limit_mib),
        basis=_basis(options, "memory_mib"),
        evidence=tuple(evidence),
        leads_to="the container",
    )


def _long_running(options: PlanOptions) -> Answer:
    return Answer(
        key="long-running",
        question="Does work go on for longer than a request should, step by step?",
        reply=_reply(options.long_running),
        basis=_basis(options, "long_running"),
        leads_to="Workflows, which keep the state between steps and retry them",
    )


def _reply(answer: bool | None) -> Reply:  # noqa: FBT001  # the answer itself
    return Reply.YES if answer else Reply.NO


def _basis(options: PlanOptions, name: str) -> Basis:
    return Basis.OPTION if name in options.given else Basis.DEFAULT


def _code_stays(code: CodeSplit | None) -> bool:
    return code is not None and len(code.moving) < code.module_count


def _is_fully_known(report: ProjectReport, split: Split) -> bool:
    """Whether every dependency has a known verdict, and there is at least one."""
    return not split.on(Side.UNKNOWN) and (bool(split.placements) or report.verdict is not ProjectVerdict.UNKNOWN)
