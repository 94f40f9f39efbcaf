"""Moments in uv's three forms."""

from __future__ import annotations

from datetime import date

import pytest

from scanner.inputs.moments import parse_moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-01", "2026-12-02 00:00:00+00:00"),
        ("2026-12-01T08:30:00Z", "2026-12-01 08:30:00+00:00"),
        ("2026-12-01T08:30:00", "2026-12-01 08:30:00+00:00"),
        ("2026-12-01T08:30:00+02:00", "2026-12-01 08:30:00+02:00"),
        ("1 day", "2026-12-02 00:00:00+00:00"),
        ("2 weeks", "2026-11-19 00:00:00+00:00"),
        ("36h", "2026-12-01 12:00:00+00:00"),
        ("P7D", "2026-11-26 00:00:00+00:00"),
        ("P1DT12H", "2026-12-01 12:00:00+00:00"),
    ],
)
def test_a_moment_is_read(text: str, moment: str) -> None:
    assert str(parse_moment(text, date(2026, 12, 2))) == moment


@pytest.mark.parametrize("text", ["", "soon", "P", "7", "-1 days", "2026-13-01", "99999999 days", "9999-12-31T25:00"])
def test_anything_else_is_none(text: str) -> None:
    assert parse_moment(text, date(2026, 12, 2)) is None


def test_the_last_day_of_the_calendar_is_no_moment() -> None:
    assert parse_moment("9999-12-31", date(2026, 12, 2)) is None
    assert parse_moment("99999 weeks", date(2026, 12, 2)) is not None
