"""`compat-scan diff`: two reports, or one and a scan now, on the index of the loopback."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import Result
from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel

Run = Callable[..., Result]
LINUX = "cp314-cp314-manylinux_2_28_x86_64"
WASM = "cp314-cp314-pyemscripten_2026_0_wasm32"
SCHEMA = Path(__file__).resolve().parents[2] / "scanner" / "report" / "schemas" / "diff-v1.json"


def _scan(run: Run, output: str, *words: str, text: str | None = None) -> None:
    files = {} if text is None else {"requirements.txt": text}
    run("requirements.txt", *words, "--format", "json", "--output", output, files=files)


def _diff(run: Run, *words: str) -> tuple[dict[str, Any], int]:
    result = run("diff", *words, "--format", "json")
    document = json.loads(result.stdout)
    Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(document)
    return document, result.exit_code


def _names(changes: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(change["name"], change["rule"], change["other"]) for change in changes]


def test_a_package_that_the_newer_runtime_has_is_fallen(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("mysqlclient", "2.2.7", tag=LINUX))
    index.add(make_wheel("mysqlclient", "2.2.8", tag=WASM))
    _scan(run, "old.json", "--table", "advise", "--compatibility-date", "2026-01-01", text="mysqlclient\n")
    document, code = _diff(run, "old.json", "requirements.txt", "--table", "advise")
    assert code == 0
    assert document["new_blockers"] == []
    assert _names(document["fallen_blockers"]) == [("mysqlclient", "CS101", "runs")]
    assert document["new"]["path"] is None
    told = run("diff", "old.json", "requirements.txt", "--table", "advise").stdout
    assert "mysqlclient  has a compatible wheel now [CS101]" in told
    document, code = _diff(run, "old.json", "requirements.txt", "--compatibility-date", "2026-01-01", "--table=advise")
    assert (code, document["fallen_blockers"], document["new_blockers"]) == (0, [], [])


def test_a_new_blocker_is_exit_code_1_and_what_inherits_it_is_listed_with_it(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("alpha", "1.0", tag=LINUX))
    index.add(make_wheel("top", requires=["alpha"]))
    index.add(make_wheel("pure"))
    _scan(run, "old.json", text="pure\n")
    _scan(run, "new.json", text="pure\ntop\n")
    document, code = _diff(run, "old.json", "new.json")
    assert code == 1
    assert sorted(_names(document["new_blockers"])) == [("alpha", "CS101", "absent"), ("top", "CS109", "absent")]
    told = run("diff", "old.json", "new.json")
    assert told.exit_code == 1
    assert told.stdout.startswith("2 new blockers.\n")
    assert "New blockers (1)\n  ✗ alpha 1.0  " in told.stdout
    assert "Also: top" in told.stdout
    assert run("diff", "new.json", "old.json").exit_code == 0


def test_an_accepted_blocker_is_not_new_and_a_fallen_one_names_the_ignore(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("alpha", "1.0", tag=LINUX))
    index.add(make_wheel("pure"))
    ignored = "alpha  # compat-scan: ignore[CS101] until autumn\n"
    _scan(run, "before.json", text="pure\n")
    _scan(run, "old.json", text=ignored)
    document, code = _diff(run, "before.json", "old.json")
    assert (code, document["new_blockers"], document["stale"]) == (0, [], [])
    index.add(make_wheel("alpha", "1.1", tag=WASM))
    document, code = _diff(run, "old.json")
    assert code == 0
    (fallen,) = document["fallen_blockers"]
    assert (fallen["name"], fallen["drop"]) == ("alpha", "requirements.txt:1")
    assert document["changed_versions"] == [{"project": ".", "name": "alpha", "old": ["1.0"], "new": ["1.1"]}]
    assert [(row["kind"], row["place"]) for row in document["stale"]] == [("ignore", "requirements.txt:1")]
    told = run("diff", "old.json").stdout
    assert "has a compatible wheel now: drop the ignore at requirements.txt:1 [CS101]" in told


def test_a_scan_that_is_cut_short_calls_no_ignore_unused(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha", "1.0"))
    _scan(run, "old.json", text="alpha  # compat-scan: ignore[CS305] until autumn\n")
    assert len(_diff(run, "old.json")[0]["stale"]) == 1
    assert _diff(run, "old.json", "requirements.txt", "--no-inspect")[0]["stale"] == []


def test_a_baseline_row_that_matches_nothing_now_is_stale(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha", "1.0", tag=LINUX))
    run("requirements.txt", "--write-baseline", "known.json", files={"requirements.txt": "alpha\n"})
    _scan(run, "old.json", "--baseline", "known.json")
    assert _diff(run, "old.json", "old.json")[0]["stale"] == []
    index.add(make_wheel("alpha", "1.1", tag=WASM))
    document, _ = _diff(run, "old.json")
    assert {(row["kind"], row["name"], row["rule"]) for row in document["stale"]} >= {("baseline", "alpha", "CS101")}
    assert "drop its row in the baseline" in run("diff", "old.json").stdout


def test_an_index_that_does_not_answer_makes_nothing_fall(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha", "1.0", tag=LINUX))
    index.add(make_wheel("top", requires=["alpha"]))
    _scan(run, "old.json", text="top\n")
    index.answer("top", b"no", status=403)
    document, code = _diff(run, "old.json")
    assert code == 0
    assert document["fallen_blockers"] == []
    assert sorted(_names(document["undetermined"])) == [("alpha", "CS101", "unknown"), ("top", "CS109", "unknown")]


def test_a_selection_in_the_configuration_hides_no_blocker(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha", "1.0", tag=LINUX))
    _scan(run, "old.json", text="alpha\n")
    config = {"compat-scan.toml": 'select = ["CS305"]\n'}
    assert json.loads(run("diff", "old.json", "--format", "json", files=config).stdout)["fallen_blockers"] == []


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "file: not JSON"),
        ("[" * 100_000, "file: not JSON"),
        ('{"a": ' * 100_000, "file: not JSON"),
        ("[]", "schema: not a report"),
        ("{}", "schema: not a report"),
        ('{"schema": "compat-scan/list/1"}', "schema: not a report"),
        ('{"schema": "compat-scan/2"}', "problems: missing"),
        ('{"schema": "compat-scan/2", "problems": {}}', "problems: must be a list"),
        ('{"schema": "compat-scan/2", "problems": [1]}', "problems[0]: must be an object"),
        (
            '{"schema": "compat-scan/2", "problems": [], "projects": [{"path": 1}]}',
            "projects[0].path: must be a string",
        ),
        ("1" * 5_000, "file: not JSON"),
    ],
    ids=range(11),
)
def test_a_file_that_is_no_report_is_misuse_with_the_key(run: Run, text: str, key: str) -> None:
    result = run("diff", "old.json", files={"old.json": text})
    assert result.exit_code == 2
    assert f"compat-scan: error: old.json: {key}" in result.stderr
    assert result.stdout == ""


def test_every_value_of_a_report_may_be_wrong_and_is_an_error_or_no_matter(
    run: Run, index: FakeIndex, make_wheel: MakeWheel, tmp_path: Path
) -> None:
    index.add(make_wheel("alpha", "1.0", tag=LINUX))
    _scan(run, "old.json", "--accept", "CS101", text="alpha\n")
    text = (tmp_path / "old.json").read_text()
    codes = set()
    for number in range(len(list(_spoil(json.loads(text))))):
        document = json.loads(text)
        for place, spoil in enumerate(_spoil(document)):
            if place == number:
                spoil()
        result = run("diff", "broken.json", "old.json", files={"broken.json": json.dumps(document)})
        assert result.exit_code in {0, 1, 2}
        assert (result.exit_code == 2) == ("error: broken.json: " in result.stderr), result.stderr
        codes.add(result.exit_code)
    assert {0, 2} <= codes


def _spoil(part: Any) -> list[Callable[[], None]]:
    """For each value inside, what replaces it by one of another type."""
    found: list[Callable[[], None]] = []
    for key in part if isinstance(part, dict) else range(len(part)) if isinstance(part, list) else ():
        other = "7" if isinstance(part[key], int) else 7
        found += [partial(part.__setitem__, key, other), *_spoil(part[key])]
    return found


@pytest.mark.parametrize("words", [("nowhere.json",), (".",), ("old.json", "nowhere.json")])
def test_a_file_that_cannot_be_read_is_misuse(
    run: Run, index: FakeIndex, make_wheel: MakeWheel, words: tuple[str, ...]
) -> None:
    index.add(make_wheel("pure"))
    _scan(run, "old.json", text="pure\n")
    assert run("diff", *words).exit_code == 2


@pytest.mark.parametrize("text", ["{}", '{"schema": "compat-scan/2"', '{"schema": "compat-scan/list/1"}', "= what?"])
def test_a_new_file_that_is_no_report_and_no_dependency_file_is_misuse(
    run: Run, index: FakeIndex, make_wheel: MakeWheel, text: str
) -> None:
    index.add(make_wheel("pure"))
    _scan(run, "old.json", text="pure\n")
    result = run("diff", "old.json", "new.json", files={"new.json": text})
    assert (result.exit_code, result.stdout) == (2, "")


def test_rule_shows_title_meaning_and_remedy(run: Run) -> None:
    told = run("rule", "cs110").stdout
    assert told.startswith("CS110: Only an outdated release fits the target\n")
    assert "remedy " in told
    assert run("rule", "outdated-release").stdout == told


@pytest.mark.parametrize(
    ("word", "hint"),
    [("CS1O1", "did you mean CS101?"), ("outdated-relase", "did you mean outdated-release?"), ("?", "rules are CS101")],
)
def test_an_unknown_rule_is_misuse_with_a_suggestion(run: Run, word: str, hint: str) -> None:
    result = run("rule", word)
    assert (result.exit_code, result.stdout) == (2, "")
    assert hint in result.stderr
