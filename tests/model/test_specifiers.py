"""The one version that a specifier can mean."""

from __future__ import annotations

import pytest
from packaging.specifiers import SpecifierSet

from scanner.model.specifiers import combine, find_pin


@pytest.mark.parametrize(
    ("specifier", "pin"),
    [
        ("==1.0", "1.0"),
        ("===1.0", "1.0"),
        ("==1.0,>=0.5", "1.0"),
        ("==1.0,<1.0", None),
        ("==1.*", None),
        ("===not-a-version", None),
        (">=1", None),
        ("", None),
        ("==1.0b1", "1.0b1"),
        ("==1.0+local", "1.0+local"),
        ("==1.0rc1,<2", "1.0rc1"),
    ],
)
def test_a_pin_is_an_exact_version_that_its_other_clauses_admit(specifier: str, pin: str | None) -> None:
    found = find_pin(SpecifierSet(specifier))
    assert (str(found) if found else None) == pin


def test_specifiers_are_combined_with_their_constraint() -> None:
    combined = combine([SpecifierSet(">=1"), SpecifierSet(">=1"), SpecifierSet("!=1.5")], SpecifierSet("<2"))
    assert combined == SpecifierSet(">=1,!=1.5,<2")
    assert combine([]) == SpecifierSet()
