"""`compat-scan data update` against loopback registries: what changes, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from scanner.runtime import tables
from scanner.runtime.target import choose_target, find_unknown_flags
from tests.refresh.conftest import LOCK, METADATA, SCHEMA, UTILS, pack, serve_npm

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run

pytestmark = pytest.mark.usefixtures("shipped_again")

FLAGS = ("python_workers", "python_workers_315")
BUNDLE = "tables.json"


def _update(run: Run, registries: FakeIndex, folder: Path, *words: str) -> tuple[int, str, str]:
    npm = f"{registries.origin}/npm/"
    result = run("data", "update", "--npm-registry-url", npm, "--cache-dir", str(folder), *words)
    return result.exit_code, result.stdout, result.stderr


def test_a_new_runtime_is_unknown_before_the_update_and_judged_after_it(
    run: Run, registries: FakeIndex, cache_folder: Path
) -> None:
    assert find_unknown_flags(FLAGS) == ("python_workers_315",)
    code, output, _ = _update(run, registries, cache_folder)
    assert code == 0
    assert "runtimes.toml: + python_workers_315 from 2027-03-02 (Python 3.15, Pyodide 315.0.1)" in output
    tables.use_updates(tables.read_updates(cache_folder))
    assert find_unknown_flags(FLAGS) == ()
    target = choose_target(date(2027, 1, 1), FLAGS)
    assert (target.python, target.pyodide) == ("3.15.1", "315.0.1")
    assert target.markers["python_version"] == "3.15"
    assert target.markers["platform_release"] == "6.0.5"
    assert any(tag.platform == "pyemscripten_2026_5_wasm32" for tag in target.tags)
    assert tables.load_stdlib("3.15").missing == tables.load_stdlib("3.14").missing
    assert any("was not run" in note for note in target.notes)
    assert choose_target(date(2027, 3, 2), FLAGS[:1]).python == "3.15.1"


def test_a_scan_uses_the_updated_tables(run: Run, registries: FakeIndex, cache_folder: Path) -> None:
    _update(run, registries, cache_folder)
    words = ("runtimes", "--format", "json", "--compatibility-date", "2027-03-02")
    env = {"COMPAT_SCAN_CACHE_DIR": str(cache_folder)}
    rows = json.loads(run(*words, env=env).stdout)["runtimes"]
    assert next(row["pyodide"] for row in rows if row["is_chosen"]) == "315.0.1"
    rows = json.loads(run(*words).stdout)["runtimes"]
    assert next(row["pyodide"] for row in rows if row["is_chosen"]) == "314.0.7"


def test_a_scan_judges_for_the_new_python(
    run: Run, registries: FakeIndex, make_wheel: MakeWheel, cache_folder: Path
) -> None:
    _update(run, registries, cache_folder)
    registries.add(make_wheel("native", "2.0", tag="cp315-cp315-pyemscripten_2026_5_wasm32"))
    registries.add(make_wheel("native", "1.0", tag="cp314-cp314-pyemscripten_2026_0_wasm32"))
    wrangler = (
        'main = "src/entry.py"\ncompatibility_date = "2027-01-01"\ncompatibility_flags = ["python_workers", FLAG]\n'
    )
    for flag, python, verdict in (('"python_workers_315"', "3.15.1", "workers"), ('"x"', "3.14.2", "container")):
        files = {"requirements.txt": "native==2.0\n", "wrangler.toml": wrangler.replace("FLAG", flag)}
        result = run(
            "requirements.txt", "--format", "json", files=files, env={"COMPAT_SCAN_CACHE_DIR": str(cache_folder)}
        )
        report = json.loads(result.stdout)
        assert (report["projects"][0]["target"]["python"], report["verdict"]) == (python, verdict)


def test_every_table_is_updated_and_no_row_is_dropped(run: Run, registries: FakeIndex, cache_folder: Path) -> None:
    flags = {row.flag for row in tables.load_runtimes().runtimes}
    history = set(tables.load_workers_py().releases)
    _update(run, registries, cache_folder)
    tables.use_updates(tables.read_updates(cache_folder))
    assert {row.flag for row in tables.load_runtimes().runtimes} == flags | {"python_workers_315"}
    assert set(tables.load_workers_py().releases) == history | {Version("1.18.0")}
    sdk = tables.load_workers_sdk()
    assert (sdk.sdk, "new_package._core" in sdk.patches, "numpy.random" in sdk.patches) == ("1.10.0", True, False)
    assert sdk.patches["fastapi.telemetry"].minimum_version == Version("0.142.0")
    assert {"_cloudflare_new", "js", "_pyodide_entrypoint_helper"} <= sdk.injected
    assert "json" not in sdk.injected
    keys = tables.load_wrangler_keys()
    assert (keys.wrangler, sorted(keys.keys)) == ("4.200.0", ["containers", "name", "new_key"])
    assert keys.not_inherited == {"containers", "new_key"}
    assert "command" not in keys.before
    assert list(tables.load_pyodide("315.0.1").packages) == ["numpy"]


def test_the_age_is_new_again_after_an_update(run: Run, registries: FakeIndex, cache_folder: Path) -> None:
    today = datetime.now(tz=UTC).date()
    _update(run, registries, cache_folder)
    tables.use_updates(tables.read_updates(cache_folder))
    age = tables.find_data_age(["314.0.7", "315.0.1"], today)
    assert (age.age_days, age.origin) == (0, "updated")


def test_check_changes_nothing_and_says_what_would_change(run: Run, registries: FakeIndex, cache_folder: Path) -> None:
    code, output, _ = _update(run, registries, cache_folder, "--check")
    assert code == 1
    assert "workers-py.toml: + 1.18.0" in output
    assert "workers-runtime-sdk.toml: + new_package._core" in output
    assert "pyodide/315.0.1.json: new" in output
    assert not cache_folder.exists()


def test_a_second_update_has_nothing_to_change(run: Run, registries: FakeIndex, cache_folder: Path) -> None:
    _update(run, registries, cache_folder)
    assert _update(run, registries, cache_folder, "--check")[:2] == (0, "")
    fetched = registries.count("/npm/pyodide/-/pyodide-315.0.1.tgz")
    assert _update(run, registries, cache_folder)[0] == 0
    assert registries.count("/npm/pyodide/-/pyodide-315.0.1.tgz") == fetched == 1


def test_reset_goes_back_to_the_shipped_tables(run: Run, registries: FakeIndex, cache_folder: Path) -> None:
    _update(run, registries, cache_folder)
    assert run("data", "reset", "--cache-dir", str(cache_folder)).exit_code == 0
    assert list(cache_folder.iterdir()) == []
    assert "no updated tables" in run("data", "reset", "--cache-dir", str(cache_folder)).stdout


def test_a_file_of_the_scanned_project_cannot_bring_tables(run: Run, registries: FakeIndex, cache_folder: Path) -> None:
    _update(run, registries, cache_folder)
    config = f'cache-dir = "{cache_folder}"\n'
    rows = json.loads(run("runtimes", "--format", "json", files={"compat-scan.toml": config}).stdout)["runtimes"]
    assert "3.15 (3.15.1)" not in {row["python"] for row in rows}


def test_an_update_reads_no_configuration_of_a_project(run: Run, registries: FakeIndex, cache_folder: Path) -> None:
    files = {
        "compat-scan.toml": 'index-url = "http://127.0.0.1:9/"\n',
        "uv.toml": 'index-url = "http://127.0.0.1:9/"\n',
    }
    for name, text in files.items():
        Path(name).write_text(text, encoding="utf-8")
    # HOME is the same folder in these tests, so that uv's file would count as the user's own.
    home = cache_folder.parent / "home"
    home.mkdir()
    result = run(
        "data", "update", "--npm-registry-url", f"{registries.origin}/npm", "--cache-dir", str(cache_folder),
        env={"HOME": str(home), "XDG_CONFIG_DIRS": str(home)},
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr


# --- what is refused ------------------------------------------------------------------------------------------------

Break = Callable[["FakeIndex", "MakeWheel"], None]


def _sources(metadata: str = METADATA, utils: str = UTILS) -> Break:
    def apply(index: FakeIndex, make_wheel: MakeWheel) -> None:
        files = {"pywrangler/metadata.py": metadata, "pywrangler/utils.py": utils}
        index.add(make_wheel("workers-py", "1.18.1", files=files))

    return apply


def _lock(lock: object) -> Break:
    def apply(index: FakeIndex, _: MakeWheel) -> None:
        serve_npm(index, "pyodide", "315.0.1", pack({"package/pyodide-lock.json": json.dumps(lock).encode()}))

    return apply


def _answer(what: str, body: bytes | str = b"", **rule: object) -> Break:
    def apply(index: FakeIndex, _: MakeWheel) -> None:
        index.answer(what, body, **rule)  # type: ignore[arg-type]

    return apply


def _file(path: str, cut: Callable[[bytes], bytes]) -> Break:
    def apply(index: FakeIndex, _: MakeWheel) -> None:
        index.serve(path, cut(index.file(path) or b""))

    return apply


def _packed(members: dict[str, bytes]) -> Break:
    return lambda index, _: serve_npm(index, "pyodide", "315.0.1", pack(members))


WHEEL = "/files/workers-py/workers_py-1.18.0-py3-none-any.whl"
ARCHIVE = "/npm/pyodide/-/pyodide-315.0.1.tgz"
DOCUMENT = "/npm/pyodide/315.0.1"
LOCK_BYTES = json.dumps(LOCK).encode()

REFUSED: dict[str, tuple[Break, str]] = {
    "a wheel cut short": (_file(WHEEL, lambda data: data[:-9]), "sha256"),
    "a wheel with another hash": (_file(WHEEL, lambda data: data[:-1] + b"x"), "sha256"),
    "no project": (_answer("workers-py", status=404), "do not have this project"),
    "an index that is down": (lambda index, _: index.fail("workers-py", status=503), "503"),
    "200 MB announced": (
        _answer(WHEEL, b"x" * 10, headers={"Content-Length": str(200_000_000)}),
        "larger than",
    ),
    "Python that does not parse": (_sources("PYTHON_COMPAT_VERSIONS = ["), "no Python source"),
    "rows that are no calls": (_sources("PYTHON_COMPAT_VERSIONS = [1]"), "has no list"),
    "a date of another form": (_sources(METADATA.replace('"2027-03-02"', "when()")), "a date"),
    "a flag of another form": (_sources(METADATA.replace("python_workers_315", "../../x")), "unexpected form"),
    "a version of another form": (_sources(METADATA.replace('"3.15"', '"four"')), "unexpected form"),
    "an index of another form": (_sources(utils=UTILS.replace("315.0.1", "../315")), "names no index"),
    "a known flag for another Python": (
        _sources(METADATA.replace('"3.15", "python_workers_315"', '"3.15", "python_workers_314"', 1)),
        "and not 3.14",
    ),
    "an archive with another hash": (_file(ARCHIVE, lambda data: data + b"x"), "sha512"),
    "no hash at all": (_answer(DOCUMENT, json.dumps({"version": "315.0.1", "dist": {}})), "no document"),
    "a weak hash": (
        _answer(DOCUMENT, json.dumps({"version": "315.0.1", "dist": {"integrity": "sha1-AAAA"}})),
        "sha512",
    ),
    "another version": (
        _answer(DOCUMENT, json.dumps({"version": "315.0.2", "dist": {"integrity": "sha512-AAAA"}})),
        "404",
    ),
    "no JSON": (_answer(DOCUMENT, "<html>"), "no document"),
    "a path out of the archive": (
        _packed({"../evil": b"", "package/pyodide-lock.json": LOCK_BYTES}),
        "evil",
    ),
    "an absolute path": (_packed({"/etc/passwd": b"", "package/pyodide-lock.json": LOCK_BYTES}), "/etc/passwd"),
    "no lock": (_packed({"package/README.md": b""}), "has no file"),
    "a lock of wrong types": (_lock({**LOCK, "packages": {"numpy": {"name": 1}}}), "expected form"),
    "a lock that is a list": (_lock([]), "no JSON object"),
    "a lock with a path": (
        _lock({**LOCK, "packages": {"numpy": {**LOCK["packages"]["numpy"], "file_name": "../../numpy-1.whl"}}}),
        "is not the file name of a wheel",
    ),
    "a lock for another Python": (_lock({**LOCK, "info": {**LOCK["info"], "python": "3.14.2"}}), "another ABI"),
    "an empty lock": (_lock({**LOCK, "packages": {}}), "has no table"),
    "a schema of wrong types": (
        lambda index, _: serve_npm(
            index, "wrangler", "4.200.0", pack({"package/config-schema.json": b'{"definitions": []}'}), tag="latest"
        ),
        "expected form",
    ),
    "a schema with an escape sequence": (
        lambda index, _: serve_npm(
            index,
            "wrangler",
            "4.200.0",
            pack({"package/config-schema.json": json.dumps(SCHEMA).replace("new_key", "\\u001b[2J").encode()}),
            tag="latest",
        ),
        "expected form",
    ),
    "an SDK that patches nothing": (
        lambda index, make_wheel: _add_sdk(index, make_wheel, {"_workers_sdk_package_patches.py": ""}),
        "is missing",
    ),
}


def _add_sdk(index: FakeIndex, make_wheel: MakeWheel, files: dict[str, str]) -> None:
    index.add(make_wheel("workers-runtime-sdk", "1.11.0", files=files))


@pytest.mark.parametrize("name", sorted(REFUSED))
@pytest.mark.parametrize("has_older_update", [False, True])
def test_an_answer_that_cannot_be_trusted_leaves_the_old_data_in_force(
    run: Run, registries: FakeIndex, make_wheel: MakeWheel, cache_folder: Path, name: str, *, has_older_update: bool
) -> None:
    old = b""
    if has_older_update:
        _write_older_update(cache_folder)
        old = (cache_folder / BUNDLE).read_bytes()
    apply, reason = REFUSED[name]
    apply(registries, make_wheel)
    code, _, errors = _update(run, registries, cache_folder)
    assert code == 3
    assert reason in errors
    assert "nothing was changed" in errors
    assert "\x1b" not in errors
    assert [path.read_bytes() for path in cache_folder.glob("*")] == ([old] if has_older_update else [])


def _write_older_update(folder: Path) -> None:
    from scanner.refresh.store import write_updates  # noqa: PLC0415  # for these tests only

    write_updates(tables.Updates(date=date(2026, 12, 1), texts={}), folder)


def test_a_wheel_without_a_hash_is_refused(
    run: Run, index: FakeIndex, make_wheel: MakeWheel, cache_folder: Path
) -> None:
    index.add(make_wheel("workers-py", "1.18.0", files={}), with_hash=False)
    code, _, errors = _update(run, index, cache_folder)
    assert code == 3
    assert "no wheel of it with a sha256" in errors


def test_an_index_that_has_older_releases_only_makes_nothing_fresh(
    run: Run, index: FakeIndex, make_wheel: MakeWheel, cache_folder: Path
) -> None:
    index.add(make_wheel("workers-py", "1.16.0", files={}))
    code, _, errors = _update(run, index, cache_folder)
    assert code == 3
    assert "lists nothing as new as workers-py 1.17.9" in errors


def test_an_unreachable_registry_is_exit_3(run: Run, cache_folder: Path) -> None:
    result = run("data", "update", "--cache-dir", str(cache_folder), url="http://127.0.0.1:9/simple/")
    assert result.exit_code == 3
    assert "nothing was changed" in result.stderr


def test_offline_updates_nothing(run: Run, registries: FakeIndex, cache_folder: Path) -> None:
    env = {"COMPAT_SCAN_OFFLINE": "true"}
    result = run("data", "update", "--cache-dir", str(cache_folder), env=env)
    assert result.exit_code == 3
    assert registries.requests == []


def test_a_scan_never_asks_the_registries_for_tables(run: Run, registries: FakeIndex) -> None:
    run("requirements.txt", files={"requirements.txt": "left-pad\n"})
    assert not [request.path for request in registries.requests if "workers" in request.path or "npm" in request.path]
