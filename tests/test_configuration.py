"""`compat-scan config`, unknown keys, the user's own rows, completion, `--version` and `--help`."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from click.shell_completion import ShellComplete

from scanner.cli import COMMANDS, main

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run


def _settings(run: Run, *words: str, **keywords: Any) -> dict[str, tuple[object, str]]:
    result = run("config", *words, "--format", "json", **keywords)
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["schema"] == "compat-scan/config/1"
    return {row["key"]: (row["value"], row["origin"]) for row in document["settings"]}


def test_the_nearer_layer_wins_and_each_value_tells_where_it_comes_from(run: Run) -> None:
    config = 'table = "advise"\nfail-on = "never"\ngroup = ["dev"]\noffline = true\n'
    environ = {"COMPAT_SCAN_FAIL_ON": "container", "COMPAT_SCAN_GROUP": "a,b c"}
    told = _settings(run, "--group", "docs", files={"compat-scan.toml": config}, env=environ)
    assert told["table"][0] == "advise"
    assert told["table"][1].endswith("compat-scan.toml")
    assert told["fail-on"] == ("container", "COMPAT_SCAN_FAIL_ON")
    assert told["group"] == (["docs"], "command line")
    assert told["offline"][0] is True
    assert told["no-deps"] == (False, "default")


def test_rows_and_dates_are_told_as_json_and_for_people(run: Run) -> None:
    config = (
        '[tool.compat-scan]\ncompatibility-date = 2026-01-02\n[[tool.compat-scan.ignore]]\npackage = "a"\n'
        'rules = ["CS101"]\nreason = "r"\nuntil = 2027-01-01\n'
    )
    told = _settings(run, files={"pyproject.toml": config})
    assert told["compatibility-date"][0] == "2026-01-02"
    rows = told["ignore"][0]
    assert isinstance(rows, list)
    assert [(row["package"], row["until"]) for row in rows] == [("a", "2027-01-01")]
    assert re.search(r"^ignore +package=a rules=CS101 reason=r until=2027-01-01", run("config").stdout, re.MULTILINE)


def test_a_password_in_an_address_is_not_told(run: Run) -> None:
    address = "https://user:hunter2@example.org/simple/"
    assert "hunter2" not in run("config", "--index-url", address).stdout
    assert "hunter2" not in run("config", "--extra-index-url", address, "--format", "json").stdout


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("compat-scan.toml", 'tabel = "advise"\n', "did you mean «table»?"),
        ("pyproject.toml", "[tool.compat-scan]\nno-dep = true\n", "did you mean «no-deps»?"),
        ("compat-scan.toml", "offline = 1\n", "offline"),
        ("compat-scan.toml", '[[ignore]]\npackage = "a"\nrule = "CS101"\n', "ignore[0].rule"),
        ("compat-scan.toml", '[[table]]\nname = "a"\nverdict = "maybe"\nreason = "r"\n', "table[0].verdict"),
    ],
)
def test_a_key_or_value_that_is_none_is_an_error_with_its_place(run: Run, name: str, text: str, told: str) -> None:
    result = run("config", files={name: text})
    assert result.exit_code == 2
    assert name in result.stderr
    assert told in result.stderr


def test_an_unknown_variable_is_an_error_with_a_suggestion(run: Run) -> None:
    result = run("config", env={"COMPAT_SCAN_FAILON": "never"})
    assert result.exit_code == 2
    assert "did you mean «fail-on»?" in result.stderr


@pytest.mark.parametrize("key", ["table", "table-rows"])
def test_rows_of_the_user_add_to_the_table_and_take_off_it(
    run: Run, index: FakeIndex, make_wheel: MakeWheel, key: str
) -> None:
    index.add(make_wheel("ours"))
    config = (
        f'[[{key}]]\nname = "Ours"\nverdict = "container"\nreason = "needs a card reader"\nalternative = "fetch"\n'
        f'[[{key}]]\nname = "numpy"\nverdict = "workers"\nreason = "tried"\n'
    )
    files = {"compat-scan.toml": config, "requirements.txt": "ours\nnumpy\n"}
    result = run("requirements.txt", "--format", "json", "--no-inspect", "--no-deps", files=files)
    verdicts = {row["name"]: row["verdict"] for row in json.loads(result.stdout)["dependencies"]}
    assert verdicts == {"ours": "container", "numpy": "workers"}
    assert "needs a card reader" in result.stdout


def test_the_version_tells_how_old_the_data_is(run: Run) -> None:
    pattern = r"compat-scan \d+\.\d+\.\d+ \(tables of \d{4}-\d\d-\d\d, Pyodide [\d.]+\)\n"
    assert re.fullmatch(pattern, run("--version").stdout)


@pytest.mark.parametrize("columns", [80, 100])
def test_the_help_stays_within_the_terminal_and_keeps_its_lists(run: Run, columns: int) -> None:
    text = run("--help", env={"COLUMNS": str(columns)}).stdout
    assert max(map(len, text.splitlines())) <= columns
    assert re.search(r"^    3    incomplete", text, re.MULTILINE)
    assert "\b" not in text
    for command in COMMANDS:
        assert re.search(rf"^  {command.name} .*\.$", text, re.MULTILINE), f"{command.name} is cut off"
        told = run(str(command.name), "--help", env={"COLUMNS": str(columns)}).stdout
        assert max(map(len, told.splitlines())) <= columns


def test_the_help_of_a_scan_has_sections(run: Run) -> None:
    text = run("scan", "--help").stdout
    for title in ("What is scanned:", "What it is judged for:", "Where packages come from:", "What is reported:"):
        assert f"\n{title}\n" in text


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_documented_variable_prints_the_completion_script(run: Run, shell: str) -> None:
    result = run(env={"_COMPAT_SCAN_COMPLETE": f"{shell}_source"})
    assert result.exit_code == 0
    assert f"_COMPAT_SCAN_COMPLETE={shell}_complete" in result.stdout


@pytest.mark.parametrize(
    ("words", "incomplete", "expected"),
    [
        ([], "ex", {"explain"}),
        ([], "", {command.name for command in COMMANDS}),
        (["scan", "--table"], "", {"enforce", "advise"}),
        (["scan"], "--no-i", {"--no-inspect"}),
        (["--format"], "sa", {"sarif"}),
    ],
)
def test_a_shell_completes_commands_options_and_values(words: list[str], incomplete: str, expected: set[str]) -> None:
    complete = ShellComplete(main, {}, "compat-scan", "_COMPAT_SCAN_COMPLETE")
    assert {item.value for item in complete.get_completions(words, incomplete)} == expected
