"""docs/formats.md names every format that is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.inputs.formats import SOURCES, SourceFormat
from scanner.inputs.formats.declaration import MAX_DECLARATION_CHARACTERS, MAX_PARENTHESES
from scanner.inputs.formats.text import MAX_FILE_BYTES, MAX_PARTS

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "formats.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_each_format_has_a_row(source: SourceFormat) -> None:
    assert f"\n| `{source.name}` | " in PAGE


def test_the_page_has_no_row_for_what_is_not_read() -> None:
    rows = {line.split("`")[1] for line in PAGE.splitlines() if line.startswith("| `")}
    assert rows == {source.name for source in SOURCES}


def test_the_page_states_the_limits_in_force() -> None:
    for limit in (
        f"{MAX_FILE_BYTES // 1024 // 1024} MiB a file",
        f"{MAX_DECLARATION_CHARACTERS:,} characters a requirement",
        f"{MAX_PARTS:,}\nelements",
        f"{MAX_PARENTHESES} nested parentheses",
    ):
        assert limit in PAGE
