"""Files that are cut off, empty, hostile or of the wrong types: located problems, and what could be read is kept."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.inputs.formats import ReadFile, read_sources
from scanner.inputs.formats.text import MAX_PARTS, refuse_endless
from scanner.model.dependency import Dependency
from scanner.model.errors import SourceError

Read = Callable[..., ReadFile]

PYPROJECT = '[project]\nname = "demo"\ndependencies = [\n  "alpha>=1",\n  "beta==2",\n]\n'
POETRY_LOCK = (
    '[[package]]\nname = "alpha"\nversion = "1.0"\n\n[[package]]\nname = "beta"\nversion = "2.0"\n'
    '\n[metadata]\nlock-version = "2.1"\n'
)
UV_LOCK = (
    'version = 1\nrevision = 3\n\n[[package]]\nname = "alpha"\nversion = "1.0"\n'
    'source = { registry = "https://example.org" }\n\n[[package]]\nname = "beta"\nversion = "2.0"\n'
    'source = { registry = "https://example.org" }\n'
)
PDM_LOCK = (
    '[metadata]\nlock_version = "4.5.0"\n\n[[package]]\nname = "alpha"\nversion = "1.0"\n'
    '\n[[package]]\nname = "beta"\nversion = "2.0"\n'
)
PYLOCK = (
    'lock-version = "1.0"\ncreated-by = "demo"\n\n[[packages]]\nname = "alpha"\nversion = "1.0"\n'
    'sdist = {name = "alpha-1.0.tar.gz", path = "alpha-1.0.tar.gz", hashes = {sha256 = "00"}}\n'
    '\n[[packages]]\nname = "beta"\nversion = "2.0"\n'
    'sdist = {name = "beta-2.0.tar.gz", path = "beta-2.0.tar.gz", hashes = {sha256 = "00"}}\n'
)
PIPFILE = '[packages]\nalpha = "*"\nbeta = ">=2"\n'
PIPFILE_LOCK = (
    '{\n "_meta": {"pipfile-spec": 6},\n "default": {\n  "alpha": {"version": "==1.0"},\n'
    '  "beta": {"version": "==2.0"}\n },\n "develop": {}\n}\n'
)
INSPECT = (
    '{"version": "1", "pip_version": "26.0", "installed": [\n {"metadata": {"name": "alpha", "version": "1.0"}},\n'
    ' {"metadata": {"name": "beta", "version": "2.0"}}\n]}\n'
)
SCRIPT = '# /// script\n# dependencies = [\n#   "alpha>=1",\n#   "beta",\n# ]\n# ///\n'
SETUP_CFG = "[options]\ninstall_requires =\n  alpha>=1\n  beta\n"
SETUP_PY = 'from setuptools import setup\nsetup(\n    install_requires=["alpha>=1", "beta"],\n)\n'
CONDA = "dependencies:\n  - pip:\n    - alpha>=1\n    - beta\n"

WHOLE = {
    "requirements.txt": "alpha>=1\nbeta\n",
    "pyproject.toml": PYPROJECT,
    "poetry.lock": POETRY_LOCK,
    "uv.lock": UV_LOCK,
    "pdm.lock": PDM_LOCK,
    "pylock.toml": PYLOCK,
    "Pipfile": PIPFILE,
    "Pipfile.lock": PIPFILE_LOCK,
    "pip-inspect.json": INSPECT,
    "script.py": SCRIPT,
    "setup.cfg": SETUP_CFG,
    "setup.py": SETUP_PY,
    "environment.yml": CONDA,
}


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads one file of a folder of its own."""

    def read_one(name: str, content: str | bytes) -> ReadFile:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        (file,) = read_sources([str(path)], read_stdin=bytes, expand=str)
        return file

    return read_one


def _names(file: ReadFile) -> set[str]:
    return {str(entry.name) for entry in file.parsed.entries if isinstance(entry, Dependency)}


def _check_located(file: ReadFile, text: str) -> None:
    lines = text.count("\n") + 1
    for problem in file.parsed.problems:
        assert problem.location is not None
        assert problem.location.path == file.path
        assert 1 <= problem.location.line <= lines


@pytest.mark.parametrize("name", WHOLE)
def test_the_whole_files_are_read_without_a_problem(read: Read, name: str) -> None:
    file = read(name, WHOLE[name])
    assert (_names(file), file.parsed.problems) == ({"alpha", "beta"}, ())


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_cut_off_anywhere_gives_nothing_that_is_not_in_it(read: Read, name: str) -> None:
    text = WHOLE[name]
    for end in range(len(text)):
        file = read(name, text[:end])
        _check_located(file, text[:end])
        # A name may be cut off too.
        assert all("alpha".startswith(found) or "beta".startswith(found) for found in _names(file)), text[:end]


@pytest.mark.parametrize(
    "name", ["pyproject.toml", "Pipfile.lock", "pip-inspect.json", "script.py", "setup.py"], ids=str
)
def test_a_file_cut_off_within_its_declarations_has_a_problem(read: Read, name: str) -> None:
    text = WHOLE[name]
    assert read(name, text[: text.index("beta") + 2]).parsed.problems


@pytest.mark.parametrize("name", WHOLE)
def test_bytes_that_are_no_text_are_a_problem_on_their_line_and_the_rest_is_read(read: Read, name: str) -> None:
    text = WHOLE[name].encode()
    comment = {"pip-inspect.json": b"", "Pipfile.lock": b""}.get(name, b"# \xff\n")
    file = read(
        name, text + comment if comment else text.replace(b'"1.0"', b'"1.0\xff"').replace(b"==1.0", b"==1.0\xff")
    )
    assert "beta" in _names(file)
    assert any("cannot be decoded" in problem.message for problem in file.parsed.problems)
    _check_located(file, text.decode() + "\n")


@pytest.mark.parametrize("name", WHOLE)
def test_an_empty_file_declares_nothing_and_says_so(read: Read, name: str) -> None:
    file = read(name, b"")
    assert file.parsed.entries == ()
    assert file.parsed.problems or file.parsed.notes == (f"{file.path} declares no dependencies",)


@pytest.mark.parametrize("value", ["1", '"text"', "true", "[]", "[1]", "[[]]", '[{"name" = 1}]', "{}", '{"a" = [1]}'])
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("pyproject.toml", ("project", "dependency-groups", "tool", "build-system")),
        ("poetry.lock", ("package", "metadata", "extras")),
        ("uv.lock", ("package", "manifest", "version", "options")),
        ("pdm.lock", ("package", "metadata")),
        ("pylock.toml", ("packages", "extras", "lock-version", "dependency-groups")),
        ("Pipfile", ("packages", "dev-packages", "source", "pipenv")),
    ],
)
def test_a_wrong_type_at_the_top_is_no_crash_and_no_dependency(
    read: Read, name: str, keys: tuple[str, ...], value: str
) -> None:
    for key in keys:
        text = f"{key} = {value}\n"
        file = read(name, text)
        assert not _names(file) - {"a"}
        _check_located(file, text)


@pytest.mark.parametrize("value", ["1", '"text"', "null", "[]", "[1]", '{"a": [1]}', '[{"metadata": 1}]'])
@pytest.mark.parametrize(
    ("name", "keys"), [("Pipfile.lock", ("_meta", "default")), ("pip-inspect.json", ("installed",))]
)
def test_a_wrong_type_in_json_is_no_crash_and_no_dependency(
    read: Read, name: str, keys: tuple[str, ...], value: str
) -> None:
    for key in keys:
        text = f'{{"{key}": {value}}}\n'
        file = read(name, text)
        assert not _names(file) - {"a"}
        _check_located(file, text)


@pytest.mark.parametrize(
    ("name", "known", "unknown"),
    [
        ("poetry.lock", '"2.1"', '"9.0"'),
        ("uv.lock", "version = 1\n", "version = 99\n"),
        ("pdm.lock", '"4.5.0"', '"9.0"'),
        ("pylock.toml", 'lock-version = "1.0"', 'lock-version = "9.0"'),
        ("Pipfile.lock", '"pipfile-spec": 6', '"pipfile-spec": 99'),
        ("pip-inspect.json", '"version": "1",', '"version": "99",'),
    ],
)
def test_a_lock_of_an_unknown_version_is_read_as_far_as_it_goes_and_told(
    read: Read, name: str, known: str, unknown: str
) -> None:
    assert known in WHOLE[name]
    file = read(name, WHOLE[name].replace(known, unknown, 1))
    assert _names(file) == {"alpha", "beta"}
    assert len(file.parsed.problems) == 1


DEPTH = 100_000
DEEP = {
    "json": ("Pipfile.lock", '{"_meta": {}, "default": ' + "[" * DEPTH + "]" * DEPTH + "}"),
    "json objects": ("Pipfile.lock", '{"_meta": {}, "default": ' + '{"a":' * DEPTH + "1" + "}" * DEPTH + "}"),
    "toml arrays": ("pyproject.toml", "[project]\ndependencies = " + "[" * DEPTH + "]" * DEPTH),
    "toml tables": ("uv.lock", "version = 1\npackage = " + "{a=" * DEPTH + "1" + "}" * DEPTH),
    "toml keys": ("pyproject.toml", "[project]\n" + "a." * DEPTH + "b = 1\n"),
    "toml header": ("poetry.lock", "[" + "a." * DEPTH + "b]\n"),
    "yaml flow": ("environment.yml", "dependencies: " + "[" * DEPTH + "]" * DEPTH),
    "yaml block": ("environment.yml", "dependencies:\n" + "- " * DEPTH + "a\n"),
    "parentheses": ("setup.py", "setup(install_requires=" + "(" * DEPTH + ")" * DEPTH + ")"),
    "operators": ("setup.py", 'setup(install_requires=["a"' + ' + "a"' * DEPTH + "])"),
    "attributes": ("setup.py", "setup(install_requires=a" + ".a" * DEPTH + ")"),
    "marker": ("requirements.txt", "alpha ; " + "(" * DEPTH + "os_name == 'nt'" + ")" * DEPTH),
    "marker in toml": ("pyproject.toml", '[project]\ndependencies = ["a ; ' + "(" * DEPTH + ")" * DEPTH + '"]\n'),
    "script": ("script.py", "# /// script\n# dependencies = " + "[" * DEPTH + "\n# ///\n"),
}


@pytest.mark.parametrize(("name", "text"), DEEP.values(), ids=DEEP)
def test_deep_nesting_is_a_located_problem(read: Read, name: str, text: str) -> None:
    file = read(name, text)
    assert _names(file) == set()
    assert file.parsed.problems
    assert max(len(problem.message) for problem in file.parsed.problems) < 400
    _check_located(file, text)


LONG = 10_000_000
LONG_LINES = {
    "requirement": ("requirements.txt", "alpha\n" + "x" * LONG + "\nbeta\n", {"alpha", "beta"}),
    "specifiers": ("requirements.txt", "alpha\nx" + ">=1," * (LONG // 4) + "\nbeta\n", {"alpha", "beta"}),
    "comment": ("requirements.txt", "alpha\nbeta # " + "via " * (LONG // 4), {"alpha", "beta"}),
    "hashes": ("requirements.txt", "alpha --hash=sha256:" + "a" * LONG + "\nbeta\n", {"alpha", "beta"}),
    "toml string": (
        "pyproject.toml",
        '[project]\ndependencies = ["alpha", "' + "x" * LONG + '", "beta"]',
        {"alpha", "beta"},
    ),
    "toml array": ("pyproject.toml", "[project]\ndependencies = [" + '"alpha",' * (LONG // 8) + "]", set[str]()),
    "json string": ("Pipfile.lock", PIPFILE_LOCK.replace("develop", "x" * LONG), {"alpha", "beta"}),
    "json array": ("pip-inspect.json", '{"pip_version": "1", "installed": [' + "1," * (LONG // 2) + "1]}", set[str]()),
    "yaml": ("environment.yml", "dependencies: [" + "a," * (LONG // 2) + "]", set[str]()),
    "python": ("setup.py", 'setup(install_requires=["alpha", "' + "x" * LONG + '"])', set[str]()),
    "ini": ("setup.cfg", "[options]\ninstall_requires =\n  alpha\n  " + "x;" * (LONG // 2) + "\n", set[str]()),
}


@pytest.mark.parametrize(("name", "text", "names"), LONG_LINES.values(), ids=LONG_LINES)
def test_ten_megabytes_on_one_line_leave_the_other_declarations_readable(
    read: Read, name: str, text: str, names: set[str]
) -> None:
    file = read(name, text)
    assert _names(file) == names
    assert file.parsed.problems or names
    assert sum(len(problem.message) for problem in file.parsed.problems) < 2000
    _check_located(file, text)


def test_elements_beyond_any_real_file_are_refused() -> None:
    refuse_endless("," * MAX_PARTS, "uv.lock")
    with pytest.raises(SourceError, match=f"{MAX_PARTS + 1:,} elements exceed the limit"):
        refuse_endless("," * (MAX_PARTS + 1), "uv.lock")


def test_a_hundred_thousand_lines_are_a_hundred_thousand_entries(read: Read) -> None:
    file = read("requirements.txt", "".join(f"package-{n}=={n % 50}.{n % 7}\n" for n in range(100_000)))
    assert (len(file.parsed.entries), file.parsed.problems) == (100_000, ())
    assert file.parsed.entries[-1].location.line == 100_000


def test_a_pipe_is_refused_by_name_and_passed_over_in_a_folder(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "requirements.txt")
    (tmp_path / "setup.cfg").write_text(SETUP_CFG, encoding="utf-8")
    (named,) = read_sources([str(tmp_path / "requirements.txt")], read_stdin=bytes, expand=str)
    assert [problem.message for problem in named.parsed.problems] == [
        "neither a file nor a folder; use `-` to read standard input"
    ]
    files = read_sources([str(tmp_path)], read_stdin=bytes, expand=str)
    assert {name for file in files for name in _names(file)} == {"alpha", "beta"}
    assert sum(len(file.parsed.problems) for file in files) == 1
