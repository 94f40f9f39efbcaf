"""What is read out of the sources of workers-py and its SDK, and what becomes of it as tables."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from packaging.version import Version

from scanner.model.errors import ArtifactError
from scanner.refresh.patches import BEHAVIOUR, ENTROPY, Sdk, parse_sdk
from scanner.refresh.pywrangler import METADATA, UTILS, parse_install_rows
from scanner.refresh.runtimes import PyodideBuild, RuntimesUpdate, merge_rows
from scanner.refresh.texts import format_runtimes, format_workers_py, format_workers_sdk, format_wrangler
from scanner.runtime import tables
from scanner.runtime.tables import InstallRow, PatchKind
from tests.refresh import conftest as made_up

DATA = Path(__file__).resolve().parents[2] / "data"
TODAY = dt.date(2027, 3, 1)


def _sources(metadata: str = made_up.METADATA, utils: str = made_up.UTILS) -> dict[str, bytes]:
    return {METADATA: metadata.encode(), UTILS: utils.encode()}


def _row(python: str, flag: str, enable_date: dt.date | None, pyodide: str, full: str = "") -> InstallRow:
    return InstallRow(
        python=python,
        python_full_version=full or f"{python}.2",
        flag=flag,
        enable_date=enable_date,
        package_pyodide=pyodide,
        experimental=False,
    )


def test_rows_are_read_in_their_order() -> None:
    rows = parse_install_rows(_sources())
    assert [row.python for row in rows] == ["3.15", "3.14", "3.13", "3.12"]
    assert rows[0] == _row("3.15", "python_workers_315", dt.date(2027, 3, 2), "315.0.1", "3.15.1")
    assert rows[-1] == _row("3.12", "python_workers", None, "0.27.7", "3.12.7")


@pytest.mark.parametrize(
    "date",
    ["datetime(2027, 3, 2)", 'datetime.fromisoformat("2027-03-02")', "date(2027, 3, 2)", "datetime(2027, 3, 2, 0)"],
)
def test_a_date_may_be_written_in_several_ways(date: str) -> None:
    metadata = made_up.METADATA.replace('datetime.strptime("2027-03-02", "%Y-%m-%d")', f"{date}, experimental=True")
    (first, *_) = parse_install_rows(_sources(metadata))
    assert (first.enable_date, first.experimental) == (dt.date(2027, 3, 2), True)


def test_keywords_and_an_annotated_list_are_read_too() -> None:
    metadata = 'PYTHON_COMPAT_VERSIONS: list[X] = [X(compat_flag="python_workers", version="3.12", compat_date=None)]\n'
    assert parse_install_rows(_sources(metadata)) == (_row("3.12", "python_workers", None, "0.27.7", "3.12.7"),)


@pytest.mark.parametrize(
    ("metadata", "utils", "reason"),
    [
        ("", made_up.UTILS, "has no list"),
        ("PYTHON_COMPAT_VERSIONS = []", made_up.UTILS, "has no list"),
        ("PYTHON_COMPAT_VERSIONS = [X(version)]", made_up.UTILS, "without a version"),
        (made_up.METADATA, "", "has no function"),
        (made_up.METADATA, made_up.UTILS.replace('"315.0.1"', "newest()"), "names no index"),
        (made_up.METADATA.replace('"2027-03-02"', '"2027-13-02"'), made_up.UTILS, "no date"),
        ("(" * 10_000, made_up.UTILS, "no Python source"),
        ("\0", made_up.UTILS, "no Python source"),
    ],
)
def test_a_source_of_another_form_is_refused(metadata: str, utils: str, reason: str) -> None:
    with pytest.raises(ArtifactError, match=reason):
        parse_install_rows(_sources(metadata, utils))


def test_a_wheel_without_the_modules_is_refused() -> None:
    with pytest.raises(ArtifactError, match="is missing"):
        parse_install_rows({METADATA: made_up.METADATA.encode()})


def _sdk_sources(entropy: str) -> dict[str, bytes]:
    return {ENTROPY: entropy.encode(), BEHAVIOUR: b"", "workers/__init__.py": b"import js"}


def test_patches_are_read_with_their_kind_and_condition() -> None:
    sdk = parse_sdk({path: text.encode() for path, text in made_up.SDK.items()})
    kinds = {patch.module: patch.kind for patch in sdk.patches}
    assert kinds == {
        "anyio.to_thread": PatchKind.BEHAVIOUR,
        "fastapi.telemetry": PatchKind.ENTROPY,
        "jiter": PatchKind.ENTROPY,
        "new_package._core": PatchKind.ENTROPY,
    }
    assert {"workers", "_workers_sdk_package_patches"} <= sdk.provided


@pytest.mark.parametrize(
    ("entropy", "reason"),
    [
        ("", "patches no module"),
        ("@register_exec_patch(name)\ndef f(m): ...", "without a module name"),
        ("@register_exec_patch()\ndef f(m): ...", "without a module name"),
        (
            '@register_exec_patch("a")\ndef f(m):\n    allow_bad_entropy_calls_for_version("a", 1, MIN)',
            "unexpected form",
        ),
        (
            '@register_exec_patch("a")\ndef f(m):\n    allow_bad_entropy_calls_for_version("a", 1, (1,), (2,))',
            "unexpected form",
        ),
    ],
)
def test_patches_of_another_form_are_refused(entropy: str, reason: str) -> None:
    with pytest.raises(ArtifactError, match=reason):
        parse_sdk(_sdk_sources(entropy))


def _base() -> RuntimesUpdate:
    table = tables.load_runtimes()
    return RuntimesUpdate(
        table=table, markers={row.python: tables.load_marker_environment(row.python) for row in table.runtimes}
    )


BUILDS = {"315.0.1": PyodideBuild(abi="2026_5", emscripten="6.0.5")}


def test_a_known_flag_takes_date_and_index_from_workers_py() -> None:
    rows = [_row("3.14", "python_workers_314", dt.date(2026, 9, 9), "314.0.9", "3.14.4")]
    update = merge_rows(_base(), rows, Version("1.18.0"), {})
    first = update.table.runtimes[0]
    assert (first.enable_date, first.package_pyodide, first.runtime_pyodide) == (
        dt.date(2026, 9, 9),
        "314.0.9",
        _base().table.runtimes[0].runtime_pyodide,
    )
    assert update.markers["3.14"]["python_full_version"] == "3.14.4"
    assert "workers-py 1.18.0;" in update.table.provenance.source


def test_a_new_python_goes_first_and_the_base_runtime_stays_last() -> None:
    rows = [
        _row("3.15", "python_workers_315", None, "315.0.1", "3.15.1"),
        _row("3.12", "python_workers", None, "0.27.7"),
    ]
    runtimes = merge_rows(_base(), rows, Version("1.18.0"), BUILDS).table.runtimes
    assert runtimes[0].flag == "python_workers_315"
    assert (runtimes[0].disable_flag, runtimes[0].status) == ("no_python_workers_315", "preview")
    assert (runtimes[0].emscripten, runtimes[0].platform_tags[0]) == ("6.0.5", "pyemscripten_2026_5_wasm32")
    assert runtimes[-1].flag == "python_workers"
    assert len(runtimes) == len(_base().table.runtimes) + 1


def test_a_renamed_flag_adds_a_row_and_keeps_the_old_one() -> None:
    rows = [_row("3.14", "python_workers_2027", dt.date(2026, 9, 8), "314.0.7")]
    runtimes = merge_rows(_base(), rows, Version("1.18.0"), {}).table.runtimes
    assert [row.flag for row in runtimes[:2]] == ["python_workers_2027", "python_workers_314"]
    assert runtimes[0].runtime_pyodide == runtimes[1].runtime_pyodide


def test_a_new_python_without_its_build_is_refused() -> None:
    with pytest.raises(ArtifactError, match="nothing is known"):
        merge_rows(_base(), [_row("3.15", "python_workers_315", None, "315.0.1")], Version("1.18.0"), {})


def test_the_shipped_tables_are_written_as_the_writers_write_them() -> None:
    sdk = tables.load_workers_sdk()
    history, keys, base = tables.load_workers_py(), tables.load_wrangler_keys(), _base()
    found = Sdk(tuple(sdk.patches.values()), sdk.provided, sdk.injected)
    assert format_workers_py(history.releases, history.provenance.date) == _read("workers-py.toml")
    assert format_workers_sdk(sdk.sdk, found, sdk.provenance.date) == _read("workers-runtime-sdk.toml")
    assert format_runtimes(base, base.table.date) == _read("runtimes.toml")
    assert format_wrangler(keys, keys.provenance.date).splitlines()[5:] == _read("wrangler.toml").splitlines()[5:]


def _read(name: str) -> str:
    return (DATA / name).read_text(encoding="utf-8")
