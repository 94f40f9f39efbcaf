"""`compat-scan config`, unknown keys and the user's own rows."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

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
        ("compat-scan.toml", 'tabel = "advise"\n', "did you mean `table`?"),
        ("pyproject.toml", "[tool.compat-scan]\nno-dep = true\n", "did you mean `no-deps`?"),
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
    assert "did you mean `fail-on`?" in result.stderr


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
    verdicts = {row["name"]: row["verdict"] for row in json.loads(result.stdout)["projects"][0]["dependencies"]}
    assert verdicts == {"ours": "container", "numpy": "workers"}
    assert "needs a card reader" in result.stdout
