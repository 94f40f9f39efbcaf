"""tools/check_english.py: forbidden words are found with their lines, and the clean folders stay clean."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def tool(load_tool: Callable[[str], ModuleType]) -> ModuleType:
    """The script as a module."""
    return load_tool("check_english")


@pytest.mark.parametrize("text", ["«x", "X asks for Python 3.15", "what comes along", "it stands in", "told"])
def test_a_forbidden_word_is_found_with_its_line(tool: ModuleType, text: str) -> None:
    assert [line for line, _ in tool.find_words(f"clean\n{text}")] == [2]


@pytest.mark.parametrize("text", ["X requires Python 3.15", "a standing instruction", "transitive dependencies"])
def test_plain_text_has_no_forbidden_word(tool: ModuleType, text: str) -> None:
    assert list(tool.find_words(text)) == []


def test_the_clean_folders_stay_clean(tool: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert tool.main() == 0, capsys.readouterr().out


def test_each_path_that_is_not_yet_clean_exists(tool: ModuleType) -> None:
    assert [path for path in tool.NOT_YET_CLEAN if not (tool.ROOT / path).exists()] == []
