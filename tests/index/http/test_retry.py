"""Pauses between tries, and origins that are given up."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from scanner.index.http.retry import (
    LEAST_BYTES_PER_SECOND,
    MOST_CONNECTIONS,
    Budget,
    Reachability,
    parse_retry_after,
    pause_seconds,
)
from scanner.model.urls import Origin

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
HERE = Origin("https", "example.org", 443)
THERE = Origin("https", "other.example.org", 443)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3", 3.0),
        (" 0 ", 0.0),
        ("9" * 400, 999999999.0),
        ("Sun, 22 Nov 2026 12:00:05 GMT", 5.0),
        ("Sun, 22 Nov 2026 12:00:05 -0000", 5.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-1", None),
        ("²", None),
        ("", None),
        (None, None),
        ("Sun, 99 Nov 99999 99:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str | None, seconds: float | None) -> None:
    assert parse_retry_after(text, now=NOW) == seconds


@pytest.mark.parametrize(
    ("attempt", "retry_after", "jitter", "expected"),
    [
        (1, None, 0.0, 0.25),
        (1, None, 1.0, 0.5),
        (2, None, 1.0, 1.0),
        (9, None, 1.0, 10.0),
        (1, "2", 0.0, 2.0),
        (1, "3600", 0.0, 10.0),
        (1, "Sun, 22 Nov 2026 13:00:00 GMT", 0.5, 10.0),
    ],
)
def test_pauses_grow_and_have_a_cap(attempt: int, retry_after: str | None, jitter: float, expected: float) -> None:
    assert pause_seconds(attempt, retry_after=retry_after, now=NOW, jitter=jitter) == expected


def test_an_origin_is_given_up_after_failures_in_a_row_that_span_a_pause() -> None:
    reachability = Reachability()
    for _ in range(MOST_CONNECTIONS):
        reachability.note_failure(HERE, 1, "refused")
    assert reachability.why_given_up(HERE) is None
    reachability.note_failure(HERE, 2, "refused")
    assert reachability.why_given_up(HERE) == "refused"
    assert reachability.why_given_up(THERE) is None


def test_more_failures_than_connections_are_no_single_incident() -> None:
    reachability = Reachability()
    for _ in range(MOST_CONNECTIONS + 1):
        assert reachability.why_given_up(HERE) is None
        reachability.note_failure(HERE, 1, "refused")
    assert reachability.why_given_up(HERE) == "refused"


def test_an_answer_in_between_starts_the_count_again() -> None:
    reachability = Reachability()
    for _ in range(4):
        reachability.note_failure(HERE, 2, "refused")
    reachability.note_success(HERE)
    reachability.note_failure(HERE, 2, "refused")
    assert reachability.why_given_up(HERE) is None


def test_an_origin_that_let_a_whole_request_pass_in_silence_is_given_up_unless_it_answered_before() -> None:
    silent, slow = Origin("https", "silent.example.org", 443), Origin("https", "slow.example.org", 443)
    reachability = Reachability()
    reachability.note_success(slow)
    for origin in (silent, slow):
        reachability.note_failure(origin, 1, "no answer in time", is_spent=True)
    assert reachability.why_given_up(silent) == "no answer in time"
    assert reachability.why_given_up(slow) is None


def test_a_budget_is_for_all_tries_together_and_grows_with_what_arrives() -> None:
    async def wait(budget: Budget, seconds: float, received_bytes: int) -> None:
        async with budget.spend():
            budget.extend(received_bytes)
            await asyncio.sleep(seconds)

    async def spend() -> tuple[bool, bool]:
        budget = Budget(0.2)
        await wait(budget, 0.3, LEAST_BYTES_PER_SECOND)
        was_spent = budget.is_spent
        with pytest.raises(TimeoutError):
            await wait(budget, 60, 0)
        return was_spent, budget.is_spent

    assert asyncio.run(spend()) == (False, True)
