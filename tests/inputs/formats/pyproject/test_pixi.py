"""[tool.pixi] and [tool.rye]: packages of the index count, conda's and other platforms' are skipped with a reason."""

from __future__ import annotations

from scanner.inputs.formats.document import Document, Parsed
from scanner.inputs.formats.pyproject import parse_pyproject
from scanner.model.dependency import Dependency, Skipped
from scanner.model.errors import SourceError


def _parse(text: str) -> Parsed:
    def refuse(path: str) -> Document:
        raise SourceError(path, None, "no such file")

    return parse_pyproject(Document(path="pyproject.toml", text=text, open=refuse))


def _declared(parsed: Parsed) -> list[tuple[str | None, str, tuple[str, ...], tuple[str, ...], str | None]]:
    return [
        (entry.name, str(entry.specifier), entry.extras, entry.groups, entry.url)
        for entry in parsed.entries
        if isinstance(entry, Dependency)
    ]


def test_packages_of_the_index_are_declared_with_their_features_as_groups() -> None:
    parsed = _parse(
        "[tool.pixi.pypi-dependencies]\n"
        'httpx = "*"\n'
        'flask = ">=3,<4"\n'
        'rich = { version = "==13.7", extras = ["jupyter"] }\n'
        'mine = { path = "." , editable = true }\n'
        "[tool.pixi.feature.lint.pypi-dependencies]\n"
        'ruff = ">=0.5"\n'
    )
    assert _declared(parsed) == [
        ("httpx", "", (), (), None),
        ("flask", "<4,>=3", (), (), None),
        ("rich", "==13.7", ("jupyter",), (), None),
        ("mine", "", (), (), "."),
        ("ruff", ">=0.5", (), ("lint",), None),
    ]
    assert not parsed.problems


def test_conda_packages_and_other_platforms_are_skipped_with_a_reason() -> None:
    parsed = _parse(
        '[tool.pixi.dependencies]\npython = ">=3.12"\nnumpy = "*"\n'
        '[tool.pixi.target.linux-64.pypi-dependencies]\nuvloop = "*"\n'
    )
    skipped = [entry for entry in parsed.entries if isinstance(entry, Skipped)]
    assert [(entry.text.split()[0], entry.not_for_target) for entry in skipped] == [
        ("python", False),
        ("numpy", False),
        ("uvloop", True),
    ]
    assert "conda" in skipped[0].reason
    assert "linux-64" in skipped[2].reason


def test_what_is_no_version_is_a_problem() -> None:
    parsed = _parse('[tool.pixi.pypi-dependencies]\nhttpx = "newest"\n')
    assert [problem.location.line for problem in parsed.problems if problem.location] == [2]
    assert not parsed.entries


def test_rye_development_dependencies_are_a_group() -> None:
    assert _declared(_parse('[tool.rye]\ndev-dependencies = ["pytest>=8"]\n')) == [
        ("pytest", ">=8", (), ("dev",), None)
    ]
