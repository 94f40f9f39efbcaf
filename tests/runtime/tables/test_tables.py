"""The loaders: what a sound table becomes, and that a broken one is refused with the key that breaks it."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.utils import canonicalize_name
from packaging.version import Version

from scanner.model.errors import TableError
from scanner.runtime import tables
from scanner.runtime.tables import Effect, Outcome
from scanner.runtime.tables.files import find_data

HEADER = """
version = 1
date = 2026-11-22
source = "a test"
"""

RUNTIMES = f"""{HEADER}
base_flag = "python_workers"
other_flags = ["python_workflows"]

[[runtimes]]
python = "3.14"
python_full_version = "3.14.2"
flag = "python_workers_314"
disable_flag = "no_python_workers_314"
enable_date = 2026-09-08
runtime_pyodide = "314.0.6"
package_pyodide = "314.0.7"
emscripten = "5.0.3"
platform_tags = ["pyemscripten_2026_0_wasm32", "pyodide_2026_0_wasm32"]
sockets = true
run_sync = true
openssl = false
status = "current"
note = "a note"
source = "a better source"
date = 2026-11-23

[[runtimes]]
python = "3.12"
python_full_version = "3.12.7"
flag = "python_workers"
runtime_pyodide = "0.26.0a2"
package_pyodide = "0.27.7"
emscripten = "3.1.52"
platform_tags = ["pyemscripten_2024_0_wasm32"]
sockets = false
run_sync = false
openssl = true
status = "legacy"

[markers."3.14"]
implementation_name = "cpython"
implementation_version = "3.14.2"
os_name = "posix"
platform_machine = "wasm32"
platform_python_implementation = "CPython"
platform_release = "5.0.3"
platform_system = "Emscripten"
platform_version = "#1"
python_full_version = "3.14.2"
python_version = "3.14"
sys_platform = "emscripten"
"""

PYODIDE = json.dumps(
    {
        "version": 1,
        "date": "2026-11-22",
        "source": "a test",
        "pyodide": "314.0.7",
        "python": "3.14.2",
        "abi": "2026_0",
        "modules": ["ssl"],
        "packages": {
            "numpy": {
                "version": "2.4.6",
                "filename": "numpy-2.4.6-cp314-cp314-pyemscripten_2026_0_wasm32.whl",
                "depends": ["six"],
                "imports": ["numpy"],
                "sha256": "0" * 64,
                "size_bytes": 12,
            },
            "six": {"version": "1.17.0", "filename": "six-1.17.0-py3-none-any.whl", "depends": [], "imports": ["six"]},
        },
    }
)

ALTERNATIVES = f"""{HEADER}
[[rows]]
key = "container"
product = "Containers"
url = "https://example.org/containers/"
note = "a note"
confidence = "verified"
"""

INCOMPATIBLE = f"""{HEADER}
[[rows]]
name = "ffmpeg"
names = ["ffmpeg-python", "imageio-ffmpeg"]
category = "video processing"
reason = "starts a program"
effect = "container"
use = "run it in a container"
alternative = "container"
build_lifts = false
certainty = "verified"
founding = true

[[rows]]
name = "redis"
names = ["redis"]
category = "cache"
reason = "needs TCP"
effect = "limits"
use = "use a cache"
build_lifts = false
certainty = "uncertain"
founding = false
"""

STDLIB = f"""{HEADER}
python = "3.14"
interpreters = ["2.7.18", "3.13.0"]

[missing]
curses = "ModuleNotFoundError: no curses"

[submodules_missing]
"asyncio.windows_events" = "ImportError: win32 only"

[removed_attributes]
collections = ["Callable"]

[missing_attributes]
hashlib = ["scrypt"]
os = ["geteuid", "mkfifo"]

[[calls]]
call = "hashlib.scrypt"
outcome = "fails"
error = "AttributeError: none"

[[calls]]
call = "time.sleep"
outcome = "works"
"""

WORKERS_STDLIB = f"""{HEADER}
[removed]
cgi = "3.13"

[added_modules]
"3.12" = ["ssl"]

[added_attributes]
"3.12" = ["hashlib.scrypt"]

[[calls]]
call = "hashlib.scrypt"
pythons = ["3.12"]
outcome = "works"
"""

PLATFORM = f"""{HEADER}
[indexes]
public_index_url = "https://index.example.org/simple/"
npm_registry_url = "https://npm.example.org/"
pyodide_index_url_template = "https://pyodide.example.org/{{version}}"

[limits]
bundle_bytes = 67108864
bundle_excluded = ["*.pyc"]
memory_bytes = 134217728
startup_cpu_ms = 1000
cpu_ms_per_request_free = 10
cpu_ms_per_request_paid = 30000
cpu_ms_per_request_paid_maximum = 300000
cpu_ms_per_cron_free = 10
cpu_ms_per_cron_paid_below_an_hour = 30000
cpu_ms_per_cron_paid = 900000
wall_seconds_in_background = 900
subrequests_free = 50
subrequests_paid = 10000
subrequests_paid_maximum = 10000000
requests_per_day_free = 100000
connections = 6
"""

CONTAINERS = f"""{HEADER}
default = "lite"
max_instances_default = 20
get_random_default = 3

[[types]]
name = "lite"
vcpu = 0.0625
memory_mib = 256
disk_mb = 2000
usd_per_hour_memory_and_disk = 0.002754
usd_per_busy_hour_cpu = 0.0045

[aliases]
dev = "lite"

[custom]
vcpu_minimum = 1
vcpu_maximum = 4
memory_mib_maximum = 12288
memory_mib_per_vcpu_minimum = 3072
disk_mb_maximum = 20000

[account]
memory_gib = 6144
vcpu = 1500
disk_gb = 30000
image_storage_gb = 50

[prices]
usd_per_month_plan = 5
usd_per_gib_second_memory = 0.0000025
usd_per_vcpu_second = 0.00002
usd_per_gb_second_disk = 0.00000007
included_memory_gib_hours = 25
included_vcpu_minutes = 375
included_disk_gb_hours = 200
billed_per_ms = 10

[[prices.egress]]
key = "everywhere"
region = "everywhere"
usd_per_gb = 0.025
included_gb = 1000
"""

WORKERS_PY = f"""{HEADER}
[[releases]]
versions = ["1.17.0", "1.16.7"]

[[releases.runtimes]]
python = "3.14"
python_full_version = "3.14.2"
flag = "python_workers_20260610"
enable_date = 2026-08-25
package_pyodide = "314.0.2"
experimental = true

[[releases]]
versions = ["1.15.0"]

[[releases.runtimes]]
python = "3.12"
python_full_version = "3.12.7"
flag = "python_workers"
package_pyodide = "0.27.7"
experimental = false
"""

WORKERS_SDK = f"""{HEADER}
sdk = "1.9.5"
provided = ["workers"]
injected = ["js"]

[[patches]]
module = "anyio.to_thread"
kind = "behaviour"

[[patches]]
module = "fastapi.telemetry"
kind = "entropy"
distribution = "fastapi"
minimum_version = "0.142.0"
"""

Parse = Callable[[str, str], object]

SOUND: Mapping[str, tuple[Parse, str]] = {
    "alternatives": (tables.parse_alternatives, ALTERNATIVES),
    "containers": (tables.parse_containers, CONTAINERS),
    "incompatible": (tables.parse_incompatible, INCOMPATIBLE),
    "markers": (tables.parse_marker_environments, RUNTIMES),
    "platform": (tables.parse_platform, PLATFORM),
    "pyodide": (tables.parse_pyodide, PYODIDE),
    "runtimes": (tables.parse_runtimes, RUNTIMES),
    "stdlib": (tables.parse_stdlib, STDLIB),
    "workers-py": (tables.parse_workers_py, WORKERS_PY),
    "workers-sdk": (tables.parse_workers_sdk, WORKERS_SDK),
    "workers-stdlib": (tables.parse_workers_stdlib, WORKERS_STDLIB),
}

WITH_HEADER = sorted(set(SOUND) - {"markers"})


def refuse(parse: Parse, text: str) -> TableError:
    with pytest.raises(TableError) as caught:
        parse(text, "data/broken.toml")
    assert caught.value.path == "data/broken.toml"
    return caught.value


def explain(parse: Parse, text: str) -> str:
    """What a table is refused with; empty where it is taken."""
    try:
        parse(text, "data/broken.toml")
    except TableError as error:
        return str(error)
    return ""


def test_runtimes_keep_their_order_and_their_own_source() -> None:
    table = tables.parse_runtimes(RUNTIMES, "data/runtimes.toml")
    newest, base = table.runtimes
    assert (newest.flag, newest.enable_date, newest.note) == ("python_workers_314", dt.date(2026, 9, 8), "a note")
    assert (newest.provenance.source, newest.provenance.date) == ("a better source", dt.date(2026, 11, 23))
    assert (base.enable_date, base.disable_flag, base.note) == (None, None, None)
    assert (base.provenance.source, base.provenance.date) == ("a test", dt.date(2026, 11, 22))
    assert (table.version, table.date, table.other_flags) == (1, dt.date(2026, 11, 22), frozenset({"python_workflows"}))


def test_a_marker_environment_has_the_eleven_markers() -> None:
    (environment,) = tables.parse_marker_environments(RUNTIMES, "data/runtimes.toml").values()
    assert len(environment) == 11
    assert environment["sys_platform"] == "emscripten"


def test_a_pyodide_release_has_its_packages_by_normalised_name() -> None:
    release = tables.parse_pyodide(PYODIDE, "data/pyodide/314.0.7.json")
    numpy, six = release.packages[canonicalize_name("NumPy")], release.packages[canonicalize_name("six")]
    assert (numpy.version, numpy.depends, numpy.size_bytes) == (Version("2.4.6"), ("six",), 12)
    assert (six.sha256, six.size_bytes) == (None, None)
    assert release.modules == {"ssl"}


def test_the_incompatible_table_is_found_by_every_name_of_a_row() -> None:
    table = tables.parse_incompatible(INCOMPATIBLE, "data/incompatible.toml")
    ffmpeg, redis = table.rows
    assert table.by_name[canonicalize_name("imageio_ffmpeg")] is ffmpeg
    assert canonicalize_name("ffmpeg") not in table.by_name
    assert (ffmpeg.effect, ffmpeg.alternative, redis.effect, redis.alternative) == (
        Effect.CONTAINER,
        "container",
        Effect.LIMITS,
        None,
    )


def test_a_call_that_works_says_nothing_of_errors() -> None:
    table = tables.parse_stdlib(STDLIB, "data/stdlib/3.14.toml")
    assert table.calls["time.sleep"].outcome is Outcome.WORKS
    assert table.calls["time.sleep"].error is None
    assert table.missing_attributes["os"] == {"geteuid", "mkfifo"}


def test_prices_and_sizes_of_containers_are_numbers() -> None:
    table = tables.parse_containers(CONTAINERS, "data/containers.toml")
    assert table.types[0].vcpu == 0.0625
    assert table.prices.usd_per_month_plan == 5.0
    assert table.aliases["dev"] == table.default


@pytest.mark.parametrize(
    ("version", "nearest"),
    [(None, "1.17.0"), ("2.0", "1.17.0"), ("1.16.9", "1.16.7"), ("1.16.7", "1.16.7"), ("1.6.1", "1.15.0")],
)
def test_the_nearest_known_release_is_not_newer_if_there_is_such(version: str | None, nearest: str) -> None:
    table = tables.parse_workers_py(WORKERS_PY, "data/workers-py.toml")
    assert table.find_nearest(Version(version) if version else None) == Version(nearest)
    assert table.releases[Version("1.16.7")][0].enable_date == dt.date(2026, 8, 25)


def test_a_patch_applies_from_its_minimum_version_on() -> None:
    patches = tables.parse_workers_sdk(WORKERS_SDK, "data/workers-runtime-sdk.toml").patches
    assert patches["anyio.to_thread"].covers(None)
    telemetry = patches["fastapi.telemetry"]
    assert telemetry.covers(Version("0.142.0"))
    assert not telemetry.covers(Version("0.141.9"))
    assert not telemetry.covers(None)


@pytest.mark.parametrize("python", ["3.15", "", "../runtimes", "3"])
def test_a_python_without_a_table_is_a_table_error(python: str) -> None:
    for load in (tables.load_stdlib, tables.load_marker_environment):
        with pytest.raises(TableError):
            load(python)


@pytest.mark.parametrize("version", ["0.0.1", "", "../stdlib", "1\0"])
def test_a_pyodide_release_without_a_table_is_a_table_error(version: str) -> None:
    with pytest.raises(TableError):
        tables.load_pyodide(version)


def test_the_packaged_tables_win_over_those_beside_the_package(tmp_path: Path) -> None:
    package = tmp_path / "scanner"
    package.mkdir()
    assert find_data(package) == tmp_path / "data"
    (package / "data").mkdir()
    assert find_data(package) == package / "data"


def test_importing_the_loaders_does_not_import_a_toml_parser() -> None:
    script = "import sys, scanner.runtime.tables; sys.exit('tomli' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize("name", sorted(SOUND))
def test_a_text_that_is_no_table_is_refused_as_a_whole(name: str) -> None:
    parse, _ = SOUND[name]
    for text in ("[", "\0", "[" * 100_000, "x = " + "[" * 100_000, "x = 1" + "0" * 5_000, "[]" * 2):
        assert refuse(parse, text).key == "file"


@pytest.mark.parametrize("name", WITH_HEADER)
def test_a_table_without_version_date_or_source_is_refused(name: str) -> None:
    parse, text = SOUND[name]
    for key, gone in (("version", "old"), ("date", "day"), ("source", "origin")):
        broken = text.replace(f'"{key}"', f'"{gone}"', 1) if name == "pyodide" else text.replace(key, gone, 1)
        error = refuse(parse, broken)
        assert (error.key, error.reason) == (key, "is missing")


@pytest.mark.parametrize("name", WITH_HEADER)
def test_a_key_that_nobody_reads_is_refused(name: str) -> None:
    parse, text = SOUND[name]
    broken = text.replace('{"version"', '{"colour": 1, "version"', 1) if name == "pyodide" else f"colour = 1\n{text}"
    error = refuse(parse, broken)
    assert (error.key, error.reason) == ("colour", "unknown key")


BREAKAGES = [
    ("alternatives", 'key = "container"', "key = 3", "rows[0].key", "is not a string"),
    ("alternatives", "https://", "http://", "rows[0].url", "not an https URL"),
    ("alternatives", '"verified"', '"sure"', "rows[0].confidence", "must be one of verified, listed, uncertain"),
    ("alternatives", '"a note"', '" a note"', "rows[0].note", "not trimmed"),
    ("alternatives", '"a note"', '"a\\u001b[31mnote"', "rows[0].note", "not printable"),
    ("alternatives", "[[rows]]", "[rows]", "rows", "is not a list"),
    ("alternatives", "[[rows]]", "rows = [1]\n[[others]]", "rows[0]", "is not a table"),
    ("containers", "vcpu = 0.0625", "vcpu = nan", "types[0].vcpu", "must be a number"),
    ("containers", "vcpu = 0.0625", "vcpu = true", "types[0].vcpu", "must be a number"),
    (
        "containers",
        "memory_mib = 256",
        "memory_mib = -1",
        "types[0].memory_mib",
        "must be a whole number of at least 1",
    ),
    ("containers", "memory_mib = 256", "memory_mib = 0.5", "types[0].memory_mib", "is not a whole number"),
    ("containers", "included_gb = 1000", "included_tb = 1", "prices.egress[0].included_gb", "is missing"),
    ("incompatible", '"ffmpeg-python"', '"FFmpeg_Python"', "rows[0].names[0]", "not normalised: 'ffmpeg-python'"),
    ("incompatible", '"imageio-ffmpeg"', '"-"', "rows[0].names[1]", "not a distribution name"),
    ("incompatible", '"imageio-ffmpeg"', "7", "rows[0].names[1]", "is not a string"),
    ("incompatible", '"limits"', '"forbid"', "rows[1].effect", "must be one of container, replace, remove, limits"),
    ("incompatible", "founding = true", "founding = 1", "rows[0].founding", "is not true or false"),
    ("markers", 'os_name = "posix"\n', "", 'markers."3.14".os_name', "is missing"),
    ("markers", "os_name", "os_nome", 'markers."3.14".os_name', "is missing"),
    ("markers", "[markers", "[makers", "markers", "is missing"),
    ("platform", "memory_bytes = 1", 'memory_bytes = "1"\nx = 1', "limits.memory_bytes", "is not a whole number"),
    ("pyodide", '"2.4.6"', '"two"', "packages.numpy.version", "'two' is not a version"),
    ("pyodide", '["six"]', '["Six"]', "packages.numpy.depends[0]", "not normalised"),
    ("pyodide", '"six": {', '"six\\ud800": {', 'packages."six\\ud800"', "not printable"),
    ("pyodide", "six-1.17.0-py3-none-any.whl", "../six.whl", "packages.six.filename", "not the file name of a wheel"),
    (
        "pyodide",
        "six-1.17.0-py3-none-any.whl",
        "six-1.17.0.zip",
        "packages.six.filename",
        "not the file name of a wheel",
    ),
    ("pyodide", "0" * 64, "0" * 63, "packages.numpy.sha256", "not a SHA-256 digest"),
    ("pyodide", '"2026-11-22"', '"yesterday"', "date", "is not a date"),
    ("pyodide", '"packages"', '"parcels"', "packages", "is missing"),
    ("runtimes", "date = 2026-11-22", "date = 2026-11-22T10:00:00Z", "date", "is not a date"),
    ("runtimes", "date = 2026-11-22", "date = 3", "date", "is not a date"),
    ("runtimes", "version = 1", "version = 0", "version", "must be a whole number of at least 1"),
    ("runtimes", '"pyodide_2026_0_wasm32"', '""', "runtimes[0].platform_tags[1]", "is empty"),
    ("stdlib", '"works"', '"perhaps"', "calls[1].outcome", "must be one of works, fails, in-handlers"),
    ("stdlib", '"mkfifo"', "0", "missing_attributes.os[1]", "is not a string"),
    ("stdlib", "[missing]\ncurses", '[missing]\n"a\\u001b[1m"', 'missing."a\\x1b[1m"', "not printable"),
    ("workers-py", '"1.16.7"', '"1.17.0"', "releases[0].versions", "out of order or listed twice"),
    ("workers-py", '"1.15.0"', '"1.18.0"', "releases[1].versions", "out of order or listed twice"),
    ("workers-py", '"1.16.7"', '"new"', "releases[0].versions[1]", "not a version"),
    (
        "workers-py",
        '"3.12.7"',
        '"3.13.2"',
        "releases[1].runtimes[0].python_full_version",
        "not a release of Python 3.12",
    ),
    ("workers-py", "[[releases.runtimes]]", "[[releases.rows]]", "releases[0].runtimes", "is missing"),
    ("workers-sdk", '"anyio.to_thread"', '"fastapi.telemetry"', "patches[1].module", "is listed twice"),
    ("workers-sdk", '"anyio.to_thread"', '"../anyio"', "patches[0].module", "not a module name"),
    ("workers-sdk", '"0.142.0"', '"new"', "patches[1].minimum_version", "not a version"),
    ("workers-sdk", 'distribution = "fastapi"', "", "patches[1].minimum_version", "requires `distribution`"),
    ("workers-sdk", '"behaviour"', '"threads"', "patches[0].kind", "must be one of entropy, behaviour"),
]


@pytest.mark.parametrize(("name", "old", "new", "key", "reason"), BREAKAGES)
def test_a_broken_row_is_refused_with_its_key(name: str, old: str, new: str, key: str, reason: str) -> None:
    parse, text = SOUND[name]
    assert old in text
    error = refuse(parse, text.replace(old, new, 1))
    assert error.key == key
    assert reason in error.reason
    assert str(error) == f"data/broken.toml: {key}: {error.reason}"


@pytest.mark.parametrize("name", sorted(SOUND))
def test_an_empty_document_is_refused(name: str) -> None:
    parse, _ = SOUND[name]
    assert refuse(parse, "").key
    assert refuse(parse, "[]" if name == "pyodide" else "rows = []").key


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def to_toml(value: object) -> str:
    """A value as TOML; None, which TOML lacks, becomes a date, which JSON lacks."""
    match value:
        case None:
            return "2026-11-22"
        case bool() | str():
            return json.dumps(value)
        case int():
            return str(value)
        case float():
            return repr(value)
        case list():
            return f"[{', '.join(map(to_toml, value))}]"
        case dict():
            return "{" + ", ".join(f"{json.dumps(key)} = {to_toml(item)}" for key, item in value.items()) + "}"
        case _:
            raise AssertionError(value)


def key_paths(value: object) -> list[tuple[str | int, ...]]:
    """Where every value of a document stands."""
    paths: list[tuple[str | int, ...]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        paths.append((key,))
        paths.extend((key, *rest) for rest in key_paths(item))
    return paths


def put(value: object, path: tuple[str | int, ...], new: object) -> object:
    """A copy of a document with another value in one place."""
    if not path:
        return new
    first, *rest = path
    if isinstance(value, dict):
        return {key: put(item, tuple(rest), new) if key == first else item for key, item in value.items()}
    assert isinstance(value, list)
    return [put(item, tuple(rest), new) if index == first else item for index, item in enumerate(value)]


def read_document(name: str, text: str) -> object:
    if name == "pyodide":
        return json.loads(text)
    return json.loads(json.dumps(tomllib.loads(text), default=lambda _: None))


def write_document(name: str, document: object) -> str:
    if name == "pyodide":
        return json.dumps(document)
    if not isinstance(document, dict):
        return to_toml(document)
    return "\n".join(f"{json.dumps(key)} = {to_toml(value)}" for key, value in document.items())


@pytest.mark.parametrize("name", sorted(SOUND))
def test_a_sound_table_is_still_sound_when_written_again(name: str) -> None:
    parse, text = SOUND[name]
    assert parse(write_document(name, read_document(name, text)), "data/again.toml")


@pytest.mark.parametrize("name", sorted(SOUND))
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_any_value_in_any_place_is_taken_or_is_a_table_error(name: str, data: st.DataObject) -> None:
    parse, text = SOUND[name]
    document = read_document(name, text)
    path = data.draw(st.sampled_from(key_paths(document)))
    broken = write_document(name, put(document, path, data.draw(VALUES)))
    assert explain(parse, broken).isprintable()


@pytest.mark.parametrize("name", sorted(SOUND))
@settings(deadline=None, max_examples=60)
@given(text=st.text())
def test_any_text_at_all_is_a_table_error(name: str, text: str) -> None:
    parse, _ = SOUND[name]
    assert refuse(parse, text).key


@pytest.mark.parametrize("name", sorted(SOUND))
@settings(deadline=None, max_examples=60)
@given(document=st.dictionaries(st.text(max_size=8), VALUES, max_size=4))
def test_any_document_at_all_is_a_table_error(name: str, document: dict[str, object]) -> None:
    parse, _ = SOUND[name]
    assert refuse(parse, write_document(name, document)).key
