"""The words that all reports of a plan share."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from scanner.plan.model import (
    Answer,
    Basis,
    CostLine,
    Costs,
    Decision,
    InstanceSize,
    MonthlyCost,
    Moving,
    Package,
    Placement,
    Plan,
    Reply,
    Side,
    SizeReason,
)
from scanner.report.escape import clean
from scanner.report.wording import counted

_MOST_LINES = 5
"""The most lines shown of a module that moves; the JSON report has all."""

DECISION_WORDS = {
    Decision.WORKERS: "Python Workers",
    Decision.SERVICES: "Python Workers plus services",
    Decision.HYBRID: "a Python Worker plus a container",
    Decision.CONTAINER: "a container",
    Decision.WORKFLOWS: "Python Workers with Workflows",
    Decision.UNKNOWN: "undetermined",
}

SIDE_WORDS = {
    Side.WORKER: "stays in the Worker",
    Side.CONTAINER: "moves to the container",
    Side.SERVICE: "is replaced by a service",
    Side.DROPPED: "is not needed on Workers",
    Side.UNKNOWN: "is unknown",
}

BASIS_WORDS = {
    Basis.DEPENDENCIES: "from the dependencies",
    Basis.CODE: "from your code",
    Basis.OPTION: "from an option",
    Basis.DEFAULT: "assumed",
}


def describe_answer(answer: Answer) -> str:
    """The question with its answer and the consequence of a yes."""
    follows = f": {answer.leads_to}" if answer.reply is Reply.YES and answer.leads_to else ""
    return f"{answer.question} {answer.reply.value}, {BASIS_WORDS[answer.basis]}{follows}"


def shown_evidence(answer: Answer) -> tuple[str, ...]:
    """The evidence of the answer; empty for an assumed no."""
    return () if answer.reply is Reply.NO and answer.basis is Basis.DEFAULT else answer.evidence


def describe_placement(placement: Placement) -> Iterator[str]:
    """Why it is on its side, a possible replacement, and a change that keeps it in the Worker."""
    yield clean(placement.reason)
    if placement.is_shared:
        yield "the container needs it as well"
    if placement.service is not None and placement.side is not Side.DROPPED:
        use = f"{clean(placement.service.use)} ({clean(placement.service.url)})"
        drivers = f", with {', '.join(placement.drivers)} in the Worker" if placement.drivers else ""
        match placement.side, placement.fit:
            case Side.SERVICE, _:
                yield f"instead: {use}{drivers}"
            case _ if placement.since:
                yield f"could be replaced with a compatibility date from {placement.since} on: {use}"
            case _, "whole":
                yield f"could be replaced: {use} (--services whole)"
            case _, "part":
                yield f"could be replaced for some uses: {use} (--services part)"
            case _:
                yield f"see also: {use}"
    if placement.way_out:
        yield f"would stay in the Worker: {clean(placement.way_out)}"


def describe_moves(moved: Moving) -> Iterator[str]:
    """The lines that move a module to the container, at most the first ones."""
    for line, reason in moved.reasons[:_MOST_LINES]:
        yield f"{clean(moved.path)}:{line} {clean(reason)}"
    if len(moved.reasons) > _MOST_LINES:
        yield f"and {len(moved.reasons) - _MOST_LINES} lines more"


def describe_instance(size: InstanceSize) -> str:
    """The name with its resources."""
    memory = f"{size.memory_mib / 1024:g} GiB" if size.memory_mib >= 1024 else f"{size.memory_mib} MiB"
    return f"{size.name} ({size.vcpu:g} vCPU, {memory}, {size.disk_mb / 1000:g} GB)"


def describe_cheaper(size: InstanceSize) -> str:
    """A sufficient custom instance type."""
    return f"Cheaper while it runs: {describe_instance(size)}"


def describe_reason(reason: SizeReason) -> str:
    """One requirement on the size."""
    return f"{reason.quantity}: {clean(reason.text)}"


def describe_tree(plan: Plan) -> str:
    """The container's packages, in a sentence; the empty string if there are none."""
    tree = plan.split.container_tree
    if tree is None or not tree.packages:
        return ""
    number = counted(len(tree.packages), "package", "packages")
    missing = f"; not found: {', '.join(map(clean, tree.unresolved))}" if tree.unresolved else ""
    return f"{number}, {_megabytes(tree.unpacked_bytes)} unpacked ({clean(tree.source)}){missing}"


def describe_package(package: Package) -> str:
    """Name, version and unpacked size of one package."""
    version = f" {clean(package.version)}" if package.version else ""
    if package.unpacked_bytes is None:
        return f"{clean(package.name)}{version}, of unknown size"
    guess = " (a guess)" if package.is_guess else ""
    return f"{clean(package.name)}{version} {_megabytes(package.unpacked_bytes)}{guess}"


def _megabytes(size_bytes: int) -> str:
    """In the unit of the instance types' disks."""
    megabytes = size_bytes / 1_000_000
    return f"{megabytes:,.0f} MB" if megabytes >= 10 else f"{megabytes:.1f} MB"


def largest_packages(plan: Plan, number: int) -> tuple[Package, ...]:
    """The largest packages of the image."""
    tree = plan.split.container_tree
    sized = sorted(tree.packages if tree else (), key=lambda package: -(package.unpacked_bytes or 0))
    return tuple(sized[:number])


def describe_capacity(plan: Plan) -> str:
    """The concurrent requests of all instances, and the account's limit."""
    capacity = plan.capacity
    if capacity is None:
        return ""
    instances = counted(capacity.instances, "instance", "instances")
    return (
        f"{instances} × {capacity.concurrency} requests at once = {capacity.requests_at_once}; an account may run"
        f" {capacity.most_instances:,} of this type (its {capacity.limited_by} is the limit)"
    )


def describe_use(costs: Costs) -> str:
    """The running time and load, in words."""
    use = costs.use
    instances = counted(use.instances, "instance", "instances")
    return f"{instances}, {use.hours_per_day.normalize():f} hours a day for {use.days} days, {costs.busy_basis}"


def describe_line(line: CostLine) -> str:
    """The arithmetic of one line of the bill."""
    if line.unit == "month":
        return dollars(line.usd)
    included = f" − {line.included:,.0f} included" if line.included else ""
    return (
        f"{line.used:,.0f} {line.unit}{included} = {line.billed:,.0f} × ${line.usd_per_unit.normalize():f} ="
        f" {dollars(line.usd)}"
    )


def bill_cells(cost: MonthlyCost) -> tuple[str, ...]:
    """Size, memory, CPU, disk, egress, plan, the sum and whether the size is sufficient, as cells of a table."""
    fits = f"no: {', '.join(cost.short_of)}" if cost.short_of else "yes"
    return (cost.size.name, *(dollars(line.usd) for line in cost.lines), dollars(cost.usd), fits)


BILL_HEADINGS = ("type", "memory", "active CPU", "disk", "egress", "plan", "a month", "fits")


def dollars(amount: Decimal) -> str:
    """Rounded to cents."""
    return f"${amount:,.2f}"
