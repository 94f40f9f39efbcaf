"""Findings that are accepted: by a comment, by the configuration, by the baseline."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run

LINUX = "cp314-cp314-manylinux_2_28_x86_64"
IGNORE = "# compat-scan: ignore"


@pytest.fixture
def native(index: FakeIndex, make_wheel: MakeWheel) -> None:
    """«alpha» and «beta» have native wheels only, «pure» runs, «top» needs alpha."""
    index.add(make_wheel("alpha", tag=LINUX))
    index.add(make_wheel("beta", tag=LINUX))
    index.add(make_wheel("pure"))
    index.add(make_wheel("top", requires=["alpha"]))


def _scan(run: Run, files: dict[str, str], *words: str) -> tuple[dict[str, Any], int]:
    result = run(*(words or (next(iter(files)),)), "--format", "json", files=files)
    assert result.stdout, result.stderr
    return json.loads(result.stdout), result.exit_code


def _rows(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for project in report["projects"] for row in project["dependencies"]]


def _accepted(report: dict[str, Any], name: str) -> dict[str, str | None]:
    """Why each finding of a package is accepted, by rule."""
    found = [finding for row in _rows(report) if row["name"] == name for finding in row["findings"]]
    return {finding["rule"]: (finding["accepted"] or {}).get("reason") for finding in found}


def _verdicts(report: dict[str, Any]) -> dict[str, str]:
    return {row["name"]: row["verdict"] for row in _rows(report)}


@pytest.mark.usefixtures("native")
def test_an_accepted_blocker_changes_the_exit_code_and_no_verdict(run: Run) -> None:
    report, code = _scan(run, {"requirements.txt": f"alpha  {IGNORE}[CS101] runs in the sidecar\npure\n"})
    assert code == 0
    assert (report["verdict"], report["summary"]["accepted"]) == ("hybrid", 1)
    assert _verdicts(report) == {"alpha": "container", "pure": "workers"}
    (finding,) = _rows(report)[0]["findings"]
    assert finding["level"] == "blocker"
    assert finding["accepted"] == {"by": "requirements.txt:1", "reason": "runs in the sidecar"}
    assert report["projects"][0]["ignores"] == [{"place": "requirements.txt:1", "used": True, "expired": False}]


@pytest.mark.usefixtures("native")
def test_an_ignore_covers_its_own_line_and_its_own_rules_only(run: Run) -> None:
    report, code = _scan(run, {"requirements.txt": f"alpha  {IGNORE}[CS102] no\nbeta\n"})
    assert code == 1
    assert _accepted(report, "alpha") == {"CS101": None}
    report, code = _scan(run, {"requirements.txt": f"alpha\nbeta {IGNORE}[CS102, CS101] yes\n"})
    assert (_accepted(report, "alpha"), _accepted(report, "beta")) == ({"CS101": None}, {"CS101": "yes"})


@pytest.mark.usefixtures("native")
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", f"alpha \\\n    --hash=sha256:{'a' * 64} \\\n    --hash=sha256:{'b' * 64}  {{0}}\n"),
        ("pyproject.toml", '[project]\nname = "x"\ndependencies = [\n  "pure",\n  "alpha>=0",  {0}\n]\n'),
        ("setup.cfg", "[options]\ninstall_requires =\n    pure\n    alpha  {0}\n"),
        ("environment.yml", "dependencies:\n  - pip:\n    - alpha  {0}\n"),
        ("tool.py", "# /// script\n# dependencies = [\n#   'alpha',  {0}\n# ]\n# ///\n"),
        ("setup.py", "from setuptools import setup\nsetup(install_requires=[\n    'alpha',  {0}\n])\n"),
        ("Pipfile", '[packages.alpha]\nversion = "*"  {0}\n'),
        (
            "uv.lock",
            "version = 1\n[[package]]\nname = 'alpha'\nversion = '1.0'  {0}\nsource = {{ registry = 'x' }}\n",
        ),
    ],
)
def test_a_comment_counts_in_every_format_and_on_any_line_of_the_declaration(run: Run, name: str, text: str) -> None:
    report, code = _scan(run, {name: text.format("")}, name)
    assert code == 1, report
    report, code = _scan(run, {name: text.format(f"{IGNORE}[CS101] accepted")}, name)
    assert _accepted(report, "alpha")["CS101"] == "accepted"
    assert code == 0


@pytest.mark.usefixtures("native")
def test_a_comment_above_a_declaration_does_not_reach_the_one_before(run: Run) -> None:
    result = run("requirements.txt", files={"requirements.txt": f"alpha\n{IGNORE}[CS101] which one?\npure\n"})
    assert result.exit_code == 1
    assert "requirements.txt:2: unused ignore (no matching finding)" in " ".join(result.stdout.split())


@pytest.mark.usefixtures("native")
def test_a_comment_in_an_included_file_counts(run: Run) -> None:
    files = {"requirements.txt": "-r base.txt\n", "base.txt": f"alpha {IGNORE}[CS101] accepted\n"}
    assert _scan(run, files)[1] == 0


@pytest.mark.parametrize(
    ("comment", "told"),
    [
        (f"{IGNORE}[CS1O1] why", 'requirements.txt:2: unknown rule "CS1O1"; did you mean CS101?'),
        (f"{IGNORE}[CS101]", "requirements.txt:2: an ignore requires a reason"),
        (f"{IGNORE} CS101 because", "requirements.txt:2: an ignore requires a reason"),
        (f"{IGNORE}[] because", "requirements.txt:2: an ignore names its rules"),
        ("# compat-scan: ignroe[CS101] why", 'requirements.txt:2: unknown comment "ignroe"'),
        ("# compat-scan: Ignore[CS101] why", 'requirements.txt:2: unknown comment "Ignore"'),
    ],
)
def test_a_faulty_comment_is_an_error_with_file_and_line(run: Run, comment: str, told: str) -> None:
    result = run("requirements.txt", files={"requirements.txt": f"pure\nalpha {comment}\n"})
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""


@pytest.mark.usefixtures("native")
def test_what_inherits_from_an_accepted_cause_is_accepted_with_it(run: Run) -> None:
    config = '[[ignore]]\npackage = "Alpha"\nrules = ["CS101"]\nreason = "vendored"\n'
    report, code = _scan(run, {"requirements.txt": "top\n", "compat-scan.toml": config})
    assert code == 0
    assert _verdicts(report) == {"top": "container", "alpha": "container"}
    assert _accepted(report, "top") == {"CS109": "accepted for alpha: vendored"}


@pytest.mark.usefixtures("native")
def test_only_the_requirements_of_the_project_wait_for_the_exit_code(run: Run) -> None:
    report, code = _scan(run, {"requirements.txt": f"top {IGNORE}[CS109] known\n"})
    assert code == 0
    assert (_accepted(report, "top"), _accepted(report, "alpha")) == ({"CS109": "known"}, {"CS101": None})
    assert _scan(run, {"requirements.txt": f"top {IGNORE}[CS109] known\nalpha\n"})[1] == 1


@pytest.mark.usefixtures("native")
def test_the_command_line_accepts_rules_for_one_run(run: Run) -> None:
    files = {"requirements.txt": "alpha\ntop\n"}
    report, code = _scan(run, files, "requirements.txt", "--accept", "CS101")
    assert (code, report["verdict"]) == (0, "container")
    assert _accepted(report, "alpha") == {"CS101": "accepted for this run"}
    assert _scan(run, files, "requirements.txt", "--accept", "CS102")[1] == 1
    result = run("requirements.txt", "--accept", "CS1")
    assert result.exit_code == 2
    assert "CS1" in result.stderr


@pytest.mark.usefixtures("native")
def test_an_ignore_holds_until_its_day_and_fires_again_after_it(run: Run) -> None:
    today = datetime.now(tz=UTC).date()
    for until, code in ((today + timedelta(days=1), 0), (today - timedelta(days=2), 1)):
        config = f'[[ignore]]\npackage = "alpha"\nrules = ["CS101"]\nreason = "soon"\nuntil = {until}\n'
        result = run("requirements.txt", files={"requirements.txt": "alpha\n", "compat-scan.toml": config})
        assert result.exit_code == code
        assert ("expired ignore" in result.stdout) is bool(code)


def test_a_faulty_ignore_in_the_configuration_names_its_file(run: Run) -> None:
    config = '[[ignore]]\npackage = "alpha"\nrules = ["CS999"]\nreason = "x"\n'
    result = run("requirements.txt", files={"requirements.txt": "alpha\n", "compat-scan.toml": config})
    assert result.exit_code == 2
    assert "compat-scan.toml" in result.stderr
    assert '"CS999"' in result.stderr
    config = '[[ignore]]\npackage = "alpha"\nrules = ["CS101"]\n'
    result = run("requirements.txt", files={"requirements.txt": "alpha\n", "compat-scan.toml": config})
    assert result.exit_code == 2
    assert "reason" in result.stderr


@pytest.mark.usefixtures("native")
def test_an_ignore_that_nothing_needs_is_told_on_standard_error_beside_a_machine_format(run: Run) -> None:
    result = run("requirements.txt", "--format", "json", files={"requirements.txt": f"pure {IGNORE}[CS101] old\n"})
    assert result.exit_code == 0
    assert "requirements.txt:1: unused ignore" in result.stderr
    assert json.loads(result.stdout)["projects"][0]["ignores"][0]["used"] is False


@pytest.mark.usefixtures("native")
@pytest.mark.parametrize(
    "words", [("--offline",), ("--no-deps",), ("--no-inspect",), ("--index-url", "http://127.0.0.1:9/")]
)
def test_a_scan_that_was_cut_short_calls_no_ignore_needless(run: Run, words: tuple[str, ...]) -> None:
    result = run("r.txt", "--format", "json", *words, files={"r.txt": f"pure {IGNORE}[CS101] perhaps\n"})
    assert "unused ignore" not in result.stderr


def test_an_accepted_unknown_stays_unknown_and_changes_the_exit_code(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("pure"))
    report, code = _scan(run, {"requirements.txt": f"pure\nghost {IGNORE}[CS501] private\n"})
    assert code == 0
    assert report["verdict"] == "unknown"
    assert _verdicts(report)["ghost"] == "unknown"
    assert _scan(run, {"requirements.txt": f"ghost {IGNORE}[CS501] private\n"})[1] == 0
    assert _scan(run, {"requirements.txt": f"ghost {IGNORE}[CS501] private\nghast\n"})[1] == 3


@pytest.mark.parametrize(
    ("form", "mark"),
    [("github", "::notice "), ("sarif", '"suppressions"'), ("gitlab", '"severity": "info"'), ("junit", "<skipped ")],
)
def test_an_accepted_finding_is_marked_as_such(run: Run, form: str, mark: str) -> None:
    result = run("r.txt", "--format", form, files={"r.txt": f"ghost {IGNORE}[CS501] private\n"})
    assert result.exit_code == 0
    assert mark in result.stdout
    assert "private" in result.stdout


def test_what_requires_an_accepted_unknown_is_accepted_with_it(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("top", requires=["ghost"]))
    config = '[[ignore]]\npackage = "ghost"\nrules = ["CS501"]\nreason = "private"\n'
    report, code = _scan(run, {"requirements.txt": "top\n", "compat-scan.toml": config})
    assert code == 0
    assert _accepted(report, "top") == {"CS109": "accepted for ghost: private"}
    assert _verdicts(report)["top"] == "unknown"


def test_an_accepted_problem_stays_a_problem(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("pure"))
    report, code = _scan(run, {"requirements.txt": f"pure\nbroken >=  {IGNORE}[CS601] generated\n"})
    assert (code, report["verdict"]) == (0, "unknown")
    (problem,) = report["projects"][0]["problems"]
    assert problem["accepted"] == {"by": "requirements.txt:2", "reason": "generated"}


@pytest.mark.usefixtures("native")
def test_with_a_baseline_only_what_is_new_counts(run: Run, tmp_path: Path) -> None:
    result = run("r.txt", "--write-baseline", "base.json", files={"r.txt": "alpha==1.0\ntop\n"})
    assert result.exit_code == 0
    written = (tmp_path / "base.json").read_bytes()
    files = {"r.txt": "pure\n\ntop\nalpha\n"}
    report, code = _scan(run, files, "r.txt", "--baseline", "base.json")
    assert (code, report["verdict"]) == (0, "hybrid")
    assert _accepted(report, "alpha") == {"CS101": "in the baseline"}
    report, code = _scan(run, {"r.txt": "alpha\nbeta\n"}, "r.txt", "--baseline", "base.json")
    assert code == 1
    assert (_accepted(report, "alpha"), _accepted(report, "beta")) == ({"CS101": "in the baseline"}, {"CS101": None})
    run("r.txt", "--write-baseline", "base.json", "--baseline", "base.json", files=files)
    assert (tmp_path / "base.json").read_bytes() == written


@pytest.mark.usefixtures("native")
def test_a_baseline_is_sorted_and_holds_no_lines_and_no_versions(run: Run, tmp_path: Path) -> None:
    run("r.txt", "--write-baseline", "base.json", files={"r.txt": "beta==1.0\nalpha==1.0\nghost\n"})
    document = json.loads((tmp_path / "base.json").read_text(encoding="utf-8"))
    assert document["schema"] == "compat-scan/baseline/1"
    assert [(row["name"], row["rule"]) for row in document["findings"]] == [
        ("alpha", "CS101"),
        ("beta", "CS101"),
        ("ghost", "CS501"),
    ]
    assert "1.0" not in json.dumps([(row["name"], row["rule"]) for row in document["findings"]])


def test_an_index_that_does_not_answer_gets_into_no_baseline(run: Run, tmp_path: Path) -> None:
    result = run("r.txt", "--write-baseline", "base.json", files={"r.txt": "alpha\n"}, url="http://127.0.0.1:9/simple/")
    assert result.exit_code == 3
    assert json.loads((tmp_path / "base.json").read_text(encoding="utf-8"))["findings"] == []


@pytest.mark.usefixtures("native")
def test_the_configuration_names_a_baseline_from_its_own_folder(run: Run) -> None:
    run("app/r.txt", "--write-baseline", "app/base.json", files={"app/r.txt": "alpha\n"})
    files = {"app/r.txt": "alpha\n", "app/compat-scan.toml": 'baseline = "base.json"\n'}
    assert _scan(run, files)[1] == 0


@pytest.mark.parametrize("text", [None, "[]", "{", '{"schema": "compat-scan/baseline/1", "findings": [{}]}'])
def test_a_baseline_that_is_none_is_misuse(run: Run, text: str | None) -> None:
    files = {"r.txt": "alpha\n", **({} if text is None else {"base.json": text})}
    result = run("r.txt", "--baseline", "base.json", files=files)
    assert result.exit_code == 2
    assert "base.json" in result.stderr
