from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.report.escape import clean, exact, is_web_address, redact_credentials, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("requests", "requests"),
        ("naïve-café 你好 ≥1", "naïve-café 你好 ≥1"),
        ("a\x1b[31mred", "a\\x1b[31mred"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\x00\x7f\x9b", "\\x00\\x7f\\x9b"),
        ("a\u202eb\u2066c\u061cd\u200ee", "a\\u202eb\\u2066c\\u061cd\\u200ee"),
        ("zero\u200bwidth\u200djoin\ufeff", "zero\\u200bwidth\\u200djoin\\ufeff"),
        ("soft\xadhyphen\xa0space", "soft\\xadhyphen\\xa0space"),
        ("\u2028\u2029", "\\u2028\\u2029"),
        ("\ud800 \udfff", "\\ud800 \\udfff"),
        ("\ue000\U000f0000", "\\ue000\\U000f0000"),
        ("\uffff\u0378", "\\uffff\\u0378"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("fill\u3164er\u115f\u2800", "fill\\u3164er\\u115f\\u2800"),
        ("heart\ufe0f\u034f", "heart\\ufe0f\\u034f"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", ":\\x3aerror::x"),
        ("a ::warning::x", "a :\\x3awarning::x"),
        ("##[error]x", "#\\x23[error]x"),
        ("a##vso[task.setvariable]x", "a#\\x23vso[task.setvariable]x"),
        ("http://[::1]:8080/simple", "http://[::1]:8080/simple"),
        ("std::vector ## heading", "std::vector ## heading"),
    ],
)
def test_commands_to_a_runner_are_broken_up_and_nothing_else(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_whatever_comes_in_nothing_invisible_comes_out(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for character in shown)
    assert not shown.startswith("::")


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("https://user:hunter2@example.org/simple", "https://****@example.org/simple"),
        ("https://hunter2@example.org/simple", "https://****@example.org/simple"),
        ("https://user:hun@ter2@example.org/simple", "https://****@example.org/simple"),
        ("https://user:hun/ter2@example.org/simple", "https://****@example.org/simple"),
        ("https://us\ner:hunter2@example.org/", "https://****@example.org/"),
        ("HTTPS:\\\\user:hunter2@example.org\\x", "HTTPS:\\\\****@example.org\\x"),
        ("git+https://t:hunter2@example.org/a.git@v1#egg=a", "git+https://****@example.org/a.git@v1#egg=a"),
        ("ssh://git:hunter2@example.org/a", "ssh://****@example.org/a"),
        ("a @ https://u:hunter2@h/x and https://v:hunter2@h/y", "a @ https://****@h/x and https://****@h/y"),
        ("https://example.org/a.whl?token=hunter2&x=1", "https://example.org/a.whl?token=****&x=1"),
        ("https://example.org/a?x=1&X-Amz-Signature=hunter2#f", "https://example.org/a?x=1&X-Amz-Signature=****#f"),
    ],
)
def test_credentials_in_urls_are_hidden(text: str, redacted: str) -> None:
    assert redact_credentials(text) == redacted
    assert "hunter2" not in clean(text)


@pytest.mark.parametrize(
    "text",
    [
        "git+ssh://git@example.org/a.git@v1",
        "git+https://example.org/a.git@v1.0#egg=a",
        "http://localhost:8080/simple/a@1",
        "http://[::1]:3141/root/pypi/+simple/",
        "file:///home/me/a@b",
        "somebody@example.org",
        "a==1.0",
    ],
)
def test_what_holds_no_secret_stays(text: str) -> None:
    assert redact_credentials(text) == text


def test_redaction_takes_linear_time_on_hostile_text() -> None:
    text = "://a:" * 40_000
    assert redact_credentials(text).startswith("://")


def test_exact_keeps_everything_but_credentials_and_lone_surrogates() -> None:
    assert exact("a\x1b\u202e ::error:: https://u:p@h/ \udc80") == "a\x1b\u202e ::error:: https://****@h/ \\udc80"


@pytest.mark.parametrize(
    ("url", "is_web"),
    [
        ("https://example.org/x", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https:", False),
        ("//example.org", False),
        ("http://[", False),
        ("incompatible.toml: numpy", False),
    ],
)
def test_only_web_addresses_become_links(url: str, is_web: bool) -> None:  # noqa: FBT001 - a column of the table
    assert is_web_address(url) is is_web
