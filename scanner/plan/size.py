"""The smallest sufficient instance type, and the number of instances within an account's limits."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence

from scanner.plan.cost import usd_per_running_hour
from scanner.plan.model import Capacity, ContainerTree, InstanceSize, Package, PlanOptions, SizeChoice, SizeReason
from scanner.runtime.tables import AccountLimits, ContainerTable, CustomBounds, InstanceType, WorkloadTable

_LEAST_MEMORY_MIB = 256
_GPU_PREFIX = "nvidia-"
"""The name prefix of NVIDIA's CUDA libraries on the public index."""
_SPARE_DISK_SHARE = 0.25
"""The share of disk for files at run time in addition to the image; an estimate."""


def named_sizes(table: ContainerTable) -> tuple[InstanceSize, ...]:
    """The named types, from the smallest to the largest."""
    return tuple(_size(row) for row in table.types)


def choose_size(
    names: Collection[str],
    tree: ContainerTree | None,
    options: PlanOptions,
    containers: ContainerTable,
    workloads: WorkloadTable,
) -> SizeChoice:
    """The smallest type with enough disk for the image and the memory and vCPU that options and minimums require.

    ``names`` are the distributions on the container's side.
    """
    reasons = (
        *_memory_reasons(names, options, workloads),
        *_vcpu_reasons(names, workloads),
        *_disk_reasons(tree, workloads),
    )
    memory_mib, vcpu, disk_mb = (_largest(reasons, quantity) for quantity in ("memory", "vCPU", "disk"))
    sizes = named_sizes(containers)
    if options.instance_type is not None:
        size = next(size for size in sizes if size.name == options.instance_type)
        short = " and ".join(find_shortage(size, reasons))
        warning = f", though it has too little {short}" if short else ""
        return SizeChoice(size=size, reasons=reasons, text=f"{size.name}, from --instance-type{warning}")
    named = next((size for size in sizes if not find_shortage(size, reasons)), None)
    custom = custom_size(memory_mib, vcpu, disk_mb, containers.custom)
    if named is None:
        return SizeChoice(size=custom, reasons=reasons, text=_text(custom, memory_mib, vcpu, disk_mb))
    prices = containers.prices
    is_cheaper = custom is not None and usd_per_running_hour(custom, prices) < usd_per_running_hour(named, prices)
    text = _text(named, memory_mib, vcpu, disk_mb) + _decided_by(named, sizes, reasons)
    return SizeChoice(size=named, reasons=reasons, text=text, custom=custom if is_cheaper else None)


def custom_size(memory_mib: float, vcpu: float, disk_mb: float, bounds: CustomBounds) -> InstanceSize | None:
    """The smallest custom instance type with at least these resources; None if that is out of bounds.

    vCPU are whole numbers here; memory and disk are rounded up to 256 MiB and 500 MB.
    """
    cpu = max(bounds.vcpu_minimum, math.ceil(vcpu))
    memory = math.ceil(max(memory_mib, cpu * bounds.memory_mib_per_vcpu_minimum) / 256) * 256
    disk = max(1, math.ceil(disk_mb / 500)) * 500
    size = InstanceSize(name="custom", vcpu=cpu, memory_mib=memory, disk_mb=disk)
    return None if any(find_out_of_bounds(size, bounds)) else size


def find_out_of_bounds(size: InstanceSize, bounds: CustomBounds) -> Iterator[str]:
    """The bounds that a custom instance type violates, as clauses."""
    if not bounds.vcpu_minimum <= size.vcpu <= bounds.vcpu_maximum:
        yield f"vcpu is {size.vcpu:g}; must be {bounds.vcpu_minimum:g} to {bounds.vcpu_maximum:g}"
    if size.memory_mib > bounds.memory_mib_maximum:
        yield f"memory_mib is {size.memory_mib}; must be at most {bounds.memory_mib_maximum}"
    if size.memory_mib < size.vcpu * bounds.memory_mib_per_vcpu_minimum:
        least = size.vcpu * bounds.memory_mib_per_vcpu_minimum
        yield f"memory_mib is {size.memory_mib}; {size.vcpu:g} vCPU require at least {least:g}"
    if size.disk_mb > bounds.disk_mb_maximum:
        yield f"disk_mb is {size.disk_mb}; must be at most {bounds.disk_mb_maximum}"


def find_capacity(size: InstanceSize, instances: int, concurrency: int, account: AccountLimits) -> Capacity:
    """The capacity of this number of instances, and the account's limit."""
    limits = {
        "memory": account.memory_gib * 1024 // size.memory_mib,
        "vCPU": math.floor(account.vcpu / size.vcpu),
        "disk": account.disk_gb * 1000 // size.disk_mb,
    }
    limited_by = min(limits, key=lambda name: limits[name])
    return Capacity(
        instances=instances, concurrency=concurrency, most_instances=limits[limited_by], limited_by=limited_by
    )


def find_shortage(size: InstanceSize, reasons: Iterable[SizeReason]) -> tuple[str, ...]:
    """The resources of which a size has too little: memory, vCPU or disk."""
    has = {"memory": size.memory_mib, "vCPU": size.vcpu, "disk": size.disk_mb}
    demand = tuple(reasons)
    return tuple(quantity for quantity, amount in has.items() if amount < _largest(demand, quantity))


def find_gpu_packages(tree: ContainerTree) -> tuple[Package, ...]:
    """The packages that require a GPU, by their publisher's prefix."""
    return tuple(package for package in tree.packages if package.name.startswith(_GPU_PREFIX))


def worker_processes(size: InstanceSize) -> int:
    """The number of server processes: one for each whole vCPU of an instance, at least one."""
    return max(1, math.floor(size.vcpu))


def _size(row: InstanceType) -> InstanceSize:
    return InstanceSize(name=row.name, vcpu=row.vcpu, memory_mib=row.memory_mib, disk_mb=row.disk_mb)


def _decided_by(size: InstanceSize, sizes: Sequence[InstanceSize], reasons: Sequence[SizeReason]) -> str:
    """Why the next smaller type is not sufficient, as the end of a sentence."""
    number = sizes.index(size)
    if number == 0:
        return ""
    smaller = sizes[number - 1]
    return f": {smaller.name} has too little {' and '.join(find_shortage(smaller, reasons))}"


def _largest(reasons: Iterable[SizeReason], quantity: str) -> float:
    return max((reason.amount for reason in reasons if reason.quantity == quantity), default=0)


def _memory_reasons(names: Collection[str], options: PlanOptions, workloads: WorkloadTable) -> Iterator[SizeReason]:
    if options.memory_mib is not None:
        text = f"--memory is {options.memory_mib} MiB"
        yield SizeReason(quantity="memory", amount=options.memory_mib, text=text, is_guess=False)
        return
    text = f"a Python web server requires {_LEAST_MEMORY_MIB} MiB (an estimate)"
    yield SizeReason(quantity="memory", amount=_LEAST_MEMORY_MIB, text=text, is_guess=True)
    for row in workloads.minimums:
        for name in sorted(set(names).intersection(row.names)):
            is_guess = row.certainty == "guess"
            text = f"{name} requires {row.memory_mib} MiB ({row.provenance.source})"
            yield SizeReason(quantity="memory", amount=row.memory_mib, text=text, is_guess=is_guess)


def _vcpu_reasons(names: Collection[str], workloads: WorkloadTable) -> Iterator[SizeReason]:
    for row in workloads.minimums:
        for name in sorted(set(names).intersection(row.names)):
            is_guess = row.certainty == "guess"
            text = f"{name} requires {row.vcpu:g} vCPU ({row.provenance.source})"
            yield SizeReason(quantity="vCPU", amount=row.vcpu, text=text, is_guess=is_guess)


def _disk_reasons(tree: ContainerTree | None, workloads: WorkloadTable) -> Iterator[SizeReason]:
    installed_mb = (tree.unpacked_bytes if tree else 0) / 1_000_000
    image_mb = installed_mb + workloads.image.unpacked_mb
    amount = math.ceil(image_mb * (1 + _SPARE_DISK_SHARE))
    unsized = tree.unsized if tree else ()
    text = (
        f"the image takes {image_mb:.0f} MB: {installed_mb:.0f} MB of packages and {workloads.image.unpacked_mb} MB of"
        f" {workloads.image.reference} (a guess), and a quarter of it again is left for files (a guess)"
    )
    missing = f"; no size is known of {', '.join(unsized)}" if unsized else ""
    yield SizeReason(quantity="disk", amount=amount, text=text + missing, is_guess=True)


def _text(size: InstanceSize | None, memory_mib: float, vcpu: float, disk_mb: float) -> str:
    demand = f"{memory_mib:.0f} MiB of memory, {vcpu:g} vCPU and {disk_mb:.0f} MB of disk"
    if size is None:
        return f"no instance type has {demand}: split the work or run it elsewhere"
    if size.name == "custom":
        return f"no named type has {demand}; a custom instance type has"
    return f"{size.name} is the smallest type with {demand}"
