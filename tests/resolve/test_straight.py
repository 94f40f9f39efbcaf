"""One pass without a way back: the same picks in the same order as resolvelib's, or none at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from resolvelib import BaseReporter
from resolvelib.resolvers import Resolution, ResolutionImpossible

from scanner.model.requirement import Want
from scanner.model.target import Target
from scanner.resolve.provider import Provider
from scanner.resolve.rules import Key, Pick, Rules
from scanner.resolve.straight import find_contradiction, resolve_straight

Make = Callable[..., Any]
Both = Callable[..., tuple[list[tuple[Key, Pick]] | None, list[tuple[Key, Pick]] | None]]


@pytest.fixture
def both(target: Target, supply: Make, wants: Make) -> Both:
    """The picks of the pass and those of resolvelib, in their order; None where there are none."""

    def run(projects: Any, *texts: str) -> tuple[Any, Any]:
        asked: tuple[Want, ...] = wants(*texts)
        straight = resolve_straight(Provider(Rules(target=target, supply=supply(projects))), asked)
        resolution: Resolution[Want, Pick, Key] = Resolution(
            Provider(Rules(target=target, supply=supply(projects))), BaseReporter()
        )
        try:
            slow = list(resolution.resolve(asked, max_rounds=300).mapping.items())
        except ResolutionImpossible:
            slow = None
        return None if straight is None else list(straight.items()), slow

    return run


@pytest.fixture
def contradiction(target: Target, supply: Make, wants: Make) -> Make:
    """The wants that contradict one another for sure, as requirer and want; none where that is not sure."""

    def run(projects: Any, *texts: str) -> list[tuple[Pick | None, Want]]:
        provider = Provider(Rules(target=target, supply=supply(projects)))
        return [(one.parent, one.requirement) for one in find_contradiction(provider, wants(*texts))]

    return run


@pytest.fixture
def causes(target: Target, supply: Make, wants: Make) -> Make:
    """What resolvelib gives as the causes of there being no solution, likewise."""

    def run(projects: Any, *texts: str) -> list[tuple[Pick | None, Want]]:
        resolution: Resolution[Want, Pick, Key] = Resolution(
            Provider(Rules(target=target, supply=supply(projects))), BaseReporter()
        )
        with pytest.raises(ResolutionImpossible) as raised:
            resolution.resolve(wants(*texts), max_rounds=300)
        return [(one.parent, one.requirement) for one in raised.value.causes]

    return run


def _versions(picks: list[tuple[Key, Pick]]) -> list[tuple[Key, str]]:
    return [(key, str(pick.version)) for key, pick in picks]


def test_a_file_of_pins_takes_one_pass(both: Both) -> None:
    projects = {f"p{number}": {"1": [f"p{number // 2}"] if number > 1 else [], "2": []} for number in range(1, 40)}
    straight, slow = both(projects, *(f"p{number}==1" for number in range(1, 40)))
    assert straight is not None
    assert slow is not None
    assert _versions(straight) == _versions(slow)
    assert {str(pick.version) for _, pick in straight} == {"1"}


def test_the_work_grows_with_the_file(target: Target, supply: Make, wants: Make) -> None:
    class Counting(Provider):
        calls = 0

        def is_satisfied_by(self, requirement: Want, candidate: Pick) -> bool:
            self.calls += 1
            return super().is_satisfied_by(requirement, candidate)

    counts = []
    for size in (50, 500):
        projects = {f"p{number}": {"1": [f"p{number // 2}"] if number > 1 else []} for number in range(1, size)}
        provider = Counting(Rules(target=target, supply=supply(projects)))
        assert resolve_straight(provider, wants(*(f"p{number}==1" for number in range(1, size)))) is not None
        counts.append(provider.calls / size)
    assert counts[1] <= counts[0] * 1.2


@pytest.mark.parametrize(
    ("projects", "texts"),
    [
        ({"a": {"1": ["b<2"]}, "b": {"1": [], "2": []}, "c": {"1": ["a"]}}, ("b", "c")),
        ({"a": {"1": ["b==3"]}, "b": {"1": []}}, ("a",)),
        ({"a": {"1": []}}, ("a==2",)),
    ],
)
def test_at_the_first_doubt_it_gives_up(both: Both, projects: Any, texts: tuple[str, ...]) -> None:
    assert both(projects, *texts)[0] is None


@pytest.mark.parametrize(
    ("projects", "texts"),
    [
        ({"a": {"1": ["b<2"]}, "b": {"1": [], "2": []}}, ("a==1", "b==2")),
        ({"a": {"1": ["c"]}, "b": {"2": []}, "c": {"1": ["b==1"]}}, ("a", "b")),
        ({"a": {"1": []}}, ("a==2",)),
        ({"a": {"1": ["b<2", "unknown"]}, "b": {"1": [], "2": []}}, ("a==1", "unknown==1", "b==2")),
    ],
)
def test_what_contradicts_pins_is_told_as_resolvelib_would(
    contradiction: Make, causes: Make, projects: Any, texts: tuple[str, ...]
) -> None:
    assert contradiction(projects, *texts) == causes(projects, *texts)


def test_where_another_version_may_help_nothing_is_called_a_contradiction(contradiction: Make) -> None:
    assert not contradiction({"a": {"1": [], "2": ["b<2"]}, "b": {"2": []}}, "a", "b")


NAMES = ("a", "b", "c", "d")
VERSIONS = ("1", "2", "3")
REQUIREMENTS = st.builds(
    "{}{}".format,
    st.sampled_from([*NAMES, "a[x]", "b[x]"]),
    st.sampled_from(["", "==1", "==2", "<3", ">=2", "~=2.0", "!=3"]),
)
RELEASES = st.lists(REQUIREMENTS | REQUIREMENTS.map(lambda text: f"{text}; extra == 'x'"), max_size=2)
PROJECTS = st.fixed_dictionaries(
    {name: st.dictionaries(st.sampled_from([*VERSIONS, "3!"]), RELEASES, min_size=1) for name in NAMES}
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
@given(projects=PROJECTS, texts=st.lists(REQUIREMENTS, min_size=1, max_size=4))
def test_where_it_answers_resolvelib_answers_the_same(both: Both, projects: Any, texts: list[str]) -> None:
    straight, slow = both(projects, *texts)
    if straight is not None:
        assert slow is not None
        assert _versions(straight) == _versions(slow)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
@given(projects=PROJECTS, texts=st.lists(REQUIREMENTS, min_size=1, max_size=4))
def test_what_is_called_a_contradiction_has_no_solution(
    contradiction: Make, both: Both, projects: Any, texts: list[str]
) -> None:
    if contradiction(projects, *texts):
        assert both(projects, *texts) == (None, None)
