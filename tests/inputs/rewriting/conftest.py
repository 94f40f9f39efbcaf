"""Changes made again from a report, by their lines and columns alone.

if TYPE_CHECKING:
    from tests.inputs.rewriting.conftest import ApplyChanges
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

import pytest

from scanner.inputs.formats.text import detect_encoding
from scanner.inputs.rewriting import Rewritten

ApplyChanges = Callable[[Rewritten], bytes]


@pytest.fixture(scope="session")
def apply_changes() -> ApplyChanges:
    """Make the changes of a rewritten file in the bytes that it had before."""
    return _apply_changes


def _apply_changes(rewritten: Rewritten) -> bytes:
    data, mark, encoding = rewritten.before, b"", detect_encoding(rewritten.before)
    for mark_bytes, name in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le")):
        if data.startswith(mark_bytes):
            mark, encoding = mark_bytes, name
    text = data[len(mark) :].decode(encoding)
    starts = [0, *(match.end() for match in re.finditer(r"\r\n?|\n", text))]
    result, position = "", 0
    for change in rewritten.changes:
        start = starts[change.line - 1] + change.column - 1
        assert start >= position
        assert text[start : start + len(change.old)] == change.old
        result += text[position:start] + change.new
        position = start + len(change.old)
    return mark + (result + text[position:]).encode(encoding)
