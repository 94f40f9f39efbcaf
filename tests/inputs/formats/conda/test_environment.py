"""Conda environment files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scanner.inputs.formats.conda.environment import parse_conda, parse_match_spec
from scanner.inputs.formats.conda.names import CondaPackage, find_pypi_name
from scanner.model.dependency import Dependency, Skipped
from scanner.model.errors import SourceError
from scanner.model.rule import Rule
from tests.inputs.formats.conftest import summarize

if TYPE_CHECKING:
    from tests.inputs.formats.conftest import MakeDocument

ENVIRONMENT = """\
name: demo
channels: [conda-forge]
dependencies:
  - python=3.12  # the interpreter
  - pytorch::pytorch=2.1=py3.12_cpu_0
  - libblas>=3.9
  - {pip: [quick]}
  - pip:
      - -r requirements.txt
      - "torch==2.0 ; os_name == 'nt'"
      - --extra-index-url https://x.example.org
      - -e .
      - ==1
  - npm:
    - left-pad
"""


def test_pip_lists_are_read_and_conda_packages_told(make_document: MakeDocument) -> None:
    parsed = parse_conda(make_document(ENVIRONMENT, "environment.yml", files={"requirements.txt": "included\n"}))
    dependencies = [e for e in parsed.entries if isinstance(e, Dependency)]
    assert [(d.name, d.location.path, d.location.line, d.location.column) for d in dependencies] == [
        ("quick", "environment.yml", 7, 12),
        ("included", "requirements.txt", 1, 1),
        ("torch", "environment.yml", 10, 9),
        (None, "environment.yml", 12, 9),
    ]
    assert [(e.text, e.location.line) for e in parsed.entries if isinstance(e, Skipped)] == [
        ("python=3.12", 4),
        ("pytorch::pytorch=2.1=py3.12_cpu_0", 5),
        ("libblas>=3.9", 6),
        ("left-pad", 15),
    ]
    assert summarize(parsed.index)["extra"] == ["https://x.example.org/"]
    assert [(p.rule, p.location and p.location.line) for p in parsed.problems] == [(Rule.CS601, 13)]
    assert not parsed.is_lock


def test_reasons_name_the_project_on_the_package_index(make_document: MakeDocument) -> None:
    parsed = parse_conda(make_document(ENVIRONMENT, "environment.yml", files={"requirements.txt": ""}))
    reasons = [e.reason for e in parsed.entries if isinstance(e, Skipped)]
    assert reasons == [
        "the Python version; a Worker uses the Python of its runtime",
        "conda packages are not checked; the Python package index has it as torch: list that under `pip:`",
        "conda packages are not checked",
        "installed by npm, which does not provide Python packages",
    ]


@pytest.mark.parametrize(
    ("text", "name", "build"),
    [
        ("numpy", "numpy", ""),
        ("numpy=1.26", "numpy", ""),
        ("numpy==1.26.0", "numpy", ""),
        ("numpy >=1.26,<2", "numpy", ""),
        ("numpy>=1.26|1.25", "numpy", ""),
        ("numpy=1.26.4=py312h1_0", "numpy", "py312h1_0"),
        ("numpy==1.26.4=py312h1_0", "numpy", "py312h1_0"),
        ("numpy 1.26.4 py312h1_0", "numpy", "py312h1_0"),
        ("numpy[version='>=1',build=py312h1_0]", "numpy", "py312h1_0"),
        ("conda-forge::numpy=1", "numpy", ""),
        ("conda-forge/linux-64::numpy", "numpy", ""),
        ("https://127.0.0.1:443::flask=1.0.2", "flask", ""),
        ("_libgcc_mutex=0.1=conda_forge", "_libgcc_mutex", "conda_forge"),
        ("https://conda.example.org/a/linux-64/ruamel.yaml-0.18-py312_0.conda", "ruamel.yaml", "py312_0"),
    ],
)
def test_match_specifications_tell_name_and_build(text: str, name: str, build: str) -> None:
    assert parse_match_spec(text) == CondaPackage(name, build)


@pytest.mark.parametrize("text", ["", "=1.0", ">=1", "::", "*"])
def test_a_match_specification_without_a_name_is_none(text: str) -> None:
    assert parse_match_spec(text) is None


@pytest.mark.parametrize(
    ("package", "name"),
    [
        (CondaPackage("pytorch"), "torch"),
        (CondaPackage("Typing_Extensions"), "typing-extensions"),
        (CondaPackage("something", "pyhd8ed1ab_0"), "something"),
        (CondaPackage("something", "py310h5eee18b_0"), "something"),
        (CondaPackage("libxml2", "h1234_0"), None),
        (CondaPackage("python-something", "py310h5eee18b_0"), None),
        (CondaPackage("something-base", "py310h5eee18b_0"), None),
        (CondaPackage("swig"), None),
        (CondaPackage("something", "pytorch_0"), None),
    ],
)
def test_conda_names_are_mapped_where_the_project_is_the_same(package: CondaPackage, name: str | None) -> None:
    assert find_pypi_name(package) == name


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("- a\n- b\n", [1]),
        ("dependencies: numpy\n", [1]),
        ("dependencies:\n  - [a]\n  - pip: x\n  - pip:\n    - {a: b}\n    - fine\n", [2, 3, 5]),
        ("dependencies:\n  - =1\n", [2]),
    ],
)
def test_wrong_types_are_located(make_document: MakeDocument, text: str, lines: list[int]) -> None:
    parsed = parse_conda(make_document(text, "environment.yml"))
    assert [p.location.line for p in parsed.problems if p.location] == lines


@pytest.mark.parametrize(
    "text",
    [
        "dependencies: [a\n",
        "a: *b\n",
        "%YAML 9.9\n---\n",
        "\t- x",
        "[" * 3000,
        "a: b\n" * 300_000,
        "!!python/object/apply:os.system ['false'] : [",
    ],
    ids=["truncated", "alias", "directive", "tab", "deep", "large", "tag"],
)
def test_what_is_no_yaml_is_a_source_error(make_document: MakeDocument, text: str) -> None:
    with pytest.raises(SourceError):
        parse_conda(make_document(text, "environment.yml"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dependencies:\n",
        "dependencies: &a\n  - x\n  - pip: *a\n",
        "---\ndependencies: [a]\n---\ndependencies: [b]\n",
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\ndependencies: *c\n",
    ],
)
def test_empty_aliased_and_several_documents_are_read(make_document: MakeDocument, text: str) -> None:
    parse_conda(make_document(text, "environment.yml"))
