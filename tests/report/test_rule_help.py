from __future__ import annotations

import re

import pytest

from scanner.model.rule import Rule
from scanner.report.rule_help import RULE_HELP


def test_every_rule_has_its_help() -> None:
    assert set(RULE_HELP) == set(Rule)


@pytest.mark.parametrize("rule", Rule, ids=lambda rule: rule.code)
def test_each_text_is_short_and_made_of_sentences(rule: Rule) -> None:
    told = RULE_HELP[rule]
    for text in (told.what, told.why, told.remedy):
        assert re.fullmatch(r"[A-Z].{20,900}\.", text)
        assert "`" not in text
