"""Cloudflare services as replacements: the questions about them, and what the Worker requires for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from scanner.plan.model import Answer, Basis, Placement, Plan, Reply, Side
from scanner.runtime.tables import Setup, load_workloads


def answer_services(placements: Sequence[Placement]) -> Iterator[Answer]:
    """For each direct dependency that cannot run on Workers, whether a service replaces it."""
    for placement in placements:
        if placement.side in (Side.SERVICE, Side.CONTAINER):
            yield Answer(
                key=f"service:{placement.name}",
                question=f"Does a Cloudflare service replace {placement.name}?",
                reply=Reply.YES if placement.side is Side.SERVICE else Reply.NO,
                basis=Basis.DEPENDENCIES,
                evidence=(_evidence(placement),),
            )


def find_setups(plan: Plan) -> tuple[tuple[str, Setup], ...]:
    """The setups of the plan's services, each once, with the name of the replaced package."""
    workloads = load_workloads()
    setups: dict[str, tuple[str, Setup]] = {}
    for placement in plan.split.on(Side.SERVICE):
        key = placement.service_key
        if key is not None and key in workloads.services:
            setups.setdefault(key, (placement.name, workloads.services[key].setup))
    must_last = any(answer.key == "disk" and answer.reply is Reply.YES for answer in plan.answers)
    return (*setups.values(), *((("persistent files", workloads.storage),) if must_last else ()))


def merge_bindings(base: Mapping[str, object], more: Iterable[Mapping[str, object]]) -> Mapping[str, object]:
    """A configuration with additional bindings, without duplicates."""
    merged = dict(base)
    for bindings in more:
        for name, value in bindings.items():
            merged[name] = _merge(merged.get(name), value)
    return merged


def _merge(known: object, value: object) -> object:
    if isinstance(known, list) and isinstance(value, list):
        return [*known, *(item for item in value if item not in known)]
    if isinstance(known, dict) and isinstance(value, dict):
        return {**known, **{name: _merge(known.get(name), item) for name, item in value.items()}}
    return value


def _evidence(placement: Placement) -> str:
    drivers = f", with {', '.join(placement.drivers)} in the Worker" if placement.drivers else ""
    if placement.since:
        return f"{placement.product} would with a compatibility date from {placement.since} on"
    match placement.side, placement.fit:
        case Side.SERVICE, "part":
            return f"{placement.product}{drivers}, for some of its uses: use --services part to allow that"
        case Side.SERVICE, _:
            return f"{placement.product}{drivers}"
        case _, "part":
            return f"{placement.product} would for some of its uses: use --services part to allow that"
        case _, "whole":
            return f"{placement.product} would: --services none excludes services"
    return "none is known"
