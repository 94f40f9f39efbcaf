"""What an old source distribution requires, told from what setuptools left beside its metadata."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest
from packaging.metadata import parse_email

from scanner.index.archive.egg_info import complete_metadata, parse_requires
from scanner.index.archive.sdist import read_sdist
from scanner.model.metadata import CoreMetadata, parse_metadata

if TYPE_CHECKING:
    from tests.conftest import MakeSdist

OLD = "Metadata-Version: 1.2\nName: alpha\nVersion: 1.0\n"
SCRIPT = "from setuptools import setup\nsetup(name='alpha', install_requires=['beta'])\n"


def _read(make_sdist: MakeSdist, files: Mapping[str, str], pkg_info: str = OLD) -> CoreMetadata:
    sdist = make_sdist("alpha", files=files, pkg_info=pkg_info)
    return parse_metadata(read_sdist(sdist.filename, sdist.data).metadata, sdist.filename, from_source=True)


@pytest.mark.parametrize("folder", ["alpha.egg-info", "src/alpha.egg-info"])
def test_the_egg_info_tells_what_is_required(make_sdist: MakeSdist, folder: str) -> None:
    found = _read(make_sdist, {"setup.py": SCRIPT, f"{folder}/requires.txt": "beta>=1\n\n[fast]\ngamma\n"})
    assert not found.dynamic_requires
    assert [str(requirement) for requirement in found.requires] == ["beta>=1", 'gamma; extra == "fast"']
    assert found.extras == {"fast"}


def test_an_egg_info_without_requirements_means_none(make_sdist: MakeSdist) -> None:
    found = _read(make_sdist, {"setup.py": "setup()", "alpha.egg-info/SOURCES.txt": ""})
    assert (found.dynamic_requires, found.requires) == (False, ())


def test_a_script_that_never_speaks_of_requirements_has_none(make_sdist: MakeSdist) -> None:
    found = _read(make_sdist, {"setup.py": "from distutils.core import setup\nsetup(name='alpha')\n"})
    assert (found.dynamic_requires, found.requires) == (False, ())


@pytest.mark.parametrize(
    "script",
    [SCRIPT + "import sys\nsys.platform\n", "import os\nsetup(data_files=[] if os.name == 'nt' else ['x'])\n"],
    ids=["literal requirements", "no word of requirements"],
)
def test_what_the_machine_cannot_change_is_told(make_sdist: MakeSdist, script: str) -> None:
    found = _read(make_sdist, {"setup.py": script, "alpha.egg-info/requires.txt": "beta\n"})
    assert not found.dynamic_requires
    assert [str(requirement) for requirement in found.requires] == ["beta"]


@pytest.mark.parametrize(
    "files",
    [
        {"setup.py": SCRIPT},
        {
            "setup.py": "import sys\nR = ['beta'] if sys.platform == 'win32' else []\nsetup(install_requires=R)",
            "alpha.egg-info/requires.txt": "beta\n",
        },
        {
            "setup.py": SCRIPT + "import sys\nif sys.platform:\n    more = {'install_requires': []}\n",
            "alpha.egg-info/requires.txt": "beta\n",
        },
        {"setup.py": "setup()", "setup.cfg": "[options]\ninstall_requires = beta\n"},
        {"setup.py": "setup()", "pyproject.toml": "[build-system]\n"},
        {"setup.py": "setup()", "a.egg-info/requires.txt": "beta\n", "b.egg-info/requires.txt": "gamma\n"},
        {"alpha.py": ""},
    ],
    ids=[
        "no egg-info",
        "asks the machine",
        "speaks of it twice",
        "setup.cfg",
        "another backend",
        "two egg-infos",
        "no script",
    ],
)
def test_what_cannot_be_told_stays_open(make_sdist: MakeSdist, files: dict[str, str]) -> None:
    assert _read(make_sdist, files).dynamic_requires


def test_metadata_that_promises_is_left_alone(make_sdist: MakeSdist) -> None:
    new = "Metadata-Version: 2.2\nName: alpha\nVersion: 1.0\nDynamic: Requires-Dist\n"
    found = _read(make_sdist, {"setup.py": SCRIPT, "alpha.egg-info/requires.txt": "beta\n"}, new)
    assert found.dynamic_requires


def test_completed_metadata_is_valid_metadata_2_2(make_sdist: MakeSdist) -> None:
    old = OLD + "Requires-Dist: stale\nDynamic: Requires-Dist\n"
    sdist = make_sdist("alpha", files={"setup.py": SCRIPT, "alpha.egg-info/requires.txt": "beta\n"}, pkg_info=old)
    metadata, unparsed = parse_email(read_sdist(sdist.filename, sdist.data).metadata)
    assert (metadata["metadata_version"], metadata["requires_dist"], unparsed) == ("2.2", ["beta"], {})
    assert "dynamic" not in metadata


def test_an_unknown_header_in_old_metadata_says_nothing(make_sdist: MakeSdist) -> None:
    assert _read(make_sdist, {"setup.py": SCRIPT}, OLD + "Requires-From: egg-info\n").dynamic_requires


def test_sections_are_extras_and_markers() -> None:
    text = 'a\n[:python_version < "3"]\nb>1\n[x]\nc\n[y:os_name == "nt"]\nd\n# note\n'
    assert list(parse_requires(text)) == [
        "Requires-Dist: a",
        'Requires-Dist: b>1 ; (python_version < "3")',
        "Provides-Extra: x",
        'Requires-Dist: c ; extra == "x"',
        "Provides-Extra: y",
        'Requires-Dist: d ; (os_name == "nt") and extra == "y"',
    ]


def test_without_metadata_nothing_is_made_up() -> None:
    assert complete_metadata("", ["setup.py"], {"setup.py": "setup()"}) == ""
