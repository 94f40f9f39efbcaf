"""Which projects a scan finds: their folders, files, runtimes, and what is skipped, noted and wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scanner.inputs.projects import Discovered, Project
from scanner.model.errors import SettingsError, SourceError
from scanner.model.rule import Rule

if TYPE_CHECKING:
    from tests.inputs.projects.conftest import Find

WORKER = '{"main": "src/entry.py", "compatibility_date": "2026-10-01", "compatibility_flags": ["python_workers"]}'
WORKER_313 = WORKER.replace("2026-10-01", "2026-01-29")
TYPESCRIPT = '{"main": "src/index.ts", "compatibility_date": "2026-01-29"}'
HTTPX = '[project]\nname = "web"\nversion = "1"\ndependencies = ["httpx"]\n'
CONDA = "dependencies:\n- pip:\n  - "
TOOLS_ONLY = "[tool.ruff]\nline-length = 120\n"

Row = tuple[str, str, tuple[str, ...], tuple[str, ...]]


def rows(found: Discovered) -> list[Row]:
    """Path, Python, files and the names of the dependencies of each project."""
    return [
        (
            project.path,
            project.target.python.rpartition(".")[0],
            project.files,
            tuple(str(each.name) for each in project.dependencies if each.name not in project.implicit),
        )
        for project in found.projects
    ]


def codes(project: Project) -> list[str]:
    return [problem.rule.code for problem in project.problems]


@pytest.mark.parametrize(
    ("files", "paths", "expected"),
    [
        pytest.param(
            {"a/requirements.txt": "httpx\n", "b/requirements.txt": "flask\n"},
            ["."],
            [("a", "3.14", ("a/requirements.txt",), ("httpx",)), ("b", "3.14", ("b/requirements.txt",), ("flask",))],
            id="one folder is one project",
        ),
        pytest.param(
            {"setup.cfg": "[options]\ninstall_requires = flask\n", "requirements.txt": "httpx\n"},
            ["."],
            [(".", "3.14", ("requirements.txt", "setup.cfg"), ("httpx", "flask"))],
            id="the manifests of a folder together",
        ),
        pytest.param(
            {
                ".git/": "",
                "wrangler.toml": 'main = "x.py"\ncompatibility_date = 2026-01-29\n',
                "a/requirements.txt": "httpx\n",
            },
            ["a"],
            [("a", "3.13", ("a/requirements.txt",), ("httpx",))],
            id="the nearest configuration above, inside the repository",
        ),
        pytest.param(
            {"wrangler.jsonc": WORKER_313, "a/requirements.txt": "httpx\n"},
            ["a"],
            [("a", "3.14", ("a/requirements.txt",), ("httpx",))],
            id="without a repository nothing above the named path",
        ),
        pytest.param(
            {"wrangler.jsonc": WORKER_313, "a/wrangler.jsonc": TYPESCRIPT, "a/requirements.txt": "httpx\n"},
            ["."],
            [(".", "3.13", (), ()), ("a", "3.14", ("a/requirements.txt",), ("httpx",))],
            id="a configuration that is no Python Worker ends the search",
        ),
        pytest.param(
            {"wrangler.jsonc": WORKER},
            ["."],
            [(".", "3.14", (), ())],
            id="a Python Worker without any dependency file",
        ),
        pytest.param(
            {"pyproject.toml": HTTPX.replace('["httpx"]', "[]")},
            ["."],
            [(".", "3.14", ("pyproject.toml",), ())],
            id="an empty dependency list",
        ),
        pytest.param(
            {"pyproject.toml": TOOLS_ONLY, "requirements.txt": "httpx\n"},
            ["."],
            [(".", "3.14", ("requirements.txt",), ("httpx",))],
            id="settings of tools are no manifest",
        ),
        pytest.param(
            {"wrangler.jsonc": WORKER, "pyproject.toml": HTTPX},
            ["wrangler.jsonc"],
            [(".", "3.14", ("pyproject.toml",), ("httpx",))],
            id="naming the Wrangler file selects its project",
        ),
        pytest.param(
            {"wrangler.jsonc": WORKER, "pyproject.toml": HTTPX, "requirements.txt": "flask\n"},
            ["requirements.txt"],
            [(".", "3.14", ("pyproject.toml",), ("httpx",))],
            id="naming the requirements.txt of a pywrangler project selects that",
        ),
        pytest.param(
            {"pyproject.toml": HTTPX, "requirements-prod.txt": "flask\n", "wrangler.jsonc": WORKER_313},
            ["requirements-prod.txt"],
            [(".", "3.13", ("requirements-prod.txt",), ("flask",))],
            id="another requirements file that is named is judged for the runtime of its folder",
        ),
        pytest.param(
            {
                "requirements/base.txt": "httpx\n",
                "requirements/live/prod.txt": "flask\n",
                "requirements/dev.txt": "ruff\n",
            },
            ["."],
            [(".", "3.14", ("requirements/base.txt", "requirements/live/prod.txt"), ("httpx", "flask"))],
            id="a folder of requirements belongs to the folder above, at any depth",
        ),
        pytest.param(
            {"vendor.txt": "a\n", "cf-requirements.txt": "b\n", "reqs.txt": "c\n", "notes.txt": "d\n"},
            ["."],
            [(".", "3.14", ("cf-requirements.txt", "reqs.txt", "vendor.txt"), ("b", "c", "a"))],
            id="other names of requirements files",
        ),
        pytest.param(
            {"setup.py": '# /// script\n# dependencies = ["rich"]\n# ///\n', "requirements.txt": "httpx\n"},
            ["."],
            [(".", "3.14", ("requirements.txt", "setup.py"), ("httpx", "rich"))],
            id="a script block wins over the name setup.py",
        ),
        pytest.param(
            {"tool.py": '# /// script\n# dependencies = ["rich"]\n# ///\n', "requirements.txt": "httpx\n"},
            ["."],
            [(".", "3.14", ("requirements.txt",), ("httpx",)), ("tool.py", "3.14", ("tool.py",), ("rich",))],
            id="a script is installed alone",
        ),
        pytest.param(
            {"docs/wrangler.jsonc": WORKER, "docs/pyproject.toml": HTTPX},
            ["."],
            [("docs", "3.14", ("docs/pyproject.toml",), ("httpx",))],
            id="a Worker in a folder of documentation is deployed",
        ),
        pytest.param(
            {"requirements.txt": "httpx\n", "requirements.in": "flask\n"},
            ["./requirements.txt"],
            [(".", "3.14", ("./requirements.txt",), ("httpx",))],
            id="paths stay as they are named",
        ),
    ],
)
def test_files_are_grouped_into_projects(
    find: Find, files: Mapping[str, str], paths: Sequence[str], expected: list[Row]
) -> None:
    assert rows(find(files, paths)) == expected


def test_each_project_of_a_scan_is_what_a_scan_of_it_alone_finds(find: Find) -> None:
    files = {
        ".git/": "",
        "new/wrangler.jsonc": WORKER,
        "new/pyproject.toml": HTTPX,
        "old/wrangler.jsonc": WORKER_313,
        "old/pyproject.toml": HTTPX,
        "older/wrangler.jsonc": WORKER.replace("2026-10-01", "2025-01-01"),
        "older/pyproject.toml": HTTPX,
        "broken/wrangler.toml": "compatibility_date = ",
        "broken/pyproject.toml": HTTPX,
        "unreadable/pyproject.toml": "[project\n",
    }
    together = find(files).projects
    assert [(one.path, one.target.python) for one in together] == [
        ("broken", "3.14.2"),
        ("new", "3.14.2"),
        ("old", "3.13.2"),
        ("older", "3.12.7"),
        ("unreadable", "3.14.2"),
    ]
    for project in together:
        (alone,) = find({}, [project.path]).projects
        assert replace(alone, settings=project.settings) == project
    assert [codes(project) for project in together] == [["CS601"], [], [], [], ["CS601"]]


@pytest.mark.parametrize(
    ("files", "options", "judged", "skipped"),
    [
        ({"requirements.txt": "a\n", "requirements-dev.txt": "b\n"}, {}, ["a"], ["b"]),
        ({"requirements.txt": "a\n", "requirements-dev.txt": "b\n"}, {"dev": True}, ["a", "b"], []),
        ({"requirements.txt": "a\n", "dev-requirements.txt": "-r requirements.txt\nb\n"}, {}, ["a"], ["b"]),
        ({"requirements.txt": "-r requirements-dev.txt\na\n", "requirements-dev.txt": "b\n"}, {}, ["b", "a"], []),
        ({"requirements.txt": "a\n", "docs/requirements.txt": "b\n"}, {}, ["a"], ["b"]),
        ({"requirements.txt": "a\n", "docs/requirements.txt": "b\n"}, {"dev": True}, ["a", "b"], []),
        ({"requirements/base.txt": "a\n", "requirements/test.txt": "b\n"}, {}, ["a"], ["b"]),
        ({"environment.yml": f"{CONDA}a\n", "environment-dev.yml": f"{CONDA}b\n"}, {}, ["a"], ["b"]),
        ({"requirements-dev.txt": "b\n"}, {}, ["b"], []),
        ({"latest-requirements.txt": "a\n", "contest/requirements.txt": "b\n"}, {}, ["b", "a"], []),
        (
            {"pyproject.toml": f'{HTTPX}[dependency-groups]\ndev = ["ruff"]\n[build-system]\nrequires = ["flit"]\n'},
            {},
            ["httpx"],
            ["ruff", "flit"],
        ),
        (
            {"pyproject.toml": HTTPX + '[dependency-groups]\ndev = ["ruff"]\n'},
            {"dev": True},
            ["httpx", "ruff"],
            [],
        ),
    ],
)  # fmt: skip
def test_development_is_skipped_with_a_reason_unless_it_is_wanted(
    find: Find, files: Mapping[str, str], options: Mapping[str, bool], judged: list[str], skipped: list[str]
) -> None:
    found = find(files, **options)
    assert sorted(str(each.name) for one in found.projects for each in one.dependencies) == sorted(judged)
    assert [entry.text for one in found.projects for entry in one.skipped] == skipped


def test_a_development_file_is_judged_where_nothing_else_is_named(find: Find) -> None:
    files = {"requirements.txt": "a\n", "requirements-dev.txt": "b\n", "pyproject.toml": HTTPX}
    assert rows(find(files, ["requirements-dev.txt"]))[0][3] == ("b",)
    (project,) = find({}, ["requirements.txt", "requirements-dev.txt"]).projects
    assert [str(each.name) for each in project.dependencies] == ["a"]
    assert [entry.text for entry in project.skipped] == ["b"]


def test_tests_templates_and_plans_are_left_out_with_one_note(find: Find) -> None:
    found = find(
        {
            "requirements.txt": "a\n",
            "tests/requirements.txt": "b\n",
            "src/fixtures/app/pyproject.toml": HTTPX,
            "{{cookiecutter.name}}/requirements.txt": "c\n",
            "out/compat-scan-plan.md": "",
            "out/worker/pyproject.toml": HTTPX,
            "pixi.toml": "[dependencies]\n",
            "buildout.cfg": "",
        }
    )
    assert rows(found) == [(".", "3.14", ("requirements.txt",), ("a",))]
    left_out, unread = found.notes
    assert "4 dependency files" in left_out
    assert all(name in left_out for name in ("tests", "src/fixtures", "{{cookiecutter.name}}", "out"))
    assert "pixi.toml" in unread
    assert "buildout.cfg" in unread
    assert rows(find({}, ["tests"])) == [("tests", "3.14", ("tests/requirements.txt",), ("b",))]


def test_exclude_leaves_paths_out_as_seen_from_where_it_stands(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "requirements.txt": "a\n",
        "old/requirements.txt": "b\n",
        "web/compat-scan.toml": 'exclude = ["/old/", "*-x.txt"]\n',
        "web/requirements.txt": "c\n",
        "web/old/requirements.txt": "d\n",
        "web/requirements-x.txt": "e\n",
    }
    found = find(files)
    assert [row[3] for row in rows(found)] == [("a",), ("b",), ("c",)]
    assert "web/old/requirements.txt" in found.notes[0]
    assert [row[3] for row in rows(find({}, exclude=("old/",)))] == [("a",), ("e", "c")]
    monkeypatch.chdir("old")
    assert [row[3] for row in rows(find({}, [".."], exclude=("/web/", "old/requirements.txt")))] == [("a",)]


def test_each_project_has_the_settings_of_its_folder_below_those_of_the_command_line(find: Find) -> None:
    files = {
        "a/requirements.txt": "a\n",
        "a/compat-scan.toml": 'fail-on = "never"\ntable = "advise"\n',
        "b/requirements.txt": "b\n",
        "c/requirements.txt": "c\n",
        "c/compat-scan.toml": "nonsense = 1\n",
    }
    first, second, broken = find(files, table="enforce").projects
    assert [(one.settings.fail_on.value, one.settings.table.value) for one in (first, second)] == [
        ("never", "enforce"),
        ("unknown", "enforce"),
    ]
    assert [
        (problem.rule, problem.location and problem.location.path.endswith("c/compat-scan.toml"))
        for problem in broken.problems
    ] == [(Rule.CS601, True)]


def test_nothing_to_judge_is_an_error_and_one_empty_folder_among_others_a_note(find: Find) -> None:
    files = {
        "a/requirements.txt": "a\n",
        "b/readme.md": "",
        "c/pyproject.toml": TOOLS_ONLY,
        "d/wrangler.jsonc": TYPESCRIPT,
    }
    for folder in ("b", "c", "d"):
        with pytest.raises(SourceError, match="no dependency files"):
            find(files, [folder])
    found = find({}, ["a", "b"])
    assert [project.path for project in found.projects] == ["a"]
    assert found.notes == ("no dependency files in b or below it",)


def test_what_is_named_and_is_not_there_is_a_problem_of_its_project(find: Find) -> None:
    found = find({"requirements.txt": "a\n"}, ["requirements.txt", "nowhere/requirements.txt"])
    assert [(one.path, codes(one)) for one in found.projects] == [(".", []), ("nowhere", ["CS601"])]


def test_flags_of_the_command_line_that_contradict_each_other_are_misuse(find: Find) -> None:
    with pytest.raises(SettingsError):
        find({"requirements.txt": "a\n"}, compatibility_flag=("python_workers_314", "no_python_workers_314"))


def test_standard_input_and_an_interpreter_have_the_runtime_of_the_current_folder(find: Find) -> None:
    report = b'{"version": "1", "pip_version": "26", "installed": [{"metadata": {"name": "flask", "version": "3.0"}}]}'
    found = find(
        {"wrangler.jsonc": WORKER_313, "pyproject.toml": HTTPX},
        ["-", "/usr/bin/python3"],
        stdin=b"requests\n",
        installed={"/usr/bin/python3": report},
    )
    assert rows(found) == [
        (".", "3.13", ("-",), ("requests",)),
        ("/usr/bin/python3", "3.13", ("/usr/bin/python3",), ("flask",)),
    ]
    assert found.projects[1].is_lock


def test_wheels_of_one_release_are_one_dependency_with_the_best_file(find: Find) -> None:
    names = [
        "dist/demo-1.0-cp314-cp314-manylinux_2_28_x86_64.whl",
        "dist/demo-1.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl",
        "dist/demo-1.0-py3-none-any.whl",
        "dist/other-2.0-py3-none-any.whl",
    ]
    found = find(dict.fromkeys(names, ""), names)
    (project,) = found.projects
    assert [(str(each.name), each.url) for each in project.dependencies] == [("demo", names[1]), ("other", names[3])]
    assert project.path == "dist"
    assert project.files == tuple(names)
    (old,) = find({}, names[:2], compatibility_date="2026-01-29").projects
    assert [each.url for each in old.dependencies] == [names[0]]


def test_a_script_of_a_pywrangler_project_is_skipped_unless_it_is_named(find: Find) -> None:
    files = {
        "wrangler.jsonc": WORKER,
        "pyproject.toml": HTTPX,
        "tools/seed.py": '# /// script\n# dependencies = ["pandas"]\n# ///\n',
    }
    (project,) = find(files).projects
    assert [entry.text for entry in project.skipped] == ["tools/seed.py"]
    assert rows(find({}, ["tools/seed.py"]))[0][3] == ("pandas",)


def test_a_folder_that_cannot_be_listed_is_a_problem_of_the_scan(find: Find, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub").chmod(0)
    try:
        found = find({"requirements.txt": "a\n"})
    finally:
        (tmp_path / "sub").chmod(0o755)
    if not found.problems:
        pytest.skip("this user may list every folder")
    assert [problem.location and problem.location.path for problem in found.problems] == ["sub"]
