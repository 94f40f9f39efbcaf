"""Newer versions that were not chosen because they require a package without a compatible wheel."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from packaging.utils import NormalizedName

from scanner.resolve.graph import Key, Pick
from scanner.resolve.rules import Rules
from scanner.runtime.candidates import PassedOver


def find_passed_over(
    rules: Rules, newest: Mapping[Key, Pick], picks: Mapping[Key, Pick]
) -> dict[NormalizedName, PassedOver]:
    """For each package that was taken older than the newest versions have it, what stood in the way of the newer one.

    Packages that were taken older only to go with others are left out.
    """
    found = {}
    for (name, extra), pick in newest.items():
        chosen = picks.get((name, None))
        if extra is not None or pick.version is None or chosen is None or chosen.version is None:
            continue
        fits = pick.candidate is not None and pick.candidate.wheel is not None
        chain = _find_misfit(rules, newest, name) if fits and pick.version > chosen.version else ()
        if chain:
            misfit = newest[chain[-1], None].version
            assert misfit is not None  # noqa: S101  # only what has a version can be without a wheel
            found[name] = PassedOver(version=pick.version, chain=chain, misfit_version=misfit)
    return found


def _find_misfit(rules: Rules, newest: Mapping[Key, Pick], start: NormalizedName) -> tuple[NormalizedName, ...]:
    """The shortest chain to something without a wheel; empty if there is none."""
    extras: dict[NormalizedName, list[Key]] = {}
    for key in newest:
        extras.setdefault(key[0], []).append(key)
    chains: dict[NormalizedName, tuple[NormalizedName, ...]] = {start: (start,)}
    queue = deque([start])
    while queue:
        name = queue.popleft()
        candidate = newest[name, None].candidate if (name, None) in newest else None
        if candidate is not None and candidate.wheel is None:
            return chains[name]
        for key in extras.get(name, ()):
            for child in rules.children(newest[key]):
                if child.name not in chains:
                    chains[child.name] = (*chains[name], child.name)
                    queue.append(child.name)
    return ()
