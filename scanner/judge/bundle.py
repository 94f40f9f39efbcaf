"""What the packages of the Worker's side add to it, against the size that a Worker may have (CS401). Pure.

What is too large does not deploy. So the largest packages are moved out, one after the other, until the rest fits;
with a package goes what only requirements that need it reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from scanner.judge.inheritance import Passes, find_container_side
from scanner.model.finding import Evidence, Finding, Level, Strength, When
from scanner.model.graph import Edges
from scanner.model.report import Bundle, Verdict
from scanner.model.rule import Rule

SHOWN = 5
"""How many of the largest packages are named."""

TIGHT_SHARE = 0.8
"""From this share of the limit on, a caution says what is left for the project's own files."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighed:
    """The bundle of one tree, and the findings on its largest packages by their keys."""

    bundle: Bundle | None = None
    findings: Mapping[str, Finding] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdicts:
    """The own verdicts of one tree, and how they spread."""

    own: Mapping[str, Verdict]
    edges: Edges
    roots: Sequence[str]
    passes: Passes = frozenset()

    def find_installed(self, moved: Iterable[str] = ()) -> list[str]:
        """What the Worker installs if some packages are moved out."""
        moving = dict.fromkeys(moved, Verdict.CONTAINER)
        own = {**self.own, **moving}
        passes = {pair for pair in self.passes if pair[1] not in moving}
        container = find_container_side(own, self.edges, self.roots, passes)
        passing = {cause for _, cause in passes}
        return [
            key
            for key, verdict in own.items()
            if key not in container and (verdict is not Verdict.CONTAINER or key in passing)
        ]


def weigh_bundle(verdicts: Verdicts, sizes_bytes: Mapping[str, int], *, limit_bytes: int) -> Weighed:
    """What the packages of the Worker's side add together; the keys are those of the tree, which stand for names.

    Packages without a known size are only named. No bundle where no size is known at all.
    """
    installed = verdicts.find_installed()
    sized = {key: sizes_bytes[key] for key in installed if key in sizes_bytes}
    if not sized:
        return Weighed()
    bundle = Bundle(
        uncompressed_bytes=sum(sized.values()),
        limit_bytes=limit_bytes,
        largest=tuple((_name(key), sized[key]) for key in _by_size(sized)[:SHOWN]),
        unsized=tuple(sorted({_name(key) for key in installed if key not in sizes_bytes})),
    )
    if bundle.uncompressed_bytes > limit_bytes:
        moving = _choose_moving(verdicts, sized, limit_bytes)
        return Weighed(bundle=bundle, findings={key: _too_large(key, sized, bundle, moving) for key in moving})
    if bundle.uncompressed_bytes > TIGHT_SHARE * limit_bytes:
        largest = _by_size(sized)[0]
        return Weighed(bundle=bundle, findings={largest: _tight(largest, sized, bundle)})
    return Weighed(bundle=bundle)


def _choose_moving(verdicts: Verdicts, sized: Mapping[str, int], limit_bytes: int) -> tuple[str, ...]:
    """The largest packages, largest first, without which the rest fits."""
    moving: list[str] = []
    while True:
        staying = {key: sized[key] for key in verdicts.find_installed(moving) if key in sized and key not in moving}
        if sum(staying.values()) <= limit_bytes:
            return tuple(moving)
        moving.append(_by_size(staying)[0])


def _too_large(key: str, sized: Mapping[str, int], bundle: Bundle, moving: Sequence[str]) -> Finding:
    others = f" together with {_join(other for other in moving if other != key)}" if len(moving) > 1 else ""
    return Finding(
        rule=Rule.CS401,
        level=Level.BLOCKER,
        when=When.INSTALL,
        message=(
            f"the bundle is too large: {_describe(bundle)}, of which {_mib(sized[key])} are {_name(key)}; without it"
            f"{others} the rest fits"
        ),
        evidence=_evidence(bundle),
        remedy=f"move what requires {_name(key)} into a container, or remove it",
    )


def _tight(key: str, sized: Mapping[str, int], bundle: Bundle) -> Finding:
    left_bytes = bundle.limit_bytes - bundle.uncompressed_bytes
    return Finding(
        rule=Rule.CS401,
        level=Level.CAUTION,
        when=When.INSTALL,
        message=(
            f"the bundle is nearly full: {_describe(bundle)}, of which {_mib(sized[key])} are {_name(key)};"
            f" {_mib(left_bytes)} are left for everything else"
        ),
        evidence=_evidence(bundle),
        remedy="remove what is not needed before the project grows",
    )


def _describe(bundle: Bundle) -> str:
    least = "at least " if bundle.unsized else ""
    return f"the packages take {least}{_mib(bundle.uncompressed_bytes)} of the {_mib(bundle.limit_bytes)} allowed"


def _evidence(bundle: Bundle) -> tuple[Evidence, ...]:
    """The largest packages, and those of unknown size."""
    seen = [
        Evidence(fact=f"{name}: {_mib(size_bytes)} uncompressed", origin=name, strength=Strength.PROVEN)
        for name, size_bytes in bundle.largest
    ]
    if bundle.unsized:
        fact = f"the size of {_join(bundle.unsized)} is unknown: the sum is a lower bound"
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
