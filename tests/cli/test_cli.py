"""The command line from outside: what a user types, what comes out, and the exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import Result

from scanner.cli.grammar import pair_outputs
from scanner.cli.options import FORMATS
from scanner.report import REPORTERS

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeSdist, MakeWheel

Run = Callable[..., Result]
WASM = "cp314-cp314-pyemscripten_2026_0_wasm32"
LINUX = "cp314-cp314-manylinux_2_28_x86_64"


def _scan(run: Run, text: str, *words: str, **keywords: Any) -> tuple[dict[str, Any], int]:
    result = run("requirements.txt", "--format", "json", *words, files={"requirements.txt": text}, **keywords)
    return json.loads(result.stdout), result.exit_code


def _verdicts(report: dict[str, Any]) -> dict[str, str]:
    return {row["name"]: row["verdict"] for row in report["projects"][0]["dependencies"]}


def _rules(report: dict[str, Any], name: str) -> set[str]:
    return {
        finding["rule"]
        for row in report["projects"][0]["dependencies"]
        if row["name"] == name
        for finding in row["findings"]
    }


def test_pure_wheels_run_and_the_exit_code_is_zero(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha", "1.0"))
    report, code = _scan(run, "alpha\n")
    assert code == 0
    assert report["verdict"] == "workers"
    assert report["summary"] == {"workers": 1, "container": 0, "unknown": 0, "with_cautions": 0, "accepted": 0}
    row = report["projects"][0]["dependencies"][0]
    assert (row["version"], row["direct"], row["location"]["line"]) == ("1.0", True, 1)
    assert row["artifact"]["origin"] == "index"


def test_native_wheels_alone_need_a_container(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha", "1.0", tag=LINUX))
    report, code = _scan(run, "alpha\n")
    assert code == 1
    assert _verdicts(report) == {"alpha": "container"}
    assert _rules(report, "alpha") == {"CS101"}


def test_a_wheel_for_the_target_runs_also_as_abi3_and_under_the_older_name(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("one", tag=WASM))
    index.add(make_wheel("two", tag="cp311-abi3-pyemscripten_2026_0_wasm32"))
    index.add(make_wheel("three", tag="cp314-cp314-pyodide_2026_0_wasm32"))
    index.add(make_wheel("four", tag="cp313-cp313-pyemscripten_2025_0_wasm32"))
    index.add(make_wheel("five", tag="py2-none-any"))
    report, _ = _scan(run, "one\ntwo\nthree\nfour\nfive\n", "--no-inspect")
    assert _verdicts(report) == {
        "one": "workers",
        "two": "workers",
        "three": "workers",
        "four": "container",
        "five": "container",
    }


def test_the_older_runtime_takes_the_older_wheels(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("four", tag="cp313-cp313-pyemscripten_2025_0_wasm32"))
    report, code = _scan(run, "four\n", "--compatibility-date", "2026-01-01", "--no-inspect")
    assert code == 0
    assert report["projects"][0]["target"]["python"] == "3.13.2"
    assert "2026-01-01" in report["projects"][0]["target"]["reason"]


def test_a_pin_without_a_build_is_told_which_version_has_one(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha", "1.0", tag=LINUX))
    index.add(make_wheel("alpha", "1.1", tag=WASM))
    report, code = _scan(run, "alpha==1.0\n")
    assert code == 1
    assert {"CS101", "CS107"} <= _rules(report, "alpha")
    remedies = [finding["remedy"] for row in report["projects"][0]["dependencies"] for finding in row["findings"]]
    assert "pin alpha==1.1, which has a compatible wheel on the index" in remedies


def test_an_older_release_that_fits_is_chosen_and_told(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha", "1.0", tag=WASM))
    index.add(make_wheel("alpha", "2.0", tag=LINUX))
    report, code = _scan(run, "alpha\n", "--no-inspect")
    assert code == 0
    assert report["projects"][0]["dependencies"][0]["version"] == "1.0"
    assert _rules(report, "alpha") == {"CS105"}
    assert report["summary"]["with_cautions"] == 1


def test_requires_python_that_excludes_the_target_needs_a_container(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("alpha", requires_python=">=3.15"))
    report, code = _scan(run, "alpha\n")
    assert code == 1
    assert _rules(report, "alpha") == {"CS106"}


def test_an_upper_bound_of_requires_python_is_a_caution_that_names_it(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("alpha", requires_python=">=3.8,<3.13"))
    index.add(make_wheel("beta", requires_python=">=3.8"))
    report, code = _scan(run, "alpha\nbeta\n")
    assert code == 0
    assert (_rules(report, "alpha"), _rules(report, "beta")) == ({"CS106"}, set())
    finding = report["projects"][0]["dependencies"][0]["findings"][0]
    assert finding["level"] == "caution"
    assert ">=3.8,<3.13" in finding["message"]


def test_a_yanked_pin_is_told(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha"), yanked="broken upload")
    report, code = _scan(run, "alpha==1.0\n")
    assert code == 0
    assert _rules(report, "alpha") == {"CS108"}


def test_wheels_that_cannot_be_read_are_unknown_unless_their_names_decide(run: Run) -> None:
    text = (
        f"https://127.0.0.1:9/alpha-1.0-{LINUX}.whl\n"
        f"beta @ https://127.0.0.1:9/beta-1.0-{WASM}.whl\n"
        "./wheels/gamma-1.0-py3-none-any.whl\n"
        "https://127.0.0.1:9/delta-1.0.tar.gz\n"
    )
    report, code = _scan(run, text)
    assert code == 1
    assert _verdicts(report) == {"alpha": "container", "beta": "unknown", "gamma": "unknown", "delta": "unknown"}
    artifacts = {row["name"]: row["artifact"] for row in report["projects"][0]["dependencies"]}
    assert artifacts["gamma"]["origin"] == "url"
    alone, _ = _scan(run, text, "--no-deps")
    assert _verdicts(alone) == _verdicts(report)


def test_what_no_index_has_is_unknown(run: Run) -> None:
    report, code = _scan(run, "ghost\n")
    assert code == 3
    assert _verdicts(report) == {"ghost": "unknown"}
    assert _rules(report, "ghost") == {"CS501"}


def test_a_listed_package_needs_a_container_even_where_no_index_answers(run: Run) -> None:
    report, code = _scan(run, "playwright\nrequests\n", url="http://127.0.0.1:9/simple/")
    assert code == 1
    assert _verdicts(report) == {"playwright": "container", "requests": "unknown"}
    assert "CS504" in _rules(report, "requests")


def test_an_unreachable_index_alone_leaves_everything_unknown(run: Run) -> None:
    report, code = _scan(run, "requests\nhttpx\n", url="http://127.0.0.1:9/simple/")
    assert code == 3
    assert set(_verdicts(report).values()) == {"unknown"}


def test_the_table_advises_where_it_is_told_to(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("numpy", "1.0", tag=LINUX))
    index.add(make_wheel("torch", "1.0", tag=LINUX))
    enforced, _ = _scan(run, "numpy\n")
    assert _verdicts(enforced) == {"numpy": "container"}
    assert "it would run: Pyodide has " in enforced["projects"][0]["dependencies"][0]["findings"][0]["message"]
    advised, code = _scan(run, "numpy\ntorch\n", "--table", "advise", "--no-inspect")
    assert _verdicts(advised) == {"numpy": "workers", "torch": "container"}
    assert code == 1
    assert "CS202" in _rules(advised, "numpy")


def test_what_comes_along_is_told_with_its_chain_and_blocks_what_requires_it(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("top", requires=["middle"]))
    index.add(make_wheel("middle", requires=["bottom"]))
    index.add(make_wheel("bottom", tag=LINUX))
    report, code = _scan(run, "top\n")
    assert code == 1
    rows = {row["name"]: row for row in report["projects"][0]["dependencies"]}
    assert rows["bottom"]["via"] == [["top", "middle", "bottom"]]
    assert rows["bottom"]["location"] is None
    assert rows["bottom"]["direct"] is False
    assert (rows["top"]["verdict"], rows["top"]["own_verdict"]) == ("container", "workers")
    assert _rules(report, "top") == {"CS109"}
    alone, code = _scan(run, "top\n", "--no-deps")
    assert code == 0
    assert list(_verdicts(alone)) == ["top"]


def test_broken_lines_are_located_and_the_others_judged(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    for name in ("a", "b", "c"):
        index.add(make_wheel(name))
    report, code = _scan(run, "a\nb ==\nc\n==1\nb\n")
    assert _verdicts(report) == {"a": "workers", "b": "workers", "c": "workers"}
    assert [(problem["rule"], problem["location"]["line"]) for problem in report["projects"][0]["problems"]] == [
        ("CS601", 2),
        ("CS601", 4),
    ]
    assert code == 3
    assert report["verdict"] == "unknown"


def test_a_missing_file_is_misuse(run: Run) -> None:
    result = run("nowhere.txt")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "nowhere.txt" in result.stderr


def test_unknown_options_and_values_are_misuse(run: Run) -> None:
    assert run("--format", "sculpture").exit_code == 2
    assert run("--compatibility-date", "yesterday", files={"requirements.txt": "a\n"}).exit_code == 2


@pytest.mark.parametrize(("fail_on", "code"), [("unknown", 3), ("container", 0), ("never", 0)])
def test_fail_on_decides_what_an_unknown_does(run: Run, fail_on: str, code: int) -> None:
    assert _scan(run, "ghost\n", "--fail-on", fail_on)[1] == code


@pytest.mark.parametrize(("fail_on", "code"), [("unknown", 1), ("container", 1), ("never", 0)])
def test_fail_on_decides_what_a_container_does(
    run: Run, index: FakeIndex, make_wheel: MakeWheel, fail_on: str, code: int
) -> None:
    index.add(make_wheel("alpha", tag=LINUX))
    assert _scan(run, "alpha\n", "--fail-on", fail_on)[1] == code


def test_standard_input_is_a_requirements_file(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha"))
    result = run("-", "--format", "json", stdin="alpha==1.0\n")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["projects"][0]["dependencies"][0]["location"] == {
        "path": "-",
        "line": 1,
        "column": 1,
    }


def test_a_wrangler_configuration_beside_the_file_chooses_the_runtime(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("alpha"))
    text = (
        '{ // as Wrangler writes it\n "compatibility_date": "2026-01-01", "compatibility_flags": ["python_workers"], }'
    )
    result = run("requirements.txt", "--format", "json", files={"requirements.txt": "alpha\n", "wrangler.jsonc": text})
    target = json.loads(result.stdout)["projects"][0]["target"]
    assert target["python"] == "3.13.2"
    assert "wrangler.jsonc" in target["reason"]


def test_list_shows_every_declaration_and_asks_no_index(run: Run, index: FakeIndex) -> None:
    files = {"requirements.txt": "a==1.0\nb[x]>=2 ; sys_platform == 'win32'\n-e .\n"}
    result = run("list", "requirements.txt", "--format", "json", files=files)
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert set(document) == {"schema", "entries", "skipped"}
    assert document["schema"] == "compat-scan/list/1"
    assert [(e["name"], e["specifier"], e["extras"]) for e in document["entries"][:2]] == [
        ("a", "==1.0", []),
        ("b", ">=2", ["x"]),
    ]
    assert index.requests == []


def test_explain_takes_one_requirement(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha", tag=LINUX))
    index.add(make_wheel("alpha", "0.4"))
    result = run("explain", "alpha>=0.5")
    assert result.exit_code == 1
    assert "1. the incompatible-library table: does not name it" in result.stdout
    assert "3. the index: 2 versions, the newest 1.0" in result.stdout
    assert "the newest versions that have one are 0.4" in " ".join(result.stdout.split())


@pytest.mark.parametrize("command", ["table", "runtimes"])
def test_the_tables_are_shown_for_people_and_as_json(run: Run, command: str) -> None:
    assert run(command).exit_code == 0
    assert json.loads(run(command, "--format", "json").stdout)["schema"] == f"compat-scan/{command}/1"


def test_each_output_goes_with_the_format_before_it(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha"))
    result = run(
        "requirements.txt",
        "--format",
        "terminal",
        "--format",
        "json",
        "--output",
        "r.json",
        files={"requirements.txt": "alpha\n"},
    )
    assert result.exit_code == 0
    assert "Python Workers" in result.stdout


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ([], (("terminal", None),)),
        (["--format", "json"], (("json", None),)),
        (["--format=json", "--output=a", "--format", "github"], (("json", "a"), ("github", None))),
        (["-o", "a", "--format", "sarif"], (("sarif", "a"),)),
        (["-oa"], (("terminal", "a"),)),
        (["--", "--format"], (("terminal", None),)),
    ],
)
def test_formats_and_outputs_are_paired(args: list[str], expected: tuple[tuple[str, str | None], ...]) -> None:
    assert pair_outputs(args) == expected


def test_the_formats_of_the_help_are_those_of_the_reporters() -> None:
    assert set(REPORTERS) == set(FORMATS)


def test_help_and_version_answer(run: Run) -> None:
    assert run("--help").exit_code == 0
    assert run("--version").stdout.startswith("compat-scan 0.")


def test_a_source_distribution_alone_is_looked_into_or_left_unknown(
    run: Run, index: FakeIndex, make_sdist: MakeSdist
) -> None:
    index.add(make_sdist("alpha"))
    report, code = _scan(run, "alpha\n", "--no-inspect")
    assert code == 3
    assert _verdicts(report) == {"alpha": "unknown"}
