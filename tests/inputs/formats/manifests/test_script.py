"""PEP 723 script metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scanner.inputs.formats.manifests.script import parse_script
from scanner.model.dependency import Dependency
from scanner.model.errors import SourceError

if TYPE_CHECKING:
    from tests.inputs.formats.conftest import MakeDocument

SCRIPT = """\
#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "requests<3",  # why
#   "rich",
# ]
#
# [tool.uv]
# constraint-dependencies = ["urllib3<3"]
# sources = { rich = { git = "https://example.org/rich" } }
# ///

import requests
"""


@pytest.mark.parametrize("text", [SCRIPT, SCRIPT.replace("\n", "\r\n")])
def test_declarations_stand_at_their_place_in_the_file(make_document: MakeDocument, text: str) -> None:
    parsed = parse_script(make_document(text, "tool.py"))
    found = [(e.name, e.location.line, e.location.column) for e in parsed.entries if isinstance(e, Dependency)]
    assert found == [("requests", 5, 7), ("rich", 6, 5)]
    assert [e.location.line for e in parsed.constraints] == [10]
    assert [e.url for e in parsed.entries if isinstance(e, Dependency)] == [None, "git+https://example.org/rich"]
    assert not parsed.problems


def test_the_block_ends_at_the_last_closing_line(make_document: MakeDocument) -> None:
    text = "# /// script\n# dependencies = []\n# # ///\n# [tool.x]\n# y = '''\n# ///\n# '''\n# ///\n"
    assert not parse_script(make_document(text, "tool.py")).problems


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("print(1)\n", None),
        ("# /// script\n# dependencies = []\n", 1),
        ("# /// script\n# dependencies = []\n\n# ///\n", 1),
        ("# /// script\n# ///\nx = 1\n# /// script\n# ///\n", 4),
        ("# /// script\n# dependencies = [\n# ///\n", 2),
        ("#/// script\n# ///\n", None),
    ],
)
def test_anything_but_one_whole_block_is_a_source_error(
    make_document: MakeDocument, text: str, line: int | None
) -> None:
    with pytest.raises(SourceError) as caught:
        parse_script(make_document(text, "tool.py"))
    assert caught.value.line == line


def test_broken_declarations_are_located(make_document: MakeDocument) -> None:
    parsed = parse_script(make_document("# /// script\n# dependencies = ['==1', 2, 'good']\n# ///\n", "tool.py"))
    assert [p.location.line for p in parsed.problems if p.location] == [2, 2]
    assert [e.name for e in parsed.entries if isinstance(e, Dependency)] == ["good"]
