"""Packages shared out between processes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scanner.inspect.parallel.partition import share_out

KEYS = st.sampled_from("abcdefgh")
TASKS = st.dictionaries(KEYS, st.lists(KEYS, unique=True))


def test_the_work_is_halved() -> None:
    tasks = dict.fromkeys("abcd", ())
    parts = share_out(tasks, {"a": 40, "b": 30, "c": 20, "d": 10}, 2)
    assert [sorted(part) for part in parts] == [["a", "d"], ["b", "c"]]


def test_packages_that_share_most_come_together() -> None:
    tasks = {"a": ("base",), "b": ("base",), "c": ("other",), "d": ("other",)}
    weights = {"base": 100, "other": 90, "a": 1, "b": 1, "c": 1, "d": 1}
    assert [sorted(part) for part in share_out(tasks, weights, 2)] == [["a", "b"], ["c", "d"]]


def test_what_cannot_be_handed_over_is_in_the_first_part() -> None:
    tasks = dict.fromkeys("abcd", ())
    first, *_ = share_out(tasks, {"a": 40, "b": 30, "c": 20, "d": 10}, 2, ("c", "d"))
    assert {"c", "d"} <= set(first)


@given(tasks=TASKS, weights=st.dictionaries(KEYS, st.integers(0, 9)), count=st.integers(1, 5), first=st.sets(KEYS))
def test_every_task_is_in_one_part(
    tasks: dict[str, list[str]], weights: dict[str, int], count: int, first: set[str]
) -> None:
    parts = share_out(tasks, weights, count, first & set(tasks))
    assert sorted(key for part in parts for key in part) == sorted(tasks)
    assert len(parts) <= count
    assert all(part[key] == tasks[key] for part in parts for key in part)


def test_there_is_always_a_first_part() -> None:
    assert share_out({"a": ()}, {}, 4) == [{"a": ()}]
