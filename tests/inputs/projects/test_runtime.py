"""What a Wrangler configuration and its environments select, and what pywrangler refuses or reads differently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from scanner.model.finding import Level
from scanner.model.rule import Rule

if TYPE_CHECKING:
    from tests.inputs.projects.conftest import Find

TOML = 'main = "src/entry.py"\ncompatibility_date = "{}"\ncompatibility_flags = ["{}"]\n'
PYTHON = '{"main": "src/entry.py", "compatibility_date": "2026-10-01", "compatibility_flags": ["python_workers"]}'
TYPESCRIPT = '{"main": "src/index.ts", "compatibility_date": "2026-10-01"}'
REQUIREMENTS = {"requirements.txt": "httpx\n"}


def _with(*flags: str) -> str:
    """The configuration of a Python Worker with more flags."""
    return PYTHON.replace('"python_workers"', ", ".join(f'"{flag}"' for flag in ("python_workers", *flags)))


@pytest.mark.parametrize(
    ("name", "text", "python", "wrangler"),
    [
        ("wrangler.toml", TOML.format("2025-01-01", "python_workers"), "3.12.7", "wrangler.toml"),
        ("wrangler.toml", TOML.format("2026-01-29", "python_workers"), "3.13.2", "wrangler.toml"),
        ("wrangler.jsonc", f"// c\n{PYTHON}", "3.14.2", "wrangler.jsonc"),
        ("wrangler.json", PYTHON, "3.14.2", "wrangler.json"),
        ("wrangler.jsonc", '{"main": "src/index.ts", "compatibility_date": "2025-01-01"}', "3.14.2", None),
        ("wrangler.jsonc", '{"compatibility_date": "2025-01-01"}', "3.14.2", None),
        (
            "wrangler.jsonc",
            '{"compatibility_date": "2025-01-01", "compatibility_flags": ["python_workers"]}',
            "3.12.7",
            "wrangler.jsonc",
        ),
    ],
)
def test_a_python_workers_configuration_chooses_and_no_other(
    find: Find, name: str, text: str, python: str, wrangler: str | None
) -> None:
    (project,) = find({name: text, **REQUIREMENTS}).projects
    assert (project.target.python, project.wrangler) == (python, wrangler)
    assert project.problems == ()


def test_wrangler_toml_comes_before_wrangler_jsonc(find: Find) -> None:
    files = {"wrangler.jsonc": PYTHON, "wrangler.toml": TOML.format("2026-01-29", "python_workers"), **REQUIREMENTS}
    (project,) = find(files).projects
    assert (project.target.python, project.wrangler) == ("3.13.2", "wrangler.toml")


@pytest.mark.parametrize(
    ("toml", "jsonc", "disagrees"),
    [
        (TOML.format("2026-01-29", "python_workers"), PYTHON, True),
        (TOML.format("2026-01-29", "python_workers"), TYPESCRIPT, True),
        ('main = "index.ts"\n', PYTHON, True),
        (TOML.format("2026-09-20", "python_workers"), PYTHON, False),
        ('main = "index.ts"\n', TYPESCRIPT, False),
    ],
)
def test_two_configurations_that_select_different_pythons(
    find: Find, toml: str, jsonc: str, *, disagrees: bool
) -> None:
    (project,) = find({"wrangler.toml": toml, "wrangler.jsonc": jsonc, **REQUIREMENTS}).projects
    found = [(problem.rule, problem.level) for problem in project.problems]
    assert found == ([(Rule.CS719, Level.BLOCKER)] if disagrees else [])


@pytest.mark.parametrize(
    ("text", "codes", "words"),
    [
        ('{"main": "a.py", "compatibility_flags": ["python_workers"]}', ["CS713"], "compatibility_date"),
        ('{"main": "a.py", "compatibility_date": "2026-10-01"}', ["CS713"], "python_workers"),
        ('{"main": "a.py"}', ["CS713", "CS713"], "pywrangler"),
        (_with("python_workers_999"), ["CS603"], "python_workers_999"),
        (
            _with("no_python_workers_2"),
            ["CS603"],
            "no_python_workers_2",
        ),
        (_with("python_workflows"), [], ""),
        (PYTHON, [], ""),
        (
            _with("python_workers_314", "no_python_workers_314"),
            ["CS601"],
            "contradict",
        ),
        ("{", ["CS601"], "parse"),
        ('{"main": "a.py", "compatibility_date": "soon"}', ["CS601"], "soon"),
        ('{"main": "a.py", "compatibility_flags": "python_workers"}', ["CS601"], "list"),
    ],
)
def test_what_is_wrong_with_a_configuration(find: Find, text: str, codes: list[str], words: str) -> None:
    (project,) = find({"wrangler.jsonc": text, **REQUIREMENTS}).projects
    assert [problem.rule.code for problem in project.problems] == codes
    assert all(words in problem.message for problem in project.problems)
    assert all(problem.location and problem.location.path == "wrangler.jsonc" for problem in project.problems)


def test_a_problem_has_the_line_of_its_key(find: Find) -> None:
    text = '# compatibility_flags\nmain = "a.py"\ncompatibility_date = 2026-10-01\n\n'
    text += 'compatibility_flags = ["python_workers_5"]\n'
    (project,) = find({"wrangler.toml": text, **REQUIREMENTS}).projects
    assert {problem.location.line for problem in project.problems if problem.location} == {5}


ENVIRONMENTS = """\
name = "web"
main = "src/entry.py"
compatibility_date = "2026-10-01"
compatibility_flags = ["python_workers"]
[env.same]
name = "web-same"
[env.old]
compatibility_date = "2026-01-29"
[env.flagged]
compatibility_flags = ["python_workers", "no_python_workers_314"]
"""


def test_environments_that_change_date_or_flags_are_projects_too(find: Find) -> None:
    found = find({"wrangler.toml": ENVIRONMENTS, "requirements.txt": "httpx\n"})
    assert [(one.name.partition(" ")[2], one.target.python) for one in found.projects] == [
        ("", "3.14.2"),
        ("[env old]", "3.13.2"),
        ("[env flagged]", "3.13.2"),
    ]
    assert {one.path for one in found.projects} == {"."}


@pytest.mark.parametrize(
    ("options", "python"),
    [({"compatibility_date": "2026-01-29"}, "3.13.2"), ({"compatibility_flag": ("python_workers",)}, "3.14.2")],
)
def test_what_is_set_comes_before_the_configuration(find: Find, options: Mapping[str, object], python: str) -> None:
    (project,) = find({"wrangler.toml": ENVIRONMENTS, "requirements.txt": "httpx\n"}, **options).projects
    assert (project.target.python, project.wrangler, project.main_module) == (python, None, "src/entry.py")


def test_an_unknown_flag_that_is_set_leaves_every_project_unknown(find: Find) -> None:
    files = {"a/requirements.txt": "a\n", "b/requirements.txt": "b\n"}
    found = find(files, compatibility_flag=("python_workers_999",))
    assert [[problem.rule for problem in one.problems] for one in found.projects] == [[Rule.CS603], [Rule.CS603]]


@pytest.mark.parametrize(
    ("main", "expected"),
    [("src/entry.py", "web/src/entry.py"), ("./entry.py", "web/entry.py"), ("../entry.py", None), ("/etc/a.py", None)],
)
def test_the_main_module_lies_below_its_configuration(find: Find, main: str, expected: str | None) -> None:
    text = PYTHON.replace("src/entry.py", main)
    (project,) = find({"web/wrangler.jsonc": text, "web/requirements.txt": "httpx\n"}).projects
    assert project.main_module == expected


def test_a_folder_below_a_worker_has_its_runtime_and_not_its_main_module(find: Find) -> None:
    _, below = find({"wrangler.toml": ENVIRONMENTS[:120], "jobs/requirements.txt": "httpx\n"}).projects
    assert (below.path, below.wrangler, below.main_module) == ("jobs", "wrangler.toml", None)
