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
    problem = json.loads(result.stdout)["problems"][0]
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
    result = run("plan", "--check", "wrangler.jsonc", files={"wrangler.jsonc": json.dumps(config)})
    assert result.exit_code in (0, 1), result.output
