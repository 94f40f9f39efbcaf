"""What the packages that run add to the Worker, against the size that a Worker may have (CS401). Pure.

What is too large does not deploy. So the largest packages are told to move out, one after the other, until the rest
fits; with a package goes what hangs on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from scanner.judge.chains import Edges, inherit_verdicts
from scanner.model.finding import Evidence, Finding, Level, Strength
from scanner.model.report import Bundle, Verdict
from scanner.model.rule import Rule

SHOWN = 5
"""How many of the largest packages are named."""

TIGHT_SHARE = 0.8
"""From this share of the limit on, what is left for the project's own files is told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighed:
    """The bundle of one tree, and the findings on its largest packages by their keys."""

    bundle: Bundle | None
    findings: Mapping[str, Finding]


def weigh_bundle(
    own: Mapping[str, Verdict],
    edges: Edges,
    sizes_bytes: Mapping[str, int],
    *,
    limit_bytes: int,
    passes: AbstractSet[tuple[str, str]] = frozenset(),
) -> Weighed:
    """What the packages that run add together; the keys are those of the tree, which stand for names.

    Of packages without a known size only the names are told. No bundle where no size is known at all. ``passes`` are
    as for ``inherit_verdicts``.
    """
    running = _find_running(own, edges, passes)
    sized = {key: sizes_bytes[key] for key in running if key in sizes_bytes}
    if not sized:
        return Weighed(bundle=None, findings={})
    bundle = Bundle(
        uncompressed_bytes=sum(sized.values()),
        limit_bytes=limit_bytes,
        largest=tuple((_name(key), sized[key]) for key in _by_size(sized)[:SHOWN]),
        unsized=tuple(sorted({_name(key) for key in running if key not in sizes_bytes})),
    )
    if bundle.uncompressed_bytes > limit_bytes:
        moving = _choose_moving(own, sized, limit_bytes, lambda verdicts: _find_running(verdicts, edges, passes))
        return Weighed(bundle=bundle, findings={key: _too_large(key, sized, bundle, moving) for key in moving})
    if bundle.uncompressed_bytes > TIGHT_SHARE * limit_bytes:
        largest = _by_size(sized)[0]
        return Weighed(bundle=bundle, findings={largest: _tight(largest, sized, bundle)})
    return Weighed(bundle=bundle, findings={})


def _find_running(own: Mapping[str, Verdict], edges: Edges, passes: AbstractSet[tuple[str, str]]) -> list[str]:
    inherited = inherit_verdicts(own, edges, passes)
    return [key for key, verdict in own.items() if verdict is Verdict.WORKERS and key not in inherited]


def _choose_moving(
    own: Mapping[str, Verdict],
    sized: Mapping[str, int],
    limit_bytes: int,
    find_running: Callable[[Mapping[str, Verdict]], list[str]],
) -> tuple[str, ...]:
    """The largest packages, largest first, without which the rest fits."""
    verdicts = dict(own)
    moving: list[str] = []
    while True:
        staying = {key: sized[key] for key in find_running(verdicts) if key in sized}
        if sum(staying.values()) <= limit_bytes:
            return tuple(moving)
        largest = _by_size(staying)[0]
        moving.append(largest)
        verdicts[largest] = Verdict.CONTAINER


def _too_large(key: str, sized: Mapping[str, int], bundle: Bundle, moving: Sequence[str]) -> Finding:
    others = f" together with {_join(other for other in moving if other != key)}" if len(moving) > 1 else ""
    return Finding(
        rule=Rule.CS401,
        level=Level.BLOCKER,
        message=(
            f"the bundle is too large: {_say(bundle)}, of which {_name(key)} brings {_mib(sized[key])}; without it"
            f"{others} the rest fits"
        ),
        evidence=_evidence(bundle),
        remedy=f"Move what needs {_name(key)} into a container, or do without it.",
    )


def _tight(key: str, sized: Mapping[str, int], bundle: Bundle) -> Finding:
    left_bytes = bundle.limit_bytes - bundle.uncompressed_bytes
    return Finding(
        rule=Rule.CS401,
        level=Level.CAUTION,
        message=(
            f"the bundle is nearly full: {_say(bundle)}, of which {_name(key)} brings {_mib(sized[key])};"
            f" {_mib(left_bytes)} are left for everything else"
        ),
        evidence=_evidence(bundle),
        remedy="Leave out what is not needed before the project grows.",
    )


def _say(bundle: Bundle) -> str:
    least = "at least " if bundle.unsized else ""
    return f"the packages come to {least}{_mib(bundle.uncompressed_bytes)} where {_mib(bundle.limit_bytes)} are allowed"


def _evidence(bundle: Bundle) -> tuple[Evidence, ...]:
    """The largest packages, and of which ones no size is known."""
    seen = [
        Evidence(fact=f"{name}: {_mib(size_bytes)} uncompressed", origin=name, strength=Strength.PROVEN)
        for name, size_bytes in bundle.largest
    ]
    if bundle.unsized:
        fact = f"no size is known of {_join(bundle.unsized)}: the sum is a lower bound"
        seen.append(Evidence(fact=fact, origin="the Pyodide release", strength=Strength.PROVEN))
    return tuple(seen)


def _by_size(sized: Mapping[str, int]) -> list[str]:
    return sorted(sized, key=lambda key: (-sized[key], key))


def _name(key: str) -> str:
    return key.partition("==")[0]


def _join(keys: Iterable[str]) -> str:
    return ", ".join(map(_name, keys))


def _mib(size_bytes: int) -> str:
    return f"{size_bytes / (1024 * 1024):.1f} MiB"
