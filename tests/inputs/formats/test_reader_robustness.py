"""What every reader of TOML and JSON does with text that nobody meant: only ``SourceError``, or located problems."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

import pytest
import tomli
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.inputs.formats.document import Document, Parsed
from scanner.inputs.formats.locks.pdm import parse_pdm_lock
from scanner.inputs.formats.locks.pipfile import parse_pipfile_lock
from scanner.inputs.formats.locks.poetry import parse_poetry_lock
from scanner.inputs.formats.locks.pylock import parse_pylock
from scanner.inputs.formats.locks.uv import parse_uv_lock
from scanner.inputs.formats.manifests.pipfile import parse_pipfile
from scanner.inputs.formats.pyproject import parse_pyproject
from scanner.model.errors import SourceError

if TYPE_CHECKING:
    from tests.inputs.formats.conftest import MakeDocument

Reader = Callable[[Document], Parsed]

PYPROJECT = """\
[build-system]
requires = ["hatchling>=1"]
build-backend = "hatchling.build"

[project]
name = "demo"
dynamic = ["optional-dependencies"]
dependencies = ["alpha[x]>=1 ; python_version < '3.11'", "beta @ https://example.org/beta-1.0-py3-none-any.whl"]

[dependency-groups]
test = ["gamma", {include-group = "lint"}]
lint = ["delta==1.2"]

[tool.poetry]
name = "demo"
[tool.poetry.dependencies]
python = "^3.9"
epsilon = "^1.2 || ~2.0"
zeta = {git = "https://example.org/zeta.git", rev = "abc", optional = true, extras = ["a"], python = "^3.7"}
eta = [{version = "1.*", platform = "linux"}, {path = "../eta", develop = true, markers = "os_name == 'nt'"}]
[tool.poetry.group.docs]
include-groups = ["test"]
[tool.poetry.group.docs.dependencies]
theta = "*"
[tool.poetry.extras]
all = ["zeta"]
[[tool.poetry.source]]
name = "own"
url = "https://example.org/simple"

[tool.uv]
dev-dependencies = ["iota"]
constraint-dependencies = ["kappa<2"]
override-dependencies = ["kappa==1"]
[tool.uv.sources]
alpha = {git = "https://example.org/alpha.git", tag = "v1"}
gamma = [{index = "own", marker = "os_name == 'nt'"}, {workspace = true}]
[[tool.uv.index]]
url = "https://example.org/uv"
default = true

[tool.pdm.dev-dependencies]
pdm = ["-e ./lambda", "mu"]
[[tool.pdm.source]]
name = "pypi"
url = "https://example.org/pdm"

[tool.flit.metadata]
requires = ["nu"]
[tool.flit.metadata.requires-extra]
doc = ["xi"]
[tool.setuptools.dynamic]
dependencies = {file = ["requirements.txt"]}
[tool.setuptools.dynamic.optional-dependencies]
cli = {file = "missing.txt"}
[tool.hatch.envs.default]
dependencies = ["omicron"]
"""

PIPFILE = """\
[[source]]
url = "https://example.org/simple"
[packages]
alpha = "*"
"beta[x]" = ">=1,<2"
gamma = {version = "3.*", sys_platform = "== 'win32'", markers = "python_version < '3.9'", extras = ["y"]}
delta = {git = "https://example.org/delta.git", ref = "main", editable = true, subdirectory = "src"}
[dev-packages]
epsilon = {path = "."}
[pipenv]
allow_prereleases = true
"""

PIPFILE_LOCK = """\
{
  "_meta": {"pipfile-spec": 6, "sources": [{"name": "own", "url": "https://example.org/simple"}]},
  "default": {
    "alpha": {"hashes": ["sha256:00"], "markers": "python_version >= '3.8'", "version": "==1.0", "extras": ["x"]},
    "beta": {"git": "https://example.org/beta.git", "ref": "abc"}
  },
  "develop": {"gamma": {"path": ".", "editable": true}}
}
"""

POETRY_LOCK = """\
[[package]]
name = "alpha"
version = "1.0"
optional = true
groups = ["main", "dev"]
markers = {main = "extra == 'x' and os_name == 'nt'", dev = "python_version < '3.11'"}
files = [{file = "alpha-1.0-py3-none-any.whl", hash = "sha256:00"}]

[package.dependencies]
beta = [{version = ">=1", markers = "extra == 'y'", optional = true}, {version = "^2 || ^3", python = "^3.8"}]
gamma = "*"

[package.extras]
y = ["beta (>=1)"]

[[package]]
name = "beta"
version = "1.0"
category = "dev"
optional = false
marker = "os_name == 'nt'"

[package.source]
type = "git"
url = "https://example.org/beta.git"
reference = "main"
resolved_reference = "abc"

[[package]]
name = "beta"
version = "2.0"
[package.source]
type = "legacy"
url = "https://example.org/simple"

[extras]
x = ["alpha"]

[metadata]
lock-version = "2.1"
[metadata.files]
beta = [{file = "beta-1.0.tar.gz", hash = "sha256:11"}]
"""

PDM_LOCK = """\
[metadata]
groups = ["default", "dev"]
lock_version = "4.5.0"

[[package]]
name = "alpha"
version = "1.0"
groups = ["default"]
marker = "os_name == 'nt'"
dependencies = ["beta[x]>=1; python_version < '3.11'"]
files = [{url = "https://example.org/alpha-1.0-py3-none-any.whl", hash = "sha256:00"}]

[[package]]
name = "beta"
version = "1.0"
extras = ["x"]
groups = ["dev"]
git = "https://example.org/beta.git"
revision = "abc"

[metadata.files]
"beta 1.0" = [{file = "beta-1.0.tar.gz", hash = "sha256:11"}]
"""

PYLOCK = """\
lock-version = "1.0"
created-by = "uv"
extras = ["x"]
dependency-groups = ["dev"]
default-groups = ["main"]

[[packages]]
name = "alpha"
version = "1.0"
marker = "'dev' in dependency_groups and os_name == 'nt' or 'x' in extras"
index = "https://example.org/simple"
dependencies = [{name = "beta"}]
sdist = {url = "https://example.org/alpha-1.0.tar.gz", size = 1, hashes = {sha256 = "00"}}
wheels = [{name = "alpha-1.0-py3-none-any.whl", path = "alpha-1.0-py3-none-any.whl", hashes = {sha256 = "11"}}]

[[packages]]
name = "beta"
vcs = {type = "git", url = "https://example.org/beta.git", commit-id = "abc", subdirectory = "src"}

[[packages]]
name = "gamma"
directory = {path = ".", editable = true}

[[packages]]
name = "delta"
archive = {url = "https://example.org/delta.zip", hashes = {sha256 = "22"}}
"""

UV_LOCK = """\
version = 1
revision = 3
resolution-markers = ["os_name == 'nt'"]

[manifest]
members = ["demo"]
requirements = [{name = "alpha", specifier = ">=1"}]

[[package]]
name = "alpha"
version = "1.0"
source = {registry = "https://example.org/simple"}
dependencies = [
    {name = "beta", version = "1.0", extra = ["x"], marker = "extra == 'extra-4-demo-cpu' or os_name == 'nt'"},
]
sdist = {url = "https://example.org/alpha-1.0.tar.gz", hash = "sha256:00", upload-time = "2026-01-01T00:00:00Z"}
wheels = [{url = "https://example.org/alpha-1.0-py3-none-any.whl", hash = "sha256:11", size = 2}]

[[package]]
name = "beta"
version = "1.0"
source = {git = "https://example.org/beta?rev=main&subdirectory=src#abc"}
[package.optional-dependencies]
x = [{name = "alpha"}]

[[package]]
name = "demo"
source = {editable = "."}
dependencies = [{name = "alpha"}]
[package.optional-dependencies]
cpu = [{name = "beta"}]
[package.dev-dependencies]
dev = [{name = "alpha", extra = ["y"]}]
"""

READERS: Mapping[str, tuple[Reader, str, str]] = {
    "pyproject": (parse_pyproject, "pyproject.toml", PYPROJECT),
    "pipfile": (parse_pipfile, "Pipfile", PIPFILE),
    "pipfile-lock": (parse_pipfile_lock, "Pipfile.lock", PIPFILE_LOCK),
    "poetry-lock": (parse_poetry_lock, "poetry.lock", POETRY_LOCK),
    "pdm-lock": (parse_pdm_lock, "pdm.lock", PDM_LOCK),
    "pylock": (parse_pylock, "pylock.toml", PYLOCK),
    "uv-lock": (parse_uv_lock, "uv.lock", UV_LOCK),
}

# Beside the locks, so that they are read against what they lock.
MANIFESTS = {"pyproject.toml": PYPROJECT, "Pipfile": PIPFILE, "requirements.txt": "pi==3"}

_LEAVES = st.sampled_from(["", "*", "demo", "alpha", "os_name == 'nt'", "^1", 0, -1, 1.5, True, False])
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "name", "version"]), inner),
    max_leaves=4,
)
_GENTLE = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.mark.parametrize("name", READERS)
def test_a_sample_of_each_format_is_read_in_full(name: str, make_document: MakeDocument) -> None:
    parse, path, text = READERS[name]
    parsed = parse(make_document(text, path, files=MANIFESTS))
    assert len(parsed.entries) == {"pyproject": 18, "pipfile": 5, "pylock": 4, "pdm-lock": 2}.get(name, 3)
    assert [problem for problem in parsed.problems if "missing.txt" not in problem.message] == []


@pytest.mark.parametrize("name", READERS)
@_GENTLE
@given(text=st.text())
def test_any_text_at_all_is_an_answer_or_a_source_error(name: str, text: str, make_document: MakeDocument) -> None:
    _read(name, text, make_document)


@pytest.mark.parametrize("name", READERS)
@_GENTLE
@given(data=st.data())
def test_a_file_with_pieces_cut_out_doubled_or_replaced_is_an_answer_or_a_source_error(
    name: str, data: st.DataObject, make_document: MakeDocument
) -> None:
    text = READERS[name][2]
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 40)))
        piece = data.draw(
            st.sampled_from(["", "\n", '"', "[", "]", "{", "}", "=", ",", "x", "0", "[[a]]\n", text[start:end] * 2])
        )
        text = text[:start] + piece + text[end:]
    _read(name, text, make_document)


@pytest.mark.parametrize("name", READERS)
@_GENTLE
@given(data=st.data())
def test_a_value_of_a_wrong_type_anywhere_leaves_the_rest_readable(
    name: str, data: st.DataObject, make_document: MakeDocument
) -> None:
    parse, path, text = READERS[name]
    values = json.loads(text) if name == "pipfile-lock" else tomli.loads(text)
    replace = data.draw(st.sampled_from(list(_places(values))))
    replace(data.draw(_VALUES))
    written = json.dumps(values) if name == "pipfile-lock" else _write_toml(values)
    parsed = parse(make_document(written, path, files={**MANIFESTS, path: written}))
    for each in (*parsed.entries, *parsed.problems):
        assert each.location is not None
        assert 1 <= each.location.line <= written.count("\n") + 1 or each.location.path != path


@pytest.mark.parametrize("name", READERS)
def test_a_truncated_file_names_the_line_where_it_ends(name: str, make_document: MakeDocument) -> None:
    parse, path, text = READERS[name]
    cut = text[: text.rindex('"') - 3]
    last = cut.count("\n") + 1
    try:
        parsed = parse(make_document(cut, path))
    except SourceError as error:
        assert (error.path, error.line) == (path, last)  # noqa: PT017 (whether it raises depends on the format)
    else:
        located = {problem.location.line for problem in parsed.problems if problem.location}
        assert last in located


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("levels", [300, 5_000, 200_000])
def test_deep_nesting_is_an_answer_or_a_source_error(name: str, levels: int, make_document: MakeDocument) -> None:
    if name == "pipfile-lock":
        _read(name, '{"default": ' + "[" * levels + "]" * levels + "}", make_document)
    else:
        _read(name, "packages = " + "[" * levels + "]" * levels, make_document)
        _read(name, "packages = " + "{a=" * levels + "1" + "}" * levels, make_document)
        _read(name, "packages" + ".a" * levels + " = 1", make_document)


@pytest.mark.parametrize("name", READERS)
def test_an_empty_file_declares_nothing(name: str, make_document: MakeDocument) -> None:
    parse, path, _ = READERS[name]
    parsed = parse(make_document("{}" if name == "pipfile-lock" else "", path))
    assert parsed.entries == ()


@pytest.mark.parametrize("name", READERS)
def test_a_number_of_ten_thousand_digits_is_a_source_error_and_no_crash(name: str, make_document: MakeDocument) -> None:
    parse, path, _ = READERS[name]
    digits = "1" * 10_000
    with pytest.raises(SourceError):
        parse(make_document(f'{{"default": {digits}}}' if name == "pipfile-lock" else f"packages = {digits}", path))


def _read(name: str, text: str, make_document: MakeDocument) -> None:
    parse, path, _ = READERS[name]
    with contextlib.suppress(SourceError):
        parsed = parse(make_document(text, path, files={**MANIFESTS, path: text}))
        assert all(problem.location is not None for problem in parsed.problems)


def _places(value: object) -> Iterator[Callable[[object], None]]:
    """For every place in nested tables and arrays a function that puts another value there."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield partial(value.__setitem__, key)
            yield from _places(inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield partial(value.__setitem__, number)
            yield from _places(inner)


def _write_toml(values: Mapping[str, object]) -> str:
    """TOML with one line for each top-level key, everything below it inline."""
    return "".join(f"{json.dumps(key)} = {_write_inline(value)}\n" for key, value in values.items())


def _write_inline(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_write_inline(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_write_inline, value)) + "]"
    return json.dumps(value)
