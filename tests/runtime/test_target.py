"""The runtime by date and flags, and what it accepts."""

from __future__ import annotations

from datetime import date

import pytest
from packaging.tags import Tag, parse_tag
from packaging.version import Version

from scanner.model.artifact import Artifact, ArtifactKind
from scanner.model.errors import SettingsError
from scanner.runtime.target import (
    choose_target,
    excludes_newer_python,
    find_install_row,
    find_unknown_flags,
    rank_artifact,
    takes_python,
)

W = "python_workers"


@pytest.mark.parametrize(
    ("day", "flags", "python", "runtime"),
    [
        (None, (), "3.14.2", "314.0.6"),
        ("2026-09-08", (W,), "3.14.2", "314.0.6"),
        ("2026-09-07", (W,), "3.13.2", "0.28.2"),
        ("2025-09-29", (W,), "3.13.2", "0.28.2"),
        ("2025-09-28", (W,), "3.12.7", "0.26.0a2"),
        ("2026-07-01", (W, "python_workers_314"), "3.14.2", "314.0.6"),
        ("2026-07-01", (W, "python_workers_20260610"), "3.14.2", "314.0.4"),
        ("2026-11-17", (W, "no_python_workers_314"), "3.13.2", "0.28.2"),
        ("2026-11-17", (W, "no_python_workers_314", "no_python_workers_20250116"), "3.12.7", "0.26.0a2"),
        ("2025-01-01", (W, "python_workers_20250116"), "3.13.2", "0.28.2"),
        ("2025-01-01", ("nodejs_compat",), "3.12.7", "0.26.0a2"),
    ],
)
def test_date_and_flags_select_the_runtime_as_workerd_does(
    day: str | None, flags: tuple[str, ...], python: str, runtime: str
) -> None:
    target = choose_target(date.fromisoformat(day) if day else None, flags)
    assert (target.python, target.runtime_pyodide) == (python, runtime)
    assert target.markers["python_full_version"] == python
    assert (target.markers["sys_platform"], target.markers["platform_machine"]) == ("emscripten", "wasm32")


def test_the_reason_names_where_the_date_comes_from() -> None:
    assert "wrangler.toml" in choose_target(date(2026, 1, 1), (), origin="wrangler.toml").reason
    assert "no compatibility date given" in choose_target().reason


def test_a_flag_and_its_opposite_are_refused() -> None:
    with pytest.raises(SettingsError, match="contradict"):
        choose_target(date(2026, 1, 1), (W, "python_workers_314", "no_python_workers_314"))


def test_what_keeps_a_worker_from_starting_is_noted() -> None:
    assert any(W in note for note in choose_target(date(2026, 1, 1), ("nodejs_compat",)).notes)
    target = choose_target(date(2026, 11, 1), (W, "no_python_workers_314"))
    assert any("pywrangler ignores" in note for note in target.notes)
    assert not choose_target(date(2030, 1, 1), (W,)).notes


@pytest.mark.parametrize(
    ("flags", "unknown"),
    [
        ((W, "python_workers_314", "no_python_workers_20250116"), ()),
        ((W, "python_workers_force_new_vendor_path", "nodejs_compat", "python_workers_"), ()),
        ((W, "python_workers_315"), ("python_workers_315",)),
        (
            ("no_python_workers_2027", "python_workers_315", "python_workers_315"),
            ("no_python_workers_2027", "python_workers_315"),
        ),
    ],
)
def test_a_flag_that_seems_to_select_a_runtime_has_to_be_known(
    flags: tuple[str, ...], unknown: tuple[str, ...]
) -> None:
    assert find_unknown_flags(flags) == unknown


@pytest.mark.parametrize(
    ("version", "day", "flags", "pyodide"),
    [
        (None, "2026-09-08", (W,), "314.0.7"),
        ("1.17.2", "2026-09-08", (W,), "314.0.6"),
        ("1.15.0", "2026-09-08", (W,), "0.28.3"),
        ("1.16.0", "2026-01-01", (W, "python_workers_20260610"), "0.28.3"),
        ("1.16.0", "2026-01-01", (W, "python_workers_20260610", "experimental"), "314.0.2"),
        ("1.16.4", "2026-08-25", (W,), "314.0.2"),
        ("1.17.9", "2026-11-17", (W, "no_python_workers_314"), "314.0.7"),
        ("1.17.9", "2025-01-01", (W,), "0.27.7"),
    ],
)
def test_the_version_of_workers_py_selects_what_is_installed(
    version: str | None, day: str, flags: tuple[str, ...], pyodide: str
) -> None:
    row = find_install_row(Version(version) if version else None, date.fromisoformat(day), flags)
    assert row is not None
    assert row.package_pyodide == pyodide


def test_without_the_base_flag_an_early_date_selects_nothing_to_install() -> None:
    assert find_install_row(None, date(2025, 1, 1), ()) is None


def _wheel(tag: str) -> Artifact:
    return Artifact(filename=f"a-1-{tag}.whl", url="", kind=ArtifactKind.WHEEL, tags=frozenset(parse_tag(tag)))


@pytest.mark.parametrize(
    ("tag", "fits"),
    [
        ("py3-none-any", True),
        ("py2.py3-none-any", True),
        ("cp314-none-any", True),
        ("py314-none-any", True),
        ("cp314-cp314-pyemscripten_2026_0_wasm32", True),
        ("cp314-cp314-pyodide_2026_0_wasm32", True),
        ("cp39-abi3-pyemscripten_2026_0_wasm32", True),
        ("cp314-abi3-pyemscripten_2026_0_wasm32", True),
        ("py3-none-pyemscripten_2026_0_wasm32", True),
        ("cp315-abi3-pyemscripten_2026_0_wasm32", False),
        ("cp313-cp313-pyemscripten_2026_0_wasm32", False),
        ("cp314-cp314-pyemscripten_2025_0_wasm32", False),
        ("cp314-cp314t-pyemscripten_2026_0_wasm32", False),
        ("cp314-cp314-emscripten_5_0_3_wasm32", False),
        ("cp314-cp314-manylinux_2_28_x86_64", False),
        ("py2-none-any", False),
        ("py3-none-win_amd64", False),
    ],
)
def test_wheel_tags_of_the_newest_runtime(tag: str, *, fits: bool) -> None:
    assert (rank_artifact(_wheel(tag), choose_target()) is not None) is fits


def test_a_native_wheel_is_preferred_to_a_pure_one_and_the_standard_name_to_the_older() -> None:
    target = choose_target()
    ranks = [
        rank_artifact(_wheel(tag), target)
        for tag in ("cp314-cp314-pyemscripten_2026_0_wasm32", "cp314-cp314-pyodide_2026_0_wasm32", "py3-none-any")
    ]
    assert ranks == sorted(rank for rank in ranks if rank is not None)
    assert Tag("cp314", "cp314", "pyemscripten_2026_0_wasm32") in target.tags


def test_only_wheels_fit() -> None:
    sdist = Artifact(filename="a-1.tar.gz", url="", kind=ArtifactKind.SDIST)
    assert rank_artifact(sdist, choose_target()) is None


@pytest.mark.parametrize(
    ("requires", "takes"),
    [
        (None, True),
        ("", True),
        (">=3.9", True),
        ("<3.14", True),
        ("<=3.13", True),
        (">=3.15", False),
        (">=3.8,<3.14", True),
        (">3.14.2", False),
        (">=3.15,<4", False),
        ("==3.9.*", True),
        ("==3.15.*", False),
        ("~=3.9", True),
        ("~=3.15.1", False),
        ("!=3.14.*", True),
        ("not a specifier", True),
        ("==3.14.*", True),
    ],
)
def test_requires_python_is_read_as_installers_do(requires: str | None, *, takes: bool) -> None:
    assert takes_python(requires, choose_target()) is takes


@pytest.mark.parametrize(
    ("requires", "capped"), [(None, False), (">=3.9", False), ("<3.14", True), (">=3.7,<3.12", True), ("odd", False)]
)
def test_an_upper_bound_of_requires_python_is_found(requires: str | None, *, capped: bool) -> None:
    assert excludes_newer_python(requires, choose_target()) is capped
