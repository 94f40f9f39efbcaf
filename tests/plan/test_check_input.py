"""What `compat-scan plan --check` makes of configurations that are broken, odd or written in another way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Run


@pytest.mark.parametrize(
    ("name", "text", "line", "column"),
    [
        ("wrangler.jsonc", '{\n  "name": \n', 3, 1),
        ("wrangler.jsonc", '{\n  "name": "a",\n  main: "b"\n}', 3, 3),
        ("wrangler.jsonc", "name: api\n", 1, 1),
        ("wrangler.jsonc", "[]", 1, 1),
        ("wrangler.jsonc", "", 1, 1),
        ("wrangler.jsonc", "[" * 200_000, 1, 1),
        ("wrangler.jsonc", '{"a": ' + "9" * 10_000 + "}", 1, 1),
        ("wrangler.toml", 'name = "a"\nmain =\n', 2, 7),
        ("wrangler.toml", 'name = "a"\nname = "b"\n', 2, 11),
        ("wrangler.toml", "a = " + "[" * 100_000, 1, 1),
    ],
)
def test_what_does_not_parse_is_a_located_problem(run: Run, name: str, text: str, line: int, column: int) -> None:
    result = run("plan", "--check", name, "--format", "json", files={name: text})
    assert result.exit_code == 2
    problem = json.loads(result.stdout)["projects"][0]["problems"][0]
    place = problem["location"]
    assert (problem["rule"], place["line"], place["column"]) == ("CS601", line, column)


@pytest.mark.parametrize(
    "config",
    [
        {"containers": 3, "env": [], "durable_objects": "x", "migrations": {}, "exports": 1, "main": 7},
        {"containers": [1, None, {"class_name": 4, "image": [], "max_instances": "many"}], "compatibility_flags": "x"},
        {"containers": [{"class_name": "A", "max_instances": 1e400, "instance_type": {"vcpu": True}}], "env": {"a": 1}},
        {"containers": [{"class_name": "A", "max_instances": -1, "image": "\u0000"}], "main": "\u0000", "exports": {}},
        {"exports": {"A": 1, "B": {"type": 3}}, "migrations": [1, {"new_classes": 3, "renamed_classes": [{"to": []}]}]},
        {"durable_objects": {"bindings": [1, {"name": {}, "class_name": []}]}, "containers": [{"name": "a"}]},
    ],
)
def test_values_of_any_type_are_no_traceback(run: Run, config: dict[str, Any]) -> None:
    text = json.dumps(config).replace("Infinity", "1e400")
    result = run("plan", "--check", "wrangler.jsonc", files={"wrangler.jsonc": text})
    assert result.exit_code in (0, 1), result.output


def _beside(run: Run, checked: str, files: dict[str, str]) -> list[tuple[int, str, str]]:
    """What is wrong with one configuration beside others, by line, rule and message."""
    files = {"src/entry.py": "", **files}
    problems = json.loads(run("plan", "--check", checked, "--format", "json", files=files).stdout)["projects"][0][
        "problems"
    ]
    return [(row["location"]["line"], row["rule"], row["message"]) for row in problems]


def _configuration(name: str, date: str, *flags: str) -> str:
    values = {"main": "src/entry.py", "compatibility_date": date, "compatibility_flags": ["python_workers", *flags]}
    if name.endswith(".toml"):
        return "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
    return json.dumps(values, indent=2)


@pytest.mark.parametrize(
    ("checked", "deploys", "installs", "line"),
    [
        ("wrangler.jsonc", "wrangler.jsonc", "wrangler.toml", 3),
        ("wrangler.toml", "wrangler.jsonc", "wrangler.toml", 2),
        ("wrangler.json", "wrangler.json", "wrangler.toml", 3),
        ("wrangler.json", "wrangler.json", "wrangler.jsonc", 3),
    ],
)
def test_two_configurations_that_different_tools_read_are_told(
    run: Run, checked: str, deploys: str, installs: str, line: int
) -> None:
    files = {deploys: _configuration(deploys, "2026-11-17"), installs: _configuration(installs, "2025-10-01")}
    [(where, rule, message)] = _beside(run, checked, files)
    assert (where, rule) == (line, "CS714")
    assert message.startswith(f"Wrangler reads {deploys} and pywrangler {installs}, ")


@pytest.mark.parametrize(
    ("checked", "other", "text"),
    [
        ("wrangler.jsonc", "wrangler.toml", _configuration("wrangler.toml", "2026-11-17")),
        (
            "wrangler.jsonc",
            "wrangler.toml",
            "compatibility_date = 2026-11-17\ncompatibility_flags = ['python_workers']\n",
        ),
        ("wrangler.jsonc", "wrangler.toml", _configuration("wrangler.toml", "2026-10-01")),
        ("wrangler.jsonc", "wrangler.toml", "does not parse"),
        ("other.jsonc", "wrangler.toml", _configuration("wrangler.toml", "2025-10-01")),
        ("wrangler.toml", "other.jsonc", _configuration("other.jsonc", "2025-10-01")),
    ],
)
def test_configurations_that_agree_or_are_not_read_are_not_told(run: Run, checked: str, other: str, text: str) -> None:
    assert _beside(run, checked, {checked: _configuration(checked, "2026-11-17"), other: text}) == []


def test_a_date_that_is_none_is_no_traceback(run: Run) -> None:
    files = {
        "wrangler.jsonc": _configuration("wrangler.jsonc", "soon"),
        "wrangler.toml": _configuration("wrangler.toml", "2026-11-17"),
    }
    assert [rule for _, rule, _ in _beside(run, "wrangler.jsonc", files)] == ["CS714"]


def test_a_flag_in_one_of_two_configurations_alone_is_told_and_nothing_where_no_python_is(run: Run) -> None:
    files = {
        "wrangler.jsonc": _configuration("wrangler.jsonc", "2026-11-17"),
        "wrangler.toml": _configuration("wrangler.toml", "2026-11-17", "no_python_workers_314"),
    }
    assert [rule for _, rule, _ in _beside(run, "wrangler.jsonc", files)] == ["CS714"]
    script = {"src/index.ts": "", "wrangler.jsonc": json.dumps({"main": "src/index.ts"})}
    assert _beside(run, "wrangler.jsonc", {**files, **script}) == []
