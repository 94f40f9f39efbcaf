"""The dependency tree for the target: every project once, with the version an installer would take there.

A resolution never ends the scan. First it is tried as pywrangler's installer does it (wheels for the target only).
Where that fails, the cause is taken out of the way and it is tried again: a project without any fitting wheel may
then be taken without one (it will be judged CONTAINER), and of two requirements that contradict each other one is
dropped and told (CS502). So all blockers come out of one scan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from resolvelib import BaseReporter, ResolutionImpossible, ResolutionTooDeep, Resolver
from resolvelib.structs import RequirementInformation

from scanner.model import Target
from scanner.resolve.comparing import find_passed_over
from scanner.resolve.graph import Conflict, Graph, Node, Supply
from scanner.resolve.learning import NoSolutionError, Solver
from scanner.resolve.provider import Provider
from scanner.resolve.rules import BudgetSpentError, Key, Pick, Rules
from scanner.specifiers import find_pin
from scanner.wants import Want

__all__ = ["Conflict", "Graph", "Node", "Supply", "resolve_flat", "resolve_tree"]

_MAX_ROUNDS = 3000
"""Rounds of one try; a tree of 300 packages takes about 300 where nothing has to be undone."""
_MAX_STRICT_ROUNDS = 3000
"""Decisions of one try with wheels only."""
_MAX_CONFLICTS = 20
"""How many contradictions are taken out of the way before the rest is left unresolved."""
_MAX_STRICT_METADATA = 500
"""How many further versions may be asked for their metadata in all tries with wheels only."""
_MAX_STRICT_TRIES = 12
"""How many projects without any fitting wheel are let through one by one before the lenient answer stands."""

_Cause = RequirementInformation[Want, Pick]


def resolve_tree(
    wants: Iterable[Want],
    *,
    target: Target,
    supply: Supply,
    constraints: Mapping[NormalizedName, SpecifierSet] | None = None,
    overrides: Mapping[NormalizedName, tuple[Want, ...]] | None = None,
) -> Graph:
    """The tree below the wants of a project."""
    roots = tuple(wants)
    rules = Rules(target=target, supply=supply, constraints=constraints or {}, overrides=overrides or {})
    supply.prefetch(roots)
    rules.opaque.update(want.name for want in roots if want.url is not None)
    state = _Search(rules, roots)
    picks = state.run()
    return _build_graph(rules, state, picks)


def resolve_flat(
    wants: Iterable[Want],
    *,
    target: Target,
    supply: Supply,
    constraints: Mapping[NormalizedName, SpecifierSet] | None = None,
) -> Graph:
    """Each want for itself, without what comes along (`--no-deps`); one node for each project."""
    roots = tuple(wants)
    rules = Rules(target=target, supply=supply, constraints=constraints or {})
    rules.opaque.update(want.name for want in roots if want.url is not None)
    supply.prefetch(roots)
    nodes: dict[str, Node] = {}
    by_name: dict[NormalizedName, list[Want]] = {}
    for want in roots:
        by_name.setdefault(want.name, []).append(want)
    for name, asked in by_name.items():
        own = tuple(asked)
        nodes[name] = _build_node(rules, name, own, pick=None, conflict=None)
    return Graph(nodes=nodes, roots=tuple(nodes))


class _Search:
    """Two answers to one question: with whatever there is, then as an installer that takes wheels only would have it.

    The lenient answer always comes: every project at the newest version that satisfies, with a wheel where one fits.
    If all of it fits, it is what the installer would choose. If not, older versions of what requires the misfits are
    tried; where those lead nowhere within bounds, the lenient answer stands with all its blockers.
    """

    def __init__(self, rules: Rules, roots: tuple[Want, ...]) -> None:
        self._rules = rules
        self.roots = roots
        self.conflicts: dict[NormalizedName, Conflict] = {}
        self.lenient: Mapping[Key, Pick] = {}
        """The lenient answer, where another one was taken."""

    def run(self) -> Mapping[Key, Pick]:
        """The picks that stand in the end."""
        lenient = self._resolve_leniently()
        misfits = {pick.name for pick in lenient.values() if pick.candidate and pick.candidate.wheel is None}
        avoidable = misfits - self._unavoidable()
        strict = self._resolve_strictly() if avoidable else None
        self._rules.budget = None
        if strict is None:
            return lenient
        self.lenient = lenient
        return strict

    def _resolve_leniently(self) -> Mapping[Key, Pick]:
        self._rules.relaxed = None
        for _ in range(_MAX_CONFLICTS):
            try:
                return self._try(_MAX_ROUNDS)
            except ResolutionImpossible as impossible:
                if not self._drop_contradiction(impossible.causes):
                    break
            except ResolutionTooDeep:
                break
        return self._greedy()

    def _resolve_strictly(self) -> Mapping[Key, Pick] | None:
        """As the installer has it, but for projects that stand in the way whatever is chosen; None where that fails."""
        self._rules.relaxed = self._unavoidable()
        self._rules.budget = _MAX_STRICT_METADATA
        for _ in range(_MAX_STRICT_TRIES):
            try:
                return Solver(self._rules, self._wanted(), max_rounds=_MAX_STRICT_ROUNDS).solve()
            except NoSolutionError as failure:
                misfits = self._relaxable(failure.misfits)
                if not misfits:
                    return None
                self._rules.relaxed |= misfits
            except BudgetSpentError:
                return None
        return None

    def _try(self, max_rounds: int) -> Mapping[Key, Pick]:
        resolver: Resolver[Want, Pick, Key] = Resolver(Provider(self._rules), BaseReporter())
        return resolver.resolve(self._wanted(), max_rounds=max_rounds).mapping

    def _wanted(self) -> list[Want]:
        return [want for want in self._rules.overridden(self.roots) if (None, want.name) not in self._rules.dropped]

    def _unavoidable(self) -> set[NormalizedName]:
        """What the project itself asks for and no version of which fits."""
        names = set()
        for name in {want.name for want in self.roots}:
            candidates = self._rules.candidates(name)
            if candidates is None:
                continue
            satisfying = self._rules.satisfying(candidates, [want for want in self.roots if want.name == name])
            if satisfying and next(candidates.fitting(satisfying), None) is None:
                names.add(name)
        return names

    def _relaxable(self, unmet: Iterable[Want]) -> set[NormalizedName]:
        """The projects that must be let through without a wheel: all that never have one, else the first."""
        names: list[NormalizedName] = []
        for want in unmet:
            candidates = self._rules.candidates(want.name)
            if candidates is None or want.name in (self._rules.relaxed or ()):
                continue
            if self._rules.satisfying(candidates, [want]):
                names.append(want.name)
        hopeless = {name for name in names if self._never_fits(name)}
        return hopeless or set(names[:1])

    def _never_fits(self, name: NormalizedName) -> bool:
        candidates = self._rules.candidates(name)
        return candidates is not None and next(candidates.fitting(candidates.versions), None) is None

    def _drop_contradiction(self, causes: Collection[_Cause]) -> bool:
        """Whether one side of a contradiction could be left out, so that another try makes sense."""
        for name in dict.fromkeys(cause.requirement.name for cause in causes):
            wants = _distinct(cause.requirement for cause in causes if cause.requirement.name == name)
            candidates = self._rules.candidates(name)
            if candidates is not None and not self._rules.satisfying(candidates, wants):
                self._drop(name, wants)
                return True
        return self._drop_any(causes)

    def _drop(self, name: NormalizedName, wants: Sequence[Want]) -> None:
        """Leave out the want that is furthest from the project itself; the project's own are kept."""
        candidates = self._rules.candidates(name)
        alone = [want for want in wants if candidates and not self._rules.satisfying(candidates, [want])]
        dropped = alone[0] if alone else wants[-1] if wants[-1].parent else wants[0]
        kept = next((want for want in wants if want is not dropped), dropped)
        self._rules.dropped.add((dropped.parent, name))
        self.conflicts.setdefault(name, Conflict(name=name, kept=kept, dropped=dropped))

    def _drop_any(self, causes: Collection[_Cause]) -> bool:
        for cause in reversed(list(causes)):
            want = cause.requirement
            key = (want.parent, want.name)
            if want.parent is not None and want.parent != want.name and key not in self._rules.dropped:
                self._rules.dropped.add(key)
                kept = next((c.requirement for c in causes if c.requirement.name == want.name), want)
                self.conflicts.setdefault(want.name, Conflict(name=want.name, kept=kept, dropped=want))
                return True
        return False

    def _greedy(self) -> dict[Key, Pick]:
        """Every project's newest fitting version, each for itself: what is left where no solution was found."""
        picks: dict[Key, Pick] = {}
        pending = self._wanted()
        while pending:
            want = pending.pop(0)
            key = (want.name, want.extra)
            if key in picks:
                continue
            candidates = self._rules.candidates(want.name)
            satisfying = self._rules.satisfying(candidates, [want]) if candidates else ()
            candidate = None
            if candidates:
                candidate = next(candidates.fitting(satisfying), None) or candidates.newest(satisfying)
            picks[key] = Pick(name=want.name, extra=want.extra, candidate=candidate)
            pending.extend(self._rules.children(picks[key]))
        return picks


def _distinct(wants: Iterable[Want]) -> list[Want]:
    """Each requirer's want once, the project's own first."""
    unique = {(want.parent, str(want.specifier)): want for want in wants}
    return sorted(unique.values(), key=lambda want: want.parent is not None)


def _build_graph(rules: Rules, search: _Search, picks: Mapping[Key, Pick]) -> Graph:
    wants: dict[NormalizedName, list[Want]] = {}
    requires: dict[NormalizedName, dict[NormalizedName, list[str | None]]] = {}
    for want in search.roots:
        wants.setdefault(want.name, []).append(want)
    for (name, extra), pick in picks.items():
        for child in rules.children(pick):
            if child.name != name:
                requires.setdefault(name, {}).setdefault(child.name, []).append(extra)
                wants.setdefault(child.name, []).append(child)
    passed_over = find_passed_over(rules, search.lenient, picks)
    nodes: dict[str, Node] = {}
    for name, asked in sorted(wants.items()):
        node = _build_node(rules, name, tuple(asked), pick=picks.get((name, None)), conflict=search.conflicts.get(name))
        brought = requires.get(name, {})
        nodes[name] = replace(
            node,
            requires=tuple(sorted(brought)),
            passed_over=passed_over.get(name),
            brought_by_extra=_group_by_extra(brought),
        )
    return Graph(nodes=nodes, roots=tuple(dict.fromkeys(want.name for want in search.roots)))


def _group_by_extra(brought: Mapping[NormalizedName, Sequence[str | None]]) -> dict[str, tuple[str, ...]]:
    """What one extra alone brings, by the extra."""
    grouped: dict[str, tuple[str, ...]] = {}
    for child, extras in sorted(brought.items()):
        first = extras[0]
        if first is not None and set(extras) == {first}:
            grouped[first] = (*grouped.get(first, ()), child)
    return grouped


def _build_node(
    rules: Rules,
    name: NormalizedName,
    wants: tuple[Want, ...],
    *,
    pick: Pick | None,
    conflict: Conflict | None,
) -> Node:
    url = next((want.url for want in wants if want.url), None)
    candidates = None if url else rules.candidates(name)
    if candidates is None and name not in rules.failures and not url:
        candidates = rules.supply.candidates(name)
    kept = [want for want in wants if (want.parent, want.name) not in rules.dropped] or list(wants)
    satisfying = rules.satisfying(candidates, kept) if candidates else ()
    chosen = pick.candidate if pick else None
    if chosen is None and candidates is not None:
        yanked = any(find_pin(want.specifier) for want in kept)
        chosen = next(candidates.fitting(satisfying, yanked=yanked), None) or candidates.newest(
            satisfying, yanked=yanked
        )
    return Node(
        name=name,
        wants=wants,
        candidates=candidates,
        chosen=chosen,
        satisfying=satisfying,
        failure=rules.failures.get(name),
        url=url,
        conflict=conflict,
        requires_unknown=rules.unknown_requires.get(name),
        requires_unusable=name in rules.unusable,
    )
