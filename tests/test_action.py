"""action.yml: its steps as a runner executes them, with a workspace, outputs and a summary of our own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel

ROOT = Path(__file__).resolve().parent.parent
LINUX = "cp314-cp314-manylinux_2_28_x86_64"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run of the action leaves behind."""

    code: int
    log: str
    outputs: Mapping[str, str]
    summary: str


Act = Callable[..., Outcome]


def _steps() -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = YAML(typ="safe").load((ROOT / "action.yml").read_text())["runs"]["steps"]
    return steps


def _inputs() -> dict[str, str]:
    declared = YAML(typ="safe").load((ROOT / "action.yml").read_text())["inputs"]
    return {name: declared[name]["default"] for name in declared}


@pytest.fixture
def act(tmp_path: Path, index: FakeIndex) -> Act:
    """Runs the steps that are shell scripts, in order, up to the first that fails."""
    workspace, temp, bin_folder = (tmp_path / name for name in ("workspace", "temp", "bin"))
    for folder in (workspace, temp, bin_folder):
        folder.mkdir()
    _write_program(bin_folder / "python", f'exec "{sys.executable}" "$@"')

    def run(
        files: Mapping[str, str], *, package: Path | None = None, environ: Mapping[str, str] = {}, **inputs: str
    ) -> Outcome:
        """Installs ``package`` for real, or nothing; what scans is the scanner of this Python in any case."""
        for name, text in files.items():
            (workspace / name).parent.mkdir(parents=True, exist_ok=True)
            (workspace / name).write_text(text, encoding="utf-8")
        given = {**_inputs(), **{name.replace("_", "-"): value for name, value in inputs.items()}}
        step_outputs = {"python": {"python-path": sys.executable}, "install": {"bin": str(bin_folder)}}
        log, code = "", 0
        for step in _steps():
            if "run" not in step or (step.get("id") == "install" and package is None):
                continue
            if not _holds(step.get("if", ""), given, step_outputs):
                continue
            variables = {
                "PATH": os.environ["PATH"],
                "HOME": str(tmp_path),
                "CI": "true",
                "RUNNER_TEMP": str(temp),
                "GITHUB_WORKSPACE": str(workspace),
                "GITHUB_ACTION_PATH": str(package),
                "GITHUB_OUTPUT": str(temp / "outputs"),
                "GITHUB_STEP_SUMMARY": str(temp / "summary.md"),
                "COMPAT_SCAN_INDEX_URL": index.url,
                **environ,
                **{name: _expand(value, given, step_outputs) for name, value in step["env"].items()},
            }
            (temp / "outputs").write_text("")
            done = subprocess.run(
                ["bash", "-c", step["run"]], cwd=workspace, env=variables, capture_output=True, text=True, check=False
            )
            log += done.stdout + done.stderr
            said = dict(line.split("=", 1) for line in (temp / "outputs").read_text().splitlines())
            step_outputs[step.get("id", step["name"])] = said | step_outputs.get(step.get("id", ""), {})
            code = done.returncode
            if code:
                break
        summary = temp / "summary.md"
        return Outcome(
            code=code,
            log=log,
            outputs={**step_outputs.get("diff", {}), **step_outputs.get("scan", {})},
            summary=summary.read_text(encoding="utf-8") if summary.exists() else "",
        )

    return run


def _write_program(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def _expand(text: str, inputs: Mapping[str, str], outputs: Mapping[str, Mapping[str, str]]) -> str:
    """The text with the expressions of GitHub that action.yml uses."""

    def value(match: re.Match[str]) -> str:
        match match[1].split("."):
            case ["inputs", name]:
                return inputs[name]
            case ["steps", step, "outputs", name]:
                return outputs.get(step, {}).get(name, "")
            case ["github", *_]:
                return inputs.get(match[1], "")
        raise AssertionError(match[0])

    return re.sub(r"\$\{\{ ([\w.-]+) \}\}", value, text)


def _holds(condition: str, inputs: Mapping[str, str], outputs: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether the condition of a step holds: comparisons with a text, joined by &&; no condition holds."""
    for part in condition.split(" && ") if condition else ():
        name, operator, text = part.split(" ")
        if (_expand(f"${{{{ {name} }}}}", inputs, outputs) == text.strip("'")) is not (operator == "=="):
            return False
    return True


def test_the_action_annotates_summarises_and_fails_where_a_container_is_needed(
    act: Act, index: FakeIndex, make_wheel: MakeWheel, tmp_path: Path
) -> None:
    index.add(make_wheel("alpha", tag=LINUX))
    index.add(make_wheel("pure"))
    done = act({"app/requirements.txt": "pure\nalpha==1.0\n"}, paths="app/requirements.txt")
    assert done.code == 1, done.log
    assert re.search(r"^::error file=app/requirements.txt,line=2,col=1,title=alpha 1.0", done.log, re.MULTILINE)
    assert done.summary.startswith("<!-- compat-scan -->\n## compat-scan: hybrid")
    assert {key: value for key, value in done.outputs.items() if key != "report"} == {
        "exit-code": "1",
        "verdict": "hybrid",
        "workers": "1",
        "container": "1",
        "unknown": "0",
        "with-cautions": "0",
        "accepted": "0",
    }
    assert Path(done.outputs["report"]).is_file()
    assert (tmp_path / ".cache" / "compat-scan-action").is_dir()


def test_what_the_log_shows_for_people_is_fenced_off_from_the_runner(
    act: Act, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("pure"))
    done = act({"requirements.txt": "pure\n"})
    assert done.code == 0, done.log
    fenced = re.search(r"^::stop-commands::(\w{32})\n(.*)\n::\1::$", done.log, re.MULTILINE | re.DOTALL)
    assert fenced is not None
    assert "Python Workers" in fenced[2]


def test_several_paths_and_arguments_and_sarif_reach_the_scan(
    act: Act, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("alpha", tag=LINUX))
    files = {"a b.txt": "alpha\n", "-c.txt": "alpha\n"}
    done = act(files, paths="a b.txt\n-c.txt\n", args="--no-deps\n--no-inspect", sarif="true", fail_on="never")
    assert done.code == 0, done.log
    assert done.outputs["container"] == "1"
    assert Path(done.outputs["sarif"]).is_file()


def test_no_summary_is_written_where_none_is_wanted(act: Act, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("pure"))
    assert act({"requirements.txt": "pure\n"}, summary="false").summary == ""


@pytest.mark.parametrize(("text", "new"), [("pure\nalpha\n", 1), ("pure\n", 0)])
def test_new_blockers_fail_the_step_and_stand_in_the_summary(
    act: Act, index: FakeIndex, make_wheel: MakeWheel, text: str, new: int
) -> None:
    index.add(make_wheel("alpha", tag=LINUX))
    index.add(make_wheel("pure"))
    first = act({"requirements.txt": "pure\n"}, summary="false")
    files = {"requirements.txt": text, "reports/old.json": Path(first.outputs["report"]).read_text(encoding="utf-8")}
    done = act(files, paths="requirements.txt", fail_on="never", diff_against="reports/old.json")
    assert done.code == new, done.log
    assert (done.outputs["new-blockers"], Path(done.outputs["diff"]).name) == (str(new), "diff.json")
    assert "<!-- compat-scan diff -->\n## compat-scan diff\n" in done.summary
    assert ("New blockers (1)" in done.summary) is (new == 1)


@pytest.mark.parametrize("value", ["nowhere.json", "--output=pwned", "$(touch pwned)", "requirements.txt", "."])
def test_a_comparison_that_cannot_be_made_fails_the_step(
    act: Act, index: FakeIndex, make_wheel: MakeWheel, tmp_path: Path, value: str
) -> None:
    index.add(make_wheel("pure"))
    done = act({"requirements.txt": "pure\n"}, diff_against=value)
    assert done.code == 2
    assert "::error title=compat-scan::the reports could not be compared" in done.log
    assert not list(tmp_path.rglob("pwned"))
    assert (done.outputs["verdict"], done.outputs.get("new-blockers", "")) == ("workers", "")


PLANTED = (
    *("venv/__init__.py", "venv/__main__.py", "pip/__init__.py", "pip/__main__.py", "json/__init__.py"),
    *("scanner/__init__.py", "scanner/__main__.py", "sitecustomize.py", "usercustomize.py", "site.py", "encodings.py"),
    *("secrets.py", "sys.py", "ssl.py", "click.py", "runpy.py", "compat_scan.py", "ensurepip.py", "subprocess.py"),
)


@pytest.mark.parametrize("environ", [{}, {"PYTHONPATH": "."}, {"PYTHONPATH": "", "PYTHONSTARTUP": "secrets.py"}])
def test_no_python_of_the_checkout_is_executed(
    act: Act, index: FakeIndex, make_wheel: MakeWheel, tmp_path: Path, environ: dict[str, str]
) -> None:
    index.add(make_wheel("pure"))
    package = make_wheel("compat-scan", files={"installed.py": ""})
    (tmp_path / package.filename).write_bytes(package.data)
    canary = tmp_path / "executed"
    code = f"with open({str(canary)!r}, 'a') as stream: print(__file__, file=stream)\n"
    planted = dict.fromkeys([*PLANTED, "json.py", "pip.py", "venv.py", "scanner.py"], code)
    files = {"requirements.txt": "pure\n", **planted}
    package_path = tmp_path / package.filename
    done = act(files, paths="requirements.txt", package=package_path, environ=environ, diff_against="old.json")
    assert not canary.exists(), canary.read_text()
    assert done.code == 2, done.log  # there is no report to compare with
    assert done.outputs["verdict"] == "workers"
    assert list((tmp_path / "temp" / "compat-scan-venv").rglob("installed.py"))


def test_misuse_fails_with_its_own_code_and_an_unknown_verdict(act: Act) -> None:
    done = act({}, paths="nowhere.txt")
    assert done.code == 2
    assert done.outputs["verdict"] == "unknown"
    assert "::error title=compat-scan::the scan could not be carried out" in done.log
    assert "nowhere.txt: there is no such file or folder" in done.log


@pytest.mark.parametrize(
    "value",
    [
        "$(touch pwned)",
        "`touch pwned`",
        "; touch pwned",
        "' ; touch pwned ; '",
        '" ; touch pwned ; "',
        "x && touch pwned",
        "--output=pwned",
        "-opwned",
        "${HOME}",
        "*\n;touch pwned",
    ],
)
@pytest.mark.parametrize("name", ["paths", "args"])
def test_hostile_values_are_words_and_nothing_else(act: Act, tmp_path: Path, name: str, value: str) -> None:
    if name == "args" and value.startswith("-"):
        pytest.skip("an option is what this input is for")
    done = act({"requirements.txt": "playwright\n"}, **{name: value})
    assert done.code == 2, done.log
    assert done.outputs["verdict"] == "unknown"
    assert not list(tmp_path.rglob("pwned"))
    assert str(tmp_path) not in done.log, "a variable was put in"


@pytest.mark.parametrize(("fail_on", "code"), [("", 3), ("unknown", 3), ("container", 0), ("never", 0)])
def test_fail_on_decides_whether_the_last_step_fails(act: Act, fail_on: str, code: int) -> None:
    done = act({"requirements.txt": "ghost\n"}, fail_on=fail_on)
    assert done.code == code
    assert (done.outputs["verdict"], done.outputs["unknown"], done.outputs["exit-code"]) == ("unknown", "1", str(code))
    assert re.search(r"^::warning file=requirements.txt,line=1,", done.log, re.MULTILINE)


def test_what_comes_along_is_annotated_where_it_is_asked_for(act: Act, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("top", requires=["bottom"]))
    index.add(make_wheel("bottom", tag=LINUX))
    done = act({"requirements.txt": "# first\n\ntop\n"})
    assert re.search(r"^::error file=requirements.txt,line=3,col=1,title=bottom 1.0", done.log, re.MULTILINE)
    assert "Required by: top → bottom" in done.log


def test_more_than_github_shows_is_counted_and_stands_in_the_summary(
    act: Act, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    names = [f"native{number}" for number in range(12)]
    for name in names:
        index.add(make_wheel(name, tag=LINUX))
    done = act({"requirements.txt": "".join(f"{name}\n" for name in names)})
    assert len(re.findall(r"^::error ", done.log, re.MULTILINE)) == 10
    assert "2 more errors not shown here" in done.log
    assert all(f"`{name} 1.0`" in done.summary for name in names)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("version", "1.0; touch pwned"),
        ("version", "--index-url=x"),
        ("compatibility_date", "2026-01-01\n"),
        ("compatibility_date", "today"),
        ("table", "$(touch pwned)"),
        ("fail_on", "sometimes"),
        ("sarif", "yes"),
        ("summary", ""),
    ],
)
def test_an_input_that_is_no_such_value_fails_before_anything_runs(act: Act, name: str, value: str) -> None:
    done = act({"requirements.txt": "pure\n"}, **{name: value})
    assert done.code == 2
    assert "::error" in done.log
    assert value.strip() not in done.log.replace("|never", "") or not value.strip()
    assert done.outputs == {}


def test_no_script_holds_an_expression_and_every_action_is_pinned_to_a_commit() -> None:
    for step in _steps():
        assert "${{" not in step.get("run", "")
        assert "uses" not in step or re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"])
    for page in (ROOT / "action.yml", ROOT / "docs" / "github-action.md"):
        for line in re.findall(r"uses: (\S+@\S+.*)", page.read_text(encoding="utf-8")):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line
