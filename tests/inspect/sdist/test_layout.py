from __future__ import annotations

from collections.abc import Sequence

import pytest

from scanner.inspect.sdist.layout import find_installed
from scanner.model.contents import BuildFile, SdistContents


def _find(paths: Sequence[str], *, top_level: tuple[str, ...] = (), pyproject: str = "") -> dict[str, str]:
    contents = SdistContents(
        filename="py-alpha-1.0.tar.gz",
        file_count=len(paths),
        unpacked_bytes=0,
        build_files=(BuildFile(path="pyproject.toml", text=pyproject),),
        sources=(),
        source_count=0,
        python_count=len(paths),
        metadata="",
        top_level=top_level,
    )
    return find_installed(contents, paths, "py-alpha")


@pytest.mark.parametrize(
    ("paths", "pyproject", "top_level", "installed"),
    [
        (["setup.py", "alpha/__init__.py", "tests/alpha/x.py"], "", ("alpha",), {"alpha/__init__.py"}),
        (["src/alpha/__init__.py", "alpha.py"], "", ("alpha",), {"alpha.py"}),
        (["lib/alpha/a.py", "lib3/alpha/a.py"], "", ("alpha",), {"alpha/a.py"}),
        (["setup.py", "py_alpha/__init__.py", "other/__init__.py"], "", (), {"py_alpha/__init__.py"}),
        (["setup.py", "py_alpha.py"], "", (), {"py_alpha.py"}),
        (["alpha/a.py", "beta/b.py"], "[tool.flit.module]\nname = 'beta'", (), {"beta/b.py"}),
        (["src/beta/b.py"], "[tool.hatch.build.targets.wheel]\npackages = ['src/beta']", (), {"beta/b.py"}),
        (["lib/beta/b.py"], "[tool.poetry]\npackages = [{include = 'beta', from = 'lib'}]", (), {"beta/b.py"}),
        (
            ["setup.py", "conftest.py", "src/beta/__init__.py", "src/beta/b.py", "docs/conf.py", "tests/__init__.py"],
            "",
            (),
            {"beta/__init__.py", "beta/b.py"},
        ),
        (["setup.py", "tests/test_a.py"], "broken [", (), set()),
    ],
    ids=[
        "noted by setuptools",
        "the root before src",
        "the folder for Python 3",
        "a package named like the project",
        "a module named like the project",
        "flit",
        "hatch",
        "poetry",
        "found by itself",
        "nothing",
    ],
)
def test_what_is_installed_is_found(
    paths: list[str], pyproject: str, top_level: tuple[str, ...], installed: set[str]
) -> None:
    assert set(_find(paths, top_level=top_level, pyproject=pyproject)) == installed


def test_the_folder_is_that_of_python_3() -> None:
    assert _find(["lib/alpha/a.py", "lib3/alpha/a.py"], top_level=("alpha",)) == {"alpha/a.py": "lib3/alpha/a.py"}
