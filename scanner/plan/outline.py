"""Makes a plan from a report: the split, the size and the costs. Pure; it reads only the tables.

``outline_plan`` decides the split; the caller then resolves the container's packages on Linux with an index, and
``make_plan`` adds size, costs and files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from scanner.model.own_code import OwnCode
from scanner.model.report import ProjectReport
from scanner.plan.billing import bill_plan
from scanner.plan.code import CodeCut, split_code
from scanner.plan.decision import answer_questions, decide, summarize
from scanner.plan.files import write_files
from scanner.plan.model import (
    Answer,
    Capacity,
    ContainerTree,
    Decision,
    Package,
    Placement,
    Plan,
    PlanOptions,
    Reply,
    Side,
    Split,
)
from scanner.plan.placement import find_below, find_blocked, place_dependencies
from scanner.plan.size import choose_size, find_capacity, find_gpu_packages
from scanner.runtime.tables import WorkloadTable, load_containers, load_workloads

__all__ = ["Outline", "guess_tree", "make_plan", "outline_plan"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outline:
    """The part of a plan that follows from report, options and code: the split, without sizes."""

    report: ProjectReport
    options: PlanOptions
    decision: Decision
    answers: tuple[Answer, ...]
    split: Split

    @property
    def has_container(self) -> bool:
        """Whether anything runs in a container."""
        return self.decision in (Decision.HYBRID, Decision.CONTAINER)

    @property
    def container_names(self) -> tuple[str, ...]:
        """The direct dependencies that the container installs."""
        if not self.has_container:
            return ()
        placements = [placement for placement in self.split.placements if _goes_to_container(placement)]
        return tuple(placement.name for placement in placements)


def outline_plan(report: ProjectReport, options: PlanOptions, code: OwnCode | None = None) -> Outline:
    """The split, and why; ``code`` is the project's own, None if it was not given."""
    placements = place_dependencies(report, options.counted)
    cut = split_code(code, placements, report.target) if code is not None else None
    answers = answer_questions(report, placements, options, code)
    split = Split(placements=_share(placements, cut, answers), code=cut.split if cut else None)
    staying = [placement.name for placement in split.on(Side.WORKER)]
    split = replace(split, worker_tree=tuple(judgement.key for judgement in find_below(report, staying)))
    return Outline(
        report=report, options=options, decision=decide(report, answers, split), answers=answers, split=split
    )


def make_plan(outline: Outline, tree: ContainerTree | None) -> Plan:
    """The whole plan; ``tree`` is the container's side, None without a container."""
    split = replace(outline.split, container_tree=tree)
    plan = Plan(
        report=outline.report,
        options=outline.options,
        decision=outline.decision,
        summary=summarize(outline.decision, split, outline.answers),
        answers=outline.answers,
        split=split,
        advice=(*_advise_slimmer(outline, tree), *_advise(outline, load_workloads())),
        assumptions=tuple(_assume(outline)),
    )
    if outline.has_container:
        plan = _size_plan(plan, outline.container_names)
    return replace(plan, files=write_files(plan))


def guess_tree(outline: Outline) -> ContainerTree:
    """The container's packages from the scan of the Worker's tree, without those that only Linux installs."""
    factor = load_workloads().unpacked_per_packed
    below = find_below(outline.report, outline.container_names)
    packages = []
    for judgement in below:
        size_bytes = judgement.artifact.size_bytes if judgement.artifact else None
        packages.append(
            Package(
                name=judgement.name,
                version=judgement.version,
                filename=judgement.artifact.filename if judgement.artifact else None,
                download_bytes=size_bytes,
                unpacked_bytes=None if size_bytes is None else round(size_bytes * factor),
                is_guess=True,
            )
        )
    source = "estimated from the tree for the Worker; the tree for Linux was not resolved"
    return ContainerTree(packages=tuple(packages), source=source, is_whole=False)


def _size_plan(plan: Plan, names: Iterable[str]) -> Plan:
    containers = load_containers()
    tree = plan.split.container_tree
    known = {*names, *(package.name for package in tree.packages)} if tree else set(names)
    choice = choose_size(known, tree, plan.options, containers, load_workloads())
    if choice.size is None:
        return replace(plan, size=choice)
    costs = bill_plan(choice.size, choice, plan.options, containers)
    capacity = find_capacity(choice.size, costs.use.instances, plan.options.concurrency, containers.account)
    plan = replace(plan, size=choice, capacity=capacity, costs=costs)
    return replace(plan, advice=(*_advise_fewer(capacity), *plan.advice))


def _goes_to_container(placement: Placement) -> bool:
    return placement.side is Side.CONTAINER or placement.is_shared


def _share(placements: tuple[Placement, ...], cut: CodeCut | None, answers: Iterable[Answer]) -> tuple[Placement, ...]:
    """The placements, with packages marked that both sides need, and packages moved that only the container imports."""
    moves = {placement.name for placement in placements if placement.side is Side.CONTAINER}
    forced = any(answer.reply is Reply.YES and answer.key in ("cpu", "memory") for answer in answers)
    if cut is not None and cut.split.moving:
        return tuple(_share_by_code(placement, cut) for placement in placements)
    if not moves and forced:
        return tuple(
            replace(placement, is_shared=True) if placement.side is Side.WORKER else placement
            for placement in placements
        )
    return placements


def _share_by_code(placement: Placement, cut: CodeCut) -> Placement:
    if placement.side is not Side.WORKER or placement.name not in cut.container_names:
        return placement
    if placement.name in cut.worker_names:
        return replace(placement, is_shared=True)
    return replace(placement, side=Side.CONTAINER, reason="only modules that move import it")


def _advise_fewer(capacity: Capacity) -> Iterator[str]:
    if capacity.instances > capacity.most_instances:
        yield (
            f"{capacity.instances:,} instances are more than an account may run: its {capacity.limited_by} admits"
            f" {capacity.most_instances:,} of this type. Request higher limits from Cloudflare."
        )


def _advise_slimmer(outline: Outline, tree: ContainerTree | None) -> Iterator[str]:
    """A warning that GPU libraries are unused in a container, with the size without them."""
    if tree is None or not (parts := find_gpu_packages(tree)):
        return
    megabytes = sum(package.unpacked_bytes or 0 for package in parts) // 1_000_000
    rest = replace(tree, packages=tuple(package for package in tree.packages if package not in parts))
    names = {*outline.container_names, *(package.name for package in rest.packages)}
    choice = choose_size(names, rest, outline.options, load_containers(), load_workloads())
    enough = f", and {choice.size.name} is enough for the rest" if choice.size else ""
    yield (
        f"{len(parts)} packages of about {megabytes:,} MB are CUDA, and containers have no GPU. PyTorch's own"
        f" index has builds without it (a line in container/requirements.txt){enough}."
    )


def _advise(outline: Outline, workloads: WorkloadTable) -> Iterator[str]:
    """Work for which a container is the wrong choice, this project's cases first; then operational requirements."""
    if not outline.has_container:
        return
    blocked: dict[str, list[str]] = {}
    for judgement in find_blocked(outline.report):
        blocked.setdefault(judgement.category or "", []).append(judgement.name)
    others: list[str] = []
    for row in workloads.wrong_answers:
        names = dict.fromkeys(name for category in row.categories for name in blocked.get(category, ()))
        if names:
            yield f"A container is the wrong choice for {row.work} ({', '.join(names)}): {row.instead}."
        else:
            others.append(row.work)
    if others:
        yield f"A container is also the wrong choice for {', '.join(others)}."
    for clause in workloads.care:
        yield f"{clause[0].upper()}{clause[1:]}."


_ASSUMED = (
    ("memory_mib", "the work stays within the memory of an isolate (--memory)"),
    ("cpu_seconds", "no request takes more CPU time than a Worker has (--cpu-seconds)"),
    ("long_running", "no work goes on beyond its request (--long-running)"),
    ("persistent_disk", "no file on a local disk has to persist (--persistent-disk)"),
)


def _assume(outline: Outline) -> Iterator[str]:
    given = outline.options.given
    yield from (text for name, text in _ASSUMED if name not in given)
    if outline.has_container:
        yield from _assume_use(outline.options)
        if outline.split.code is None:
            yield "your own modules were not read, so their split is unknown (--source)"


def _assume_use(options: PlanOptions) -> Iterator[str]:
    given = options.given
    if "hours_per_day" not in given:
        yield f"an instance runs {options.hours_per_day:g} hours a day (--hours)"
    if "cpu_percent" not in given and not {"requests_per_day", "cpu_seconds"} <= given:
        busy = f"its processor is {options.cpu_percent:g} % busy"
        yield f"{busy} (--cpu-percent, or --requests-per-day and --cpu-seconds)"
    if "concurrency" not in given:
        yield f"one instance works on {options.concurrency} requests at once (--concurrency; a guess)"
    if "egress_gb" not in given:
        yield "no traffic beyond what is included (--egress)"
