"""The shipped tables: sound, sorted, sourced, dated, and in agreement with each other and with the research."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import tomli
from packaging.markers import Marker
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from scanner.runtime import tables
from scanner.runtime.tables import Effect, Outcome, PatchKind

DATA = Path(__file__).resolve().parent.parent / "data"
PYTHONS = ("3.12", "3.13", "3.14")
MEASURED_PYODIDES = ("0.27.7", "0.28.3", "314.0.7")
PYODIDES = (*MEASURED_PYODIDES, "314.0.2", "314.0.6")
"""Those of the newest workers-py, and those that earlier ones install from."""

FOUNDING = {
    "bcrypt": "password hashing",
    "ffmpeg": "video processing",
    "mysqlclient": "MySQL driver",
    "numpy": "numerical computing",
    "opencv-python": "computer vision",
    "pandas": "data analysis",
    "playwright": "browser automation",
    "psycopg2": "PostgreSQL driver",
    "puppeteer": "headless browser",
    "pytorch": "machine-learning inference",
    "scipy": "scientific computing",
    "sharp": "image processing",
    "tensorflow": "machine-learning inference",
}
"""The thirteen titles and categories that the project was founded on."""


def read_toml(name: str) -> dict[str, Any]:
    return tomli.loads((DATA / name).read_text(encoding="utf-8"))


def toml_tables() -> list[str]:
    return sorted(str(path.relative_to(DATA)) for path in DATA.rglob("*.toml"))


def assert_sorted(names: Iterable[str]) -> None:
    names = list(names)
    assert names == sorted(names)


def assert_unique(names: Iterable[str]) -> None:
    counts = Counter(names)
    assert [name for name, count in counts.items() if count > 1] == []


# --- every table ---------------------------------------------------------------------------------------------------


def test_every_file_below_data_is_a_table_that_a_loader_reads() -> None:
    read = {f"pyodide/{version}.json" for version in PYODIDES} | {f"stdlib/{python}.toml" for python in PYTHONS}
    read |= {"alternatives.toml", "containers.toml", "incompatible.toml", "platform.toml", "runtimes.toml"}
    read |= {"stdlib/workers.toml", "workers-py.toml", "workers-runtime-sdk.toml", "workloads.toml", "wrangler.toml"}
    read |= {"stdlib/behaviour.toml", "stdlib/names-3.14.json"}
    assert {str(path.relative_to(DATA)) for path in DATA.rglob("*") if path.is_file()} == read


@pytest.mark.parametrize("name", toml_tables())
def test_every_toml_table_has_a_version_a_date_and_a_source(name: str) -> None:
    table = read_toml(name)
    assert table["version"] >= 1
    assert dt.date(2026, 1, 1) <= table["date"]
    assert table["source"]


def test_all_tables_load() -> None:
    assert tables.load_runtimes().runtimes
    assert tables.load_alternatives()
    assert tables.load_incompatible().rows
    assert tables.load_platform().version
    assert tables.load_containers().types
    assert tables.load_workloads().needs
    assert tables.load_wrangler_keys().keys
    assert [tables.load_stdlib(python).python for python in PYTHONS] == list(PYTHONS)
    assert [tables.load_pyodide(version).pyodide for version in PYODIDES] == list(PYODIDES)


def test_a_table_is_read_once_only() -> None:
    assert tables.load_incompatible() is tables.load_incompatible()
    assert tables.load_pyodide("314.0.7") is tables.load_pyodide("314.0.7")


# --- runtimes ------------------------------------------------------------------------------------------------------


def test_runtimes_stand_in_the_order_in_which_workerd_tries_them() -> None:
    flags = [runtime.flag for runtime in tables.load_runtimes().runtimes]
    assert flags == ["python_workers_314", "python_workers_20260610", "python_workers_20250116", "python_workers"]
    assert flags[-1] == tables.load_runtimes().base_flag
    assert_unique(flags)


def test_every_runtime_has_its_packages_its_markers_and_its_standard_library() -> None:
    for runtime in tables.load_runtimes().runtimes:
        assert runtime.python_full_version.startswith(f"{runtime.python}.")
        release = tables.load_pyodide(runtime.package_pyodide)
        environment = tables.load_marker_environment(runtime.python)
        assert release.python == runtime.python_full_version == environment["python_full_version"]
        assert environment["python_version"] == tables.load_stdlib(runtime.python).python == runtime.python
        assert runtime.platform_tags[0] == f"pyemscripten_{release.abi}_wasm32"


def test_the_history_of_workers_py_names_known_runtimes_only() -> None:
    runtimes = {(row.flag, row.python): row for row in tables.load_runtimes().runtimes}
    history = tables.load_workers_py()
    assert min(history.releases) == Version("1.15.0")
    for rows in history.releases.values():
        for row in rows:
            assert runtimes[row.flag, row.python].python_full_version == row.python_full_version
            assert tables.load_pyodide(row.package_pyodide).python.startswith(f"{row.python}.")


def test_the_newest_workers_py_installs_what_the_runtimes_table_says() -> None:
    runtimes = {row.flag: row for row in tables.load_runtimes().runtimes}
    for row in next(iter(tables.load_workers_py().releases.values())):
        assert runtimes[row.flag].package_pyodide == row.package_pyodide
        assert runtimes[row.flag].enable_date == row.enable_date


@pytest.mark.parametrize(
    ("version", "flag", "enable_date", "pyodide"),
    [
        ("1.16.2", "python_workers_20260610", None, "314.0.2"),
        ("1.16.5", "python_workers_20260610", dt.date(2026, 8, 25), "314.0.2"),
        ("1.17.0", "python_workers_20260610", None, "314.0.2"),
        ("1.17.1", "python_workers_314", dt.date(2026, 9, 8), "314.0.2"),
        ("1.17.2", "python_workers_314", dt.date(2026, 9, 8), "314.0.6"),
        ("1.17.3", "python_workers_314", dt.date(2026, 9, 8), "314.0.7"),
    ],
)
def test_the_history_of_workers_py_agrees_with_the_research(
    version: str, flag: str, enable_date: dt.date | None, pyodide: str
) -> None:
    row = tables.load_workers_py().releases[Version(version)][0]
    assert (row.python, row.flag, row.enable_date, row.package_pyodide) == ("3.14", flag, enable_date, pyodide)


def test_what_the_sdk_patches_agrees_with_the_research() -> None:
    sdk = tables.load_workers_sdk()
    distributions = {module.partition(".")[0] for module in sdk.patches}
    assert distributions >= {"aiohttp", "requests", "urllib3", "litestar", "numpy", "opentelemetry", "tiktoken"}
    assert not distributions & {"openai", "faker", "polyfactory", "sympy"}
    assert sdk.patches["anyio.to_thread"].kind is PatchKind.BEHAVIOUR
    assert sdk.injected >= {"_cloudflare", "js", "pyodide", "_pyodide_entrypoint_helper"}
    assert "workers" in sdk.provided


@pytest.mark.parametrize("python", PYTHONS)
def test_markers_are_evaluated_as_on_the_target(python: str) -> None:
    environment = dict(tables.load_marker_environment(python))
    on_target = f"sys_platform == 'emscripten' and platform_machine == 'wasm32' and python_version == '{python}'"
    assert Marker(on_target).evaluate(environment)
    assert not Marker("platform_system == 'Linux' or os_name == 'nt'").evaluate(environment)


def test_runtimes_agree_with_the_research(facts: Path) -> None:
    known = {row["flag"]: row for row in json.loads((facts / "runtimes.json").read_text())["runtimes"]}
    rows = tables.load_runtimes().runtimes
    assert {row.flag for row in rows} == set(known)
    for row in rows:
        fact = known[row.flag]
        date = str(row.enable_date) if row.enable_date else None
        assert (row.python, row.disable_flag, date) == (fact["python"], fact["disable_flag"], fact["compat_date"])
        assert (row.runtime_pyodide, row.emscripten) == (fact["pyodide_runtime"], fact["emscripten_runtime"])
        assert row.package_pyodide == (fact["index_pyodide"] or "314.0.7")
        assert list(row.platform_tags) == fact["platform_tags"]
        assert (row.sockets, row.run_sync) == (fact["sockets"], fact["jspi_run_sync"])
        assert row.openssl == fact["hashlib_openssl"]


def test_marker_environments_agree_with_the_research(facts: Path) -> None:
    known = json.loads((facts / "runtimes.json").read_text())["marker_environment"]
    for python in PYTHONS:
        environment = tables.load_marker_environment(python)
        for marker in set(known) - {"note"}:
            expected = known[marker][python] if isinstance(known[marker], dict) else known[marker]
            assert environment[marker] == expected


# --- Pyodide -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", PYODIDES)
def test_a_pyodide_table_is_sorted_and_its_wheels_bear_their_packages_names(version: str) -> None:
    release = tables.load_pyodide(version)
    assert_sorted(release.packages)
    for name, package in release.packages.items():
        wheel_name, wheel_version, _, tags = parse_wheel_filename(package.filename)
        assert (wheel_name, wheel_version) == (name, package.version)
        assert package.sha256 is not None
        assert all(tag.platform == "any" or release.abi in tag.platform for tag in tags)
        assert_sorted(package.depends)


@pytest.mark.parametrize("version", PYODIDES)
def test_whatever_a_pyodide_package_depends_on_is_there(version: str) -> None:
    packages = tables.load_pyodide(version).packages
    needed = itertools.chain.from_iterable(package.depends for package in packages.values())
    assert {canonicalize_name(name) for name in needed} <= set(packages)


@pytest.mark.parametrize("version", PYODIDES)
def test_parts_of_the_standard_library_are_no_distributions(version: str) -> None:
    release = tables.load_pyodide(version)
    assert not {canonicalize_name(name) for name in release.modules} & set(release.packages)
    assert ("ssl" in release.modules) == (not version.startswith("314."))


@pytest.mark.parametrize("version", MEASURED_PYODIDES)
def test_pyodide_tables_agree_with_the_research(facts: Path, version: str) -> None:
    lock = json.loads((facts / "locks" / f"{version}.json").read_text())
    known = {canonicalize_name(row["name"]): row for row in lock.values() if row["package_type"] == "package"}
    packages = tables.load_pyodide(version).packages
    assert set(packages) == set(known)
    for name, package in packages.items():
        assert (str(package.version), package.filename) == (known[name]["version"], known[name]["file_name"])


# --- the incompatible-library table --------------------------------------------------------------------------------


def test_the_founding_rows_are_all_there_and_need_a_container() -> None:
    founding = {row.name: row for row in tables.load_incompatible().rows if row.founding}
    assert {name: row.category for name, row in founding.items()} == FOUNDING
    assert {row.effect for row in founding.values()} == {Effect.CONTAINER}
    lifted = {name for name, row in founding.items() if row.build_lifts}
    assert set(founding) - lifted == {"ffmpeg", "playwright", "puppeteer", "sharp"}


def test_founding_rows_cover_the_names_that_people_write() -> None:
    by_name = tables.load_incompatible().by_name
    titles = {
        "torch": "pytorch",
        "pytorch": "pytorch",
        "psycopg2-binary": "psycopg2",
        "opencv-contrib-python-headless": "opencv-python",
        "pyppeteer": "puppeteer",
        "ffmpeg": "ffmpeg",
        "ffmpeg-python": "ffmpeg",
        "tensorflow-cpu": "tensorflow",
        "patchright": "playwright",
    }
    assert {name: by_name[canonicalize_name(name)].name for name in titles} == titles


def test_an_unrelated_project_of_a_founding_rows_name_is_not_covered() -> None:
    by_name = tables.load_incompatible().by_name
    assert not {canonicalize_name("sharp"), canonicalize_name("puppeteer")} & set(by_name)


def test_incompatible_rows_are_sorted_and_their_names_too() -> None:
    rows = tables.load_incompatible().rows
    assert_sorted(row.name for row in rows)
    assert_unique(row.name for row in rows)
    assert_unique(name for row in rows for name in row.names)
    for row in rows:
        assert_sorted(row.names)
        assert row.names or row.founding


def test_every_row_that_needs_a_container_names_an_alternative_with_a_url() -> None:
    alternatives = tables.load_alternatives()
    needing = [row for row in tables.load_incompatible().rows if row.effect is Effect.CONTAINER]
    assert all(row.alternative and alternatives[row.alternative].url for row in needing)


def test_every_alternative_that_a_row_or_a_service_names_exists() -> None:
    named = {row.alternative for row in tables.load_incompatible().rows if row.alternative is not None}
    assert (named | set(tables.load_workloads().services)) <= set(tables.load_alternatives())


def test_texts_of_rows_are_fragments_that_fit_into_a_sentence() -> None:
    for row in tables.load_incompatible().rows:
        for text in (row.category, row.reason, row.use):
            assert not text.endswith((".", ";", ",")), row.name
        assert row.use[0].islower(), row.name


def test_uncertain_rows_are_advice() -> None:
    uncertain = [row for row in tables.load_incompatible().rows if row.certainty == "uncertain"]
    assert uncertain
    assert {row.effect for row in uncertain} == {Effect.LIMITS}


def test_no_row_that_needs_a_container_denies_a_build_that_pyodide_has() -> None:
    built = {name for version in PYODIDES for name in tables.load_pyodide(version).packages}
    needing = [row for row in tables.load_incompatible().rows if row.effect is Effect.CONTAINER]
    denying = [row for row in needing if "has no WebAssembly build" in row.reason]
    assert denying
    assert not [row.name for row in denying if built & set(row.names)]
    assert {row.name for row in needing if built & set(row.names) and row.build_lifts} <= set(FOUNDING)


def test_every_row_of_the_research_is_covered(facts: Path) -> None:
    known = json.loads((facts / "incompatible.json").read_text())["rows"]
    table = tables.load_incompatible()
    names = {canonicalize_name(name) for row in known for name in (row["name"], *row["aliases"])}
    assert names - set(table.by_name) == {"sharp", "puppeteer"}
    assert {"sharp", "puppeteer"} <= {row.name for row in table.rows}


EFFECTS = {
    "container": Effect.CONTAINER,
    "remove": Effect.REMOVE,
    "replace-then-worker": Effect.REPLACE,
    "worker-with-limits": Effect.LIMITS,
    "conditional": Effect.LIMITS,
    "depends-on-runtime": Effect.LIMITS,
}


def test_effects_follow_the_research_and_uncertainty_makes_them_advice(facts: Path) -> None:
    table = tables.load_incompatible()
    for known in json.loads((facts / "incompatible.json").read_text())["rows"]:
        row = table.by_name.get(canonicalize_name(known["name"]))
        if row is None or row.founding:
            continue
        expected = Effect.LIMITS if known["certainty"] == "uncertain" else EFFECTS[known["verdict"]]
        assert row.effect is expected, row.name


# --- alternatives --------------------------------------------------------------------------------------------------


def test_alternatives_are_sorted() -> None:
    assert_sorted(tables.load_alternatives())
    assert_unique(row["key"] for row in read_toml("alternatives.toml")["rows"])


def test_alternatives_agree_with_the_research(facts: Path) -> None:
    alternatives = tables.load_alternatives()
    known = json.loads((facts / "alternatives.json").read_text())["alternatives"]
    for row in known:
        alternative = alternatives[row["key"]]
        assert (alternative.url, alternative.confidence) == (row["docs_url"], row["confidence"])
    assert set(alternatives) - {row["key"] for row in known} == {"container", "pyodide-build"}


# --- the standard library ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("python", PYTHONS)
def test_standard_library_tables_are_sorted(python: str) -> None:
    table = read_toml(f"stdlib/{python}.toml")
    for part in ("missing", "submodules_missing", "missing_attributes", "removed_attributes"):
        assert_sorted(table[part])
    assert_sorted(row["call"] for row in table["calls"])
    assert_unique(row["call"] for row in table["calls"])
    for names in table["missing_attributes"].values():
        assert_sorted(names)


def test_what_workers_do_otherwise_is_sorted() -> None:
    table = read_toml("stdlib/workers.toml")
    assert_sorted(table["removed"])
    assert all(re.fullmatch(r"3\.\d{1,2}", release) for release in table["removed"].values())
    assert_unique(f"{python} {row['call']}" for row in table["calls"] for python in row["pythons"])
    calls = [(row["call"], row["pythons"]) for row in table["calls"]]
    assert calls == sorted(calls)


def test_names_that_python_removed_are_not_among_those_that_the_platform_lacks() -> None:
    for python in PYTHONS:
        table = tables.load_stdlib(python)
        assert {"Callable", "MutableMapping"} <= table.removed_attributes["collections"]
        assert "getargspec" in table.removed_attributes["inspect"]
        for module, names in table.removed_attributes.items():
            assert names.isdisjoint(table.missing_attributes.get(module, ())), module


def test_the_bundles_of_older_runtimes_bring_what_plain_pyodide_lacks() -> None:
    for python in ("3.12", "3.13"):
        table = tables.load_stdlib(python)
        assert not {"ssl", "sqlite3", "lzma", "_hashlib", "pydoc_data"} & set(table.missing)
        assert "hashlib" not in table.missing_attributes
        assert table.calls["hashlib.pbkdf2_hmac"].outcome is Outcome.WORKS
        assert table.calls["socket.create_connection"].outcome is Outcome.FAILS
    newest = tables.load_stdlib("3.14")
    assert {"pbkdf2_hmac", "scrypt"} <= newest.missing_attributes["hashlib"]
    assert newest.calls["hashlib.pbkdf2_hmac"].outcome is Outcome.FAILS
    assert newest.calls["socket.create_connection"].outcome is Outcome.IN_HANDLERS


def test_terminals_and_file_locks_came_with_python_3_14() -> None:
    missing = [{"fcntl", "termios", "pty", "tty"} & set(tables.load_stdlib(python).missing) for python in PYTHONS]
    assert [len(modules) for modules in missing] == [4, 4, 0]


def test_a_module_counts_as_removed_from_the_release_on_that_lacks_it() -> None:
    assert [("cgi" in tables.load_stdlib(python).removed) for python in PYTHONS] == [False, True, True]
    assert all("distutils" in tables.load_stdlib(python).removed for python in PYTHONS)
    assert not any(tables.load_stdlib(python).removed & set(tables.load_stdlib(python).missing) for python in PYTHONS)


def test_threads_and_processes_start_nowhere() -> None:
    for python in PYTHONS:
        calls = tables.load_stdlib(python).calls
        for call in ("threading.Thread.start", "subprocess.run", "os.fork", "os.system", "multiprocessing.Pool"):
            assert calls[call].outcome is Outcome.FAILS
            assert calls[call].error


def test_the_gaps_of_python_3_14_agree_with_the_research(facts: Path) -> None:
    known = json.loads((facts / "stdlib_314.json").read_text())
    table = tables.load_stdlib("3.14")
    assert set(table.missing) == set(known["modules_that_fail"])
    elsewhere = set(table.missing) | table.removed
    submodules = {name for name in known["submodules_that_fail"] if name.partition(".")[0] not in elsewhere}
    assert submodules <= set(table.submodules_missing)
    for module, names in known["missing_attributes"].items():
        assert set(names) <= table.missing_attributes[module], module
    assert set(known["removed_from_python_by_3_14"]) - table.removed == {"pkg_resources", "setuptools"}


def test_calls_as_measured_on_python_3_14_agree_with_the_research(facts: Path) -> None:
    known = json.loads((facts / "stdlib_314.json").read_text())["calls"]
    text = (DATA / "stdlib" / "3.14.toml").read_text(encoding="utf-8")
    measured = tables.parse_stdlib(text, "data/stdlib/3.14.toml").calls
    in_both = set(known) & set(measured)
    assert len(in_both) > 20
    assert {name for name in in_both if known[name]["node24_jspi"] == "ok"} == {
        name for name in in_both if measured[name].outcome is Outcome.WORKS
    }


@pytest.mark.parametrize("python", PYTHONS)
def test_missing_modules_agree_with_the_research(facts: Path, python: str) -> None:
    known = json.loads((facts / "runtimes.json").read_text())["stdlib"]
    expected = {*known["missing_common"], *known["missing_extra"][python]}
    public = {name for name in tables.load_stdlib(python).missing if not name.startswith("_")}
    assert public - {"antigravity", "pydoc_data"} == expected


# --- platform and containers ---------------------------------------------------------------------------------------


def test_the_platforms_limits_are_those_of_the_paid_and_the_free_plan() -> None:
    platform = tables.load_platform()
    assert (platform.bundle_bytes, platform.memory_bytes) == (64 * 1024**2, 128 * 1024**2)
    assert (
        platform.cpu_ms_per_request_free < platform.cpu_ms_per_request_paid < platform.cpu_ms_per_request_paid_maximum
    )
    assert platform.public_index_url.endswith("/simple/")
    assert "314.0.7" in platform.pyodide_index_url_template.format(version="314.0.7")


def test_names_of_container_types_are_unique_and_lead_somewhere() -> None:
    table = tables.load_containers()
    assert_unique(row.name for row in table.types)
    assert {table.default, *table.aliases.values()} <= {row.name for row in table.types}


def test_services_and_imports_of_workloads_are_unique() -> None:
    table = read_toml("workloads.toml")
    assert_unique(row["alternative"] for row in table["services"])
    assert_unique(row["name"] for row in table["imports"])


def test_container_types_grow_and_cost_what_their_parts_cost() -> None:
    table = tables.load_containers()
    prices = table.prices
    sizes = [(row.memory_mib, row.disk_mb) for row in table.types]
    assert sizes == sorted(sizes)
    for row in table.types:
        memory = row.memory_mib / 1024 * prices.usd_per_gib_second_memory
        disk = row.disk_mb / 1000 * prices.usd_per_gb_second_disk
        assert row.usd_per_hour_memory_and_disk == pytest.approx((memory + disk) * 3600)
        assert row.usd_per_busy_hour_cpu == pytest.approx(row.vcpu * prices.usd_per_vcpu_second * 3600)


def test_containers_agree_with_the_research(facts: Path) -> None:
    known = json.loads((facts / "instance_types.json").read_text())
    table = tables.load_containers()
    types = [(row["name"], row["vcpu"], row["memory_mib"], row["disk_mb"]) for row in known["instance_types"]]
    assert [(row.name, row.vcpu, row.memory_mib, row.disk_mb) for row in table.types] == types
    assert dict(table.aliases) == known["deprecated_aliases"]
    assert table.account.vcpu == known["account_limits"]["concurrent_vcpu"]
    assert table.custom.memory_mib_per_vcpu_minimum == known["custom"]["min_memory_mib_per_vcpu"]
    assert table.default == known["default"]
