"""What a resolution costs for each project must not rise with their number: counted, never timed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name

from scanner.model.requirement import Requirement
from scanner.model.target import Target
from scanner.resolve import resolve_tree
from scanner.resolve.graph import Key
from scanner.resolve.incompatibility import Incompatibility, PartialSolution, Term
from scanner.resolve.queue import Queue
from scanner.resolve.root_requirements import Decided, RootRequirements

Make = Callable[..., Any]
Project = tuple[Mapping[str, Mapping[str, list[str]]], list[str]]


def _grow(size: int, *, unfit: Callable[[int], bool] = lambda _: False) -> dict[str, dict[str, list[str]]]:
    """Projects of which each requires the one of half its number."""
    return {
        f"p{number}": {
            f"{version}{'!' if unfit(number) else ''}": [f"p{number // 2}"] if number > 1 else []
            for version in (8, 7, 6)
        }
        for number in range(1, size + 1)
    }


def _pins(size: int) -> list[str]:
    return [f"p{number}==7" for number in range(1, size + 1)]


def _frozen(size: int) -> Project:
    return _grow(size), _pins(size)


def _frozen_with_a_misfit_below_half(size: int) -> Project:
    return _grow(size, unfit=lambda number: number == 3), _pins(size)


def _frozen_with_many_misfits(size: int) -> Project:
    return _grow(size, unfit=lambda number: number % 10 == 0), _pins(size)


def _loose_with_many_misfits(size: int) -> Project:
    return _grow(size, unfit=lambda number: number % 10 == 0), [f"p{number}" for number in range(1, size + 1)]


def _frozen_with_contradictions(size: int) -> Project:
    projects = _grow(size)
    for number in range(4):
        projects[f"p{size - number}"]["7"] = [f"p{number + 5}<7"]
    return projects, _pins(size)


def _frozen_with_a_contradiction_and_a_project_that_nobody_knows(size: int) -> Project:
    projects, texts = _frozen_with_contradictions(size)
    return projects, [*texts, "a-private-one==1"]


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often anything asked what a requirement is about: each walk over all of them does."""
    count = [0]
    slot = Requirement.__dict__["name"]

    def read(requirement: Requirement) -> Any:
        count[0] += 1
        return slot.__get__(requirement, Requirement)

    monkeypatch.setattr(Requirement, "name", property(read, slot.__set__))
    return count


@pytest.mark.parametrize(
    "make",
    [
        _frozen,
        _frozen_with_a_misfit_below_half,
        _frozen_with_many_misfits,
        _loose_with_many_misfits,
        _frozen_with_contradictions,
        _frozen_with_a_contradiction_and_a_project_that_nobody_knows,
    ],
)
def test_no_walk_over_all_wants_is_made_for_each_of_them(
    target: Target, supply: Make, requirements: Make, looks: list[int], make: Callable[[int], Project]
) -> None:
    each = []
    for size in (60, 480):
        projects, texts = make(size)
        asked = requirements(*texts)
        looks[0] = 0
        resolve_tree(asked, target=target, supply=supply(projects))
        each.append(looks[0] / size)
    assert each[1] <= each[0] * 3, "the tree has nine levels in place of six; eight times as much would be a walk"


def test_the_contradictions_of_a_frozen_list_are_all_told(target: Target, supply: Make, requirements: Make) -> None:
    projects, texts = _frozen_with_a_contradiction_and_a_project_that_nobody_knows(200)
    graph = resolve_tree(requirements(*texts), target=target, supply=supply(projects))
    told = {key: node.conflict.dropped.text for key, node in graph.nodes.items() if node.conflict}
    assert told == {f"p{number}": f"p{number}<7" for number in (5, 6, 7, 8)}
    assert {str(node.chosen.version) for node in graph.nodes.values() if node.chosen} == {"7"}


KEYS: list[Key] = [(canonicalize_name(name), None) for name in "abcd"]
STEPS = st.lists(
    st.tuples(st.sampled_from(["decide", "require", "exclude", "back", "pin"]), st.sampled_from(KEYS)), max_size=40
)


@given(steps=STEPS)
def test_the_queue_finds_the_first_of_all_that_are_open(steps: list[tuple[str, Key]]) -> None:
    solution = PartialSolution(dict.fromkeys(KEYS, 0b111))
    pinned: set[Key] = set()

    def rank(key: Key) -> tuple[bool, bool, int]:
        return (key not in pinned, False, KEYS.index(key))

    queue = Queue(solution, rank)
    cause = Incompatibility({})
    for step, key in steps:
        if step == "decide" and solution.is_open(key):
            solution.decide(key, 1)
        elif step == "require":
            solution.derive(key, Term(0b111, positive=True), cause)
        elif step == "exclude":
            solution.derive(key, Term(0b100, positive=False), cause)
        elif step == "back":
            solution.go_back(max(0, solution.level - 1))
        elif step == "pin":
            pinned.add(key)
            queue.note(key)
        opened = [one for one in KEYS if solution.state(one).required and one not in solution.decisions]
        assert queue.find_next() == min(opened, key=rank, default=None)


def test_what_is_required_beside_a_package_is_all_but_what_is_required_of_it(requirements: Make) -> None:
    asked = requirements("a[x]>1", "b", "a<3", "c @ https://example.org/c.tar.gz")
    roots = RootRequirements(asked)
    a, b, x = (canonicalize_name(name) for name in "abx")
    assert list(roots) == list(asked)
    assert [one.text for one in roots.on(a)] == ["a[x]>1", "a[x]>1", "a<3"]
    beside = roots.beside((a, x), {(b, None): [Decided(requirements("b<2")[0], (x, None))]})
    assert [str(one.specifier) for one in beside.on((a, x))] == [""]
    assert beside.on((a, None)) == []
    assert beside.used == set()
    assert [str(one.specifier) for one in beside.on((b, None))] == ["", "<2"]
    assert beside.used == {(x, None)}
