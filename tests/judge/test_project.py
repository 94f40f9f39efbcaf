"""Projects about which nothing can be said, and problems of a deployment."""

from __future__ import annotations

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from scanner.inputs.projects import Project
from scanner.judge.project import has_unknown_runtime, leave_unknown
from scanner.model.dependency import Dependency, Location
from scanner.model.finding import Level, Problem
from scanner.model.report import ProjectVerdict, Verdict
from scanner.model.rule import Rule
from scanner.runtime.target import choose_target

CONFIG = Location(path="wrangler.jsonc", line=3)


def _project(*problems: Problem) -> Project:
    place = Location(path="requirements.txt", line=1)
    numpy = Dependency(name=canonicalize_name("numpy"), specifier=SpecifierSet(), location=place, text="numpy")
    return Project(
        name="app",
        path=".",
        files=("requirements.txt",),
        wrangler="wrangler.jsonc",
        target=choose_target(),
        dependencies=(numpy,),
        problems=problems,
    )


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (Problem(rule=Rule.CS603, message="unknown flag", location=CONFIG), True),
        (Problem(rule=Rule.CS601, message="is no JSON", location=CONFIG), True),
        (Problem(rule=Rule.CS601, message="missing version", location=Location(path="r.txt", line=1)), False),
        (Problem(rule=Rule.CS719, level=Level.BLOCKER, message="two Pythons", location=CONFIG), False),
    ],
)
def test_the_runtime_is_unknown_where_its_flag_or_its_configuration_is(*, problem: Problem, expected: bool) -> None:
    assert has_unknown_runtime(_project(problem)) is expected


def test_everything_in_a_project_of_unknown_runtime_is_unknown() -> None:
    problem = Problem(rule=Rule.CS603, message="unknown flag python_workers_20991231", location=CONFIG)
    report = leave_unknown(_project(problem), baseline=frozenset(), today=None)
    assert (report.verdict, report.outstanding) == (ProjectVerdict.UNKNOWN, Verdict.UNKNOWN)
    assert [(row.name, row.verdict, row.findings) for row in report.dependencies] == [("numpy", Verdict.UNKNOWN, ())]
