"""Updated tables: read back as they were written, refused if damaged, and preferred only if they are not older."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.model.errors import SourceError, TableError
from scanner.refresh.store import remove_updates, write_updates
from scanner.refresh.texts import replace_date
from scanner.runtime import tables
from scanner.runtime.tables.updates import UPDATES_NAME, format_updates, parse_updates

TODAY = dt.date(2027, 6, 1)
SDK = "workers-runtime-sdk.toml"


@pytest.fixture(autouse=True)
def shipped_again() -> Iterator[None]:
    """The shipped tables are in force again after the test."""
    yield
    tables.use_updates(None)


def _updates(text: str, date: dt.date = TODAY) -> tables.Updates:
    return tables.Updates(date=date, texts={SDK: replace_date(text, date)})


def _newer_sdk() -> str:
    return tables.find_newest(SDK).text.replace('sdk = "1.9.5"', 'sdk = "9.9"').replace("1.9.5", "9.9")


def test_updates_are_read_as_they_were_written(tmp_path: Path) -> None:
    updates = tables.Updates(date=TODAY, texts={"a.toml": 'x = "ü"\r\n\n', "pyodide/1.json": "{}"})
    path = write_updates(updates, tmp_path / "new" / "folder")
    assert path.name == UPDATES_NAME
    again = tables.read_updates(path.parent)
    assert again is not None
    assert (again.date, dict(again.texts)) == (TODAY, dict(updates.texts))
    assert [entry.name for entry in path.parent.iterdir()] == [UPDATES_NAME]


def test_without_a_file_there_are_no_updates(tmp_path: Path) -> None:
    assert tables.read_updates(tmp_path) is None
    assert not remove_updates(tmp_path)


def test_updates_of_another_format_are_ignored() -> None:
    text = json.dumps({**json.loads(format_updates(_updates("x"))), "format": 2, "more": 1})
    assert parse_updates(text, "tables.json") is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-5],
        lambda text: text.replace("entropy", "Entropy", 1),
        lambda text: text.replace('"format": 1', '"format": "1"'),
        lambda text: text.replace('"date": "2027-06-01"', '"date": "soon"', 1),
        lambda text: text.replace('"text"', '"texts"'),
        lambda text: f"[{text}]",
        lambda _: "",
        lambda _: "[" * 100_000,
        lambda _: json.dumps({"format": 1, "date": "2027-06-01", "tables": {SDK: {"sha256": 1, "text": 2}}}),
    ],
)
def test_a_damaged_file_is_refused_as_a_whole(damage: object, tmp_path: Path) -> None:
    assert callable(damage)
    text = format_updates(_updates(_newer_sdk()))
    (tmp_path / UPDATES_NAME).write_text(damage(text), encoding="utf-8")
    with pytest.raises(TableError):
        tables.read_updates(tmp_path)


def test_a_huge_file_and_one_that_is_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / UPDATES_NAME
    path.write_bytes(b" " * (16 * 1024 * 1024 + 1))
    with pytest.raises(TableError, match="larger than"):
        tables.read_updates(tmp_path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(TableError, match="cannot be read"):
        tables.read_updates(tmp_path)


def test_a_newer_table_is_in_force_until_it_is_reset() -> None:
    tables.use_updates(_updates(_newer_sdk()))
    assert tables.load_workers_sdk().sdk == "9.9"
    assert tables.load_workers_sdk() is tables.load_workers_sdk()
    assert tables.find_newest(SDK).is_updated
    tables.use_updates(None)
    assert tables.load_workers_sdk().sdk == "1.9.5"


def test_a_table_that_is_older_than_the_shipped_one_is_ignored() -> None:
    tables.use_updates(_updates(_newer_sdk(), dt.date(2026, 1, 1)))
    assert tables.load_workers_sdk().sdk == "1.9.5"
    assert not tables.find_newest(SDK).is_updated


@pytest.mark.parametrize("broken", ["version = 1\n", _newer_sdk().replace('kind = "entropy"', "kind = 3"), "["])
def test_an_updated_table_that_does_not_hold_together_leaves_the_shipped_one_in_force(broken: str) -> None:
    tables.use_updates(tables.Updates(date=TODAY, texts={SDK: f"date = 2027-06-01\n{broken}"}))
    assert tables.load_workers_sdk().sdk == "1.9.5"


def test_a_folder_that_cannot_be_written_to_is_a_source_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError, match="cannot be written"):
        write_updates(_updates("x"), tmp_path / "file")


def test_the_date_is_the_only_thing_that_replace_date_replaces() -> None:
    for name in (SDK, "pyodide/314.0.7.json"):
        text = tables.find_newest(name).text
        new = replace_date(text, TODAY)
        assert tables.read_date(new) == TODAY
        assert replace_date(new, tables.read_date(text)) == text
