"""A pure wheel for another Python beside a source distribution says nothing: the source decides."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeSdist, MakeWheel, Run

SETUP = "from setuptools import setup, Extension\nsetup(name='old'{})\n"


@pytest.mark.parametrize(
    ("tag", "arguments", "found"),
    [
        ("py2-none-any", "", ("workers", {"CS103"})),
        ("py2-none-any", ", ext_modules=[Extension('old', ['old.c'])]", ("container", {"CS102"})),
        ("cp314-cp314-win_amd64", "", ("container", {"CS101"})),
    ],
)
def test_the_source_decides_where_only_pure_wheels_do_not_fit(
    run: Run, index: FakeIndex, make_wheel: MakeWheel, make_sdist: MakeSdist, *, tag: str, arguments: str, found: object
) -> None:
    index.add(make_wheel("old", tag=tag))
    index.add(make_sdist("old", files={"setup.py": SETUP.format(arguments), "old.c": "int x;"}))
    result = run("requirements.txt", "--format", "json", files={"requirements.txt": "old\n"})
    (row,) = json.loads(result.stdout)["projects"][0]["dependencies"]
    assert (row["verdict"], {finding["rule"] for finding in row["findings"]}) == found
