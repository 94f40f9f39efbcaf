"""Edits that a scan proves: each removes its blocker, and the project with all of them is judged again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run

LINUX = "cp314-cp314-manylinux_2_28_x86_64"


@pytest.fixture
def web(index: FakeIndex, make_wheel: MakeWheel) -> None:
    """A framework whose extra brings a blocked package, as FastAPI's does."""
    index.add(
        make_wheel("web", requires=["base", "templates; extra == 'full'", "loop; extra == 'full'"], extras=["full"])
    )
    for name in ("base", "templates", "plain"):
        index.add(make_wheel(name))
    index.add(make_wheel("loop", tag=LINUX))
    index.add(make_wheel("jit", "0.10", tag=LINUX))
    index.add(make_wheel("jit", "0.11"))
    index.add(make_wheel("jit", "0.12"))
    index.add(make_wheel("jit", "0.13", tag=LINUX))


def _scan(run: Run, text: str, *words: str, name: str = "requirements.txt") -> dict[str, Any]:
    result = run(name, "--format", "json", *words, files={name: text})
    project: dict[str, Any] = json.loads(result.stdout)["projects"][0]
    return project


def _pairs(project: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(edit["kind"], change["old"], change["new"]) for edit in project["edits"] for change in edit["changes"]]


@pytest.mark.usefixtures("web")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("web[full]\nplain\n", [("drop-extra", "web[full]", "web")], id="an extra less"),
        pytest.param("jit==0.10\n", [("pin", "jit==0.10", "jit==0.12")], id="the newest version with a wheel"),
        pytest.param(
            "web[full]\njit==0.10  # why\n",
            [("drop-extra", "web[full]", "web"), ("pin", "jit==0.10", "jit==0.12")],
            id="two edits together",
        ),
        pytest.param("loop\n", [], id="nothing helps"),
        pytest.param("web\nplain\njit\n", [], id="nothing is blocked"),
    ],
)
def test_edits_are_those_that_remove_blockers(run: Run, text: str, expected: list[tuple[str, str, str]]) -> None:
    project = _scan(run, text)
    assert _pairs(project) == expected
    assert all(edit["safe"] for edit in project["edits"])
    assert (project["verdict_after_edits"] == "workers") == (text != "loop\n")


@pytest.mark.usefixtures("web")
def test_what_goes_with_an_extra_is_listed_and_what_would_run_comes_first(run: Run) -> None:
    project = _scan(run, "web[full]\n")
    (edit,) = project["edits"]
    assert edit["also_removes"] == ["templates", "loop"]
    assert {(one["name"], one["rule"]) for one in edit["resolves"]} == {("web", "CS109"), ("loop", "CS101")}
    assert project["bundle_after_edits"] is not None


def test_an_edit_that_leads_into_another_blocker_is_not_offered(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("core", "1.0", tag=LINUX))
    index.add(make_wheel("core", "2.0", requires=["engine"]))
    index.add(make_wheel("engine", tag=LINUX))
    project = _scan(run, "core==1.0\n")
    assert (project["edits"], project["verdict_after_edits"]) == ([], "container")


def test_a_version_that_fails_to_import_is_not_offered(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("db", "1.0", tag=LINUX))
    index.add(make_wheel("db", "1.1", files={"db/__init__.py": ""}))
    index.add(make_wheel("db", "1.2", files={"db/__init__.py": "import curses\n"}))
    assert _pairs(_scan(run, "db==1.0\n")) == [("pin", "db==1.0", "db==1.1")]


def test_an_edit_that_breaks_another_requirement_is_not_offered(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("core", "1.0", tag=LINUX))
    index.add(make_wheel("core", "2.0"))
    index.add(make_wheel("other", requires=["core<2"]))
    assert _scan(run, "core==1.0\nother\n")["edits"] == []


def test_an_extra_that_brings_the_missing_part_is_offered(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    code = "try:\n    import db_binary\nexcept ImportError:\n    import curses\n"
    requires = ["db-binary; extra == 'binary'"]
    index.add(make_wheel("db", files={"db/__init__.py": code}, requires=requires, extras=["binary", "docs"]))
    index.add(make_wheel("db-binary", files={"db_binary/__init__.py": ""}))
    project = _scan(run, "db>=1\n")
    assert _pairs(project) == [("add-extra", "db>=1", "db[binary]>=1")]
    assert project["verdict_after_edits"] == "workers"


@pytest.mark.usefixtures("web")
def test_a_library_is_not_told_to_pin(run: Run) -> None:
    text = '[project]\nname = "lib"\ndependencies = ["jit==0.10"]\n'
    build = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
    assert _pairs(_scan(run, text, name="pyproject.toml")) == [("pin", "jit==0.10", "jit==0.12")]
    assert _scan(run, text + build, name="pyproject.toml")["edits"] == []


def test_development_tools_move_to_a_group_in_one_edit(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    for name in ("ruff", "pytest-fast"):
        index.add(make_wheel(name, tag=LINUX))
    index.add(make_wheel("plain"))
    text = '[project]\nname = "app"\ndependencies = [\n  "ruff",\n  "plain",\n  "pytest-fast",\n]\n'
    project = _scan(run, text, name="pyproject.toml")
    assert [edit["kind"] for edit in project["edits"]] == ["move-to-group"]
    assert project["edits"][0]["safe"]
    assert project["verdict_after_edits"] == "workers"
    judged = _scan(run, text, "--dev", name="pyproject.toml")["edits"]
    assert "move-to-group" not in [edit["kind"] for edit in judged]


def test_what_the_table_names_instead_is_no_safe_edit(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("mysqlclient", tag=LINUX))
    index.add(make_wheel("pymysql"))
    project = _scan(run, "mysqlclient>=2\n", "--no-inspect")
    (edit,) = project["edits"]
    assert (edit["kind"], edit["safe"]) == ("replace", False)
    assert _pairs(project) == [("replace", "mysqlclient>=2", "pymysql")]
    assert project["verdict_after_edits"] == "container"


def test_what_only_a_server_needs_is_removed_with_code_changes(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("uvloop", tag=LINUX))
    index.add(make_wheel("plain"))
    project = _scan(run, "uvloop\nplain\n")
    assert [(edit["kind"], edit["safe"]) for edit in project["edits"]] == [("remove", False)]


@pytest.mark.usefixtures("web")
def test_an_accepted_blocker_needs_no_edit(run: Run) -> None:
    assert _scan(run, "jit==0.10\n", "--accept", "CS101", "--accept", "CS107")["edits"] == []


@pytest.mark.usefixtures("web")
def test_a_compiled_file_gets_a_command(run: Run) -> None:
    header = (
        "#\n# This file is autogenerated by pip-compile with Python 3.14\n# by the following command:\n#\n"
        "#    pip-compile requirements.in\n#\n"
    )
    project = _scan(run, f"{header}jit==0.10\n    # via -r requirements.in\n")
    assert [(edit["kind"], edit["command"]) for edit in project["edits"]] == [("command", "pip-compile -P jit==0.12")]
    assert project["verdict_after_edits"] == "workers"


@pytest.mark.usefixtures("web")
@pytest.mark.parametrize("other", ["plain", "picky"])
def test_a_lock_gets_a_command_unless_another_package_forbids_the_version(
    run: Run, index: FakeIndex, make_wheel: MakeWheel, other: str
) -> None:
    index.add(make_wheel("picky", requires=["jit<0.11"]))
    package = '[[package]]\nname = "{}"\nversion = "{}"\nsource = {{ registry = "https://index.test/simple" }}\n'
    text = (
        'version = 1\nrequires-python = ">=3.13"\n[[package]]\nname = "app"\nversion = "1"\n'
        'source = { virtual = "." }\n'
        f'dependencies = [{{ name = "jit" }}, {{ name = "{other}" }}]\n'
    )
    project = _scan(run, text + package.format("jit", "0.10") + package.format(other, "1.0"), name="uv.lock")
    commands = [edit["command"] for edit in project["edits"]]
    assert commands == (["uv lock -P jit==0.12"] if other == "plain" else [])


def test_nothing_is_offered_for_standard_input(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("jit", "0.10", tag=LINUX))
    index.add(make_wheel("jit", "0.12"))
    result = run("-", "--format", "json", stdin="jit==0.10\n")
    assert json.loads(result.stdout)["projects"][0]["edits"] == []


def test_the_number_of_trials_is_bounded_and_the_bound_is_reported(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    extras = [f"e{number}" for number in range(9)]
    requires = ["loop", *(f"loop; extra == '{extra}'" for extra in extras)]
    index.add(make_wheel("web", requires=requires, extras=extras))
    index.add(make_wheel("loop", tag=LINUX))
    project = _scan(run, f"web[{','.join(extras)}]\n")
    assert project["edits"] == []
    assert any("not all possible edits were tried" in note for note in project["notes"])


@pytest.mark.usefixtures("web")
@pytest.mark.parametrize(("bound", "count"), [("", 1), ("<0.11", 0)])
def test_a_command_respects_what_the_lock_was_made_of(run: Run, bound: str, count: int) -> None:
    header = "# This file was autogenerated by uv via the following command:\n#    uv pip compile requirements.in\n"
    files = {
        "requirements.in": f"jit{bound}\n",
        "requirements.txt": f"{header}jit==0.10\n    # via -r requirements.in\n",
    }
    result = run("requirements.txt", "--format", "json", files=files)
    edits = json.loads(result.stdout)["projects"][0]["edits"]
    assert [edit["command"] for edit in edits] == ["uv pip compile -P jit==0.12"] * count


def test_both_edits_of_one_declaration_are_made_together(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    requires = ["loop; extra == 'full'"]
    index.add(make_wheel("web", "1.0", requires=requires, extras=["full"], tag=LINUX))
    index.add(make_wheel("web", "2.0", requires=requires, extras=["full"]))
    index.add(make_wheel("loop", tag=LINUX))
    assert _pairs(_scan(run, "web[full]==1.0\n")) == [("drop-extra", "web[full]==1.0", "web==2.0")]


def test_a_failing_proposal_of_one_requirement_keeps_that_of_another(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("jit", "0.10", tag=LINUX))
    index.add(make_wheel("jit", "0.12"))
    index.add(make_wheel("db", "1.0", tag=LINUX))
    for version in ("1.1", "1.2", "1.3"):
        index.add(make_wheel("db", version, files={"db/__init__.py": "import curses\n"}))
    assert _pairs(_scan(run, "jit==0.10\ndb==1.0\n")) == [("pin", "jit==0.10", "jit==0.12")]


def test_a_pin_is_the_newest_version_that_the_other_packages_admit(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("jit", "0.10", tag=LINUX))
    for number in range(11, 20):
        index.add(make_wheel("jit", f"0.{number}"))
    index.add(make_wheel("model", requires=["jit<0.13"]))
    assert _pairs(_scan(run, "model\njit==0.10\n")) == [("pin", "jit==0.10", "jit==0.12")]
