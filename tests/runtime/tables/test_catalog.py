"""The age of the data, when it is reported, and the list of all tables."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from scanner.model.report import DataAge
from scanner.runtime import tables
from scanner.runtime.tables.catalog import NOTE_FROM_DAYS, PEOPLE_WARNING_FROM_DAYS, WARNING_FROM_DAYS

DATA = Path(__file__).resolve().parents[3] / "data"
DAY = dt.timedelta(days=1)


def _age(days: int) -> DataAge:
    return DataAge(date=dt.date(2026, 11, 22), age_days=days, origin="shipped")


def test_the_age_is_that_of_the_oldest_table_that_is_used() -> None:
    used = ("runtimes.toml", "workers-py.toml", "workers-runtime-sdk.toml", "pyodide/314.0.7.json")
    oldest = min(tables.find_newest(name).date for name in used)
    age = tables.find_data_age(["314.0.7"], oldest + 61 * DAY)
    assert age == DataAge(date=oldest, age_days=61, origin="shipped")


def test_a_clock_that_is_behind_makes_no_negative_age() -> None:
    assert tables.find_data_age(["314.0.7"], dt.date(2020, 1, 1)).age_days == 0


@pytest.mark.parametrize(
    ("days", "level"),
    [(0, None), (59, None), (60, "note"), (179, "note"), (180, "warning"), (5_000, "warning")],
)
def test_the_age_is_a_note_from_60_days_on_and_a_warning_from_180(days: int, level: str | None) -> None:
    assert (NOTE_FROM_DAYS, WARNING_FROM_DAYS) == (60, 180)
    assert tables.judge_age(_age(days)) == level


def test_the_age_is_one_short_line() -> None:
    assert tables.describe_age(_age(9)) == "data of 2026-11-22, 9 days old"
    assert tables.describe_age(_age(1)) == "data of 2026-11-22, 1 day old"


def test_data_are_too_old_only_beyond_the_maximum() -> None:
    assert tables.describe_too_old(_age(30), 30) is None
    reason = tables.describe_too_old(_age(31), 30)
    assert reason is not None
    assert "31 days old, older than the 30 days" in reason


def test_tables_kept_by_people_are_stale_after_a_year() -> None:
    entries = {entry.name: entry for entry in tables.list_tables() if entry.maker == "people"}
    oldest = min(entry.date for entry in entries.values())
    assert tables.find_stale_tables(oldest + (PEOPLE_WARNING_FROM_DAYS - 1) * DAY) == ()
    stale = tables.find_stale_tables(oldest + PEOPLE_WARNING_FROM_DAYS * DAY)
    assert stale
    assert {entry.date for entry in stale} == {oldest}


def test_every_table_is_listed_with_what_it_decides() -> None:
    entries = tables.list_tables()
    assert {entry.name for entry in entries} == {
        str(path.relative_to(DATA)) for path in DATA.rglob("*") if path.is_file()
    }
    assert all(entry.decides and entry.source and entry.origin == "shipped" for entry in entries)
