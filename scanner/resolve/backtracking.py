"""resolvelib's search with a memory: in each round it asks again of every project whether its pick still does."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, cast

from resolvelib import BaseReporter
from resolvelib.resolvers import Criterion, Resolution
from resolvelib.structs import State

from scanner.model.requirement import Want
from scanner.resolve.provider import Provider
from scanner.resolve.rules import Key, Pick

_Criterion = Criterion[Want, Pick]


class Backtracking(Resolution[Want, Pick, Key]):
    """The same search; what of a project has not changed since the last round is not worked out anew.

    Where resolvelib no longer asks through these two methods nothing is lost but the memory.
    """

    def __init__(self, provider: Provider) -> None:
        super().__init__(provider, BaseReporter())
        self._satisfied: dict[Key, tuple[_Criterion, Pick, bool]] = {}
        self._preferences: dict[Key, tuple[_Criterion, Any]] = {}
        self._causes: list[Any] = []

    def _push_new_state(self) -> None:
        base = self._states[-1]
        # A plain dictionary keeps the order as well, in half the memory; there is one for each project.
        mapping = cast("OrderedDict[Key, Pick]", dict(base.mapping))
        self._states.append(State(mapping, base.criteria.copy(), base.backtrack_causes[:]))

    def _is_current_pin_satisfying(self, name: Key, criterion: _Criterion) -> bool:
        pick = self._states[-1].mapping.get(name)
        if pick is None:
            return False
        known = self._satisfied.get(name)
        if known is None or known[0] is not criterion or known[1] is not pick:
            known = (criterion, pick, super()._is_current_pin_satisfying(name, criterion))
            self._satisfied[name] = known
        return known[2]

    def _get_preference(self, name: Key) -> Any:  # noqa: ANN401  # resolvelib's own
        state = self._states[-1]
        if self._causes != state.backtrack_causes:
            self._causes = list(state.backtrack_causes)
            self._preferences.clear()
        known = self._preferences.get(name)
        if known is None or known[0] is not state.criteria[name]:
            known = self._preferences[name] = (state.criteria[name], super()._get_preference(name))
        return known[1]
