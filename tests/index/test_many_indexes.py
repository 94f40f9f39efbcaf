"""Several indexes: which of them is asked for which package, and what the answers make of it.

Both indexes have ``secret`` and ``shared``: the private one as pure wheels, which run on Workers, the public one as
wheels for Linux, which need a container. So the verdict says where a package was taken from.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run, WheelFile

LINUX = "cp314-cp314-manylinux_2_28_x86_64"
PRIVATE, PUBLIC, UNKNOWN = "workers", "container", "unknown"
PROJECT = '[project]\nname = "app"\nversion = "1"\ndependencies = ["secret", "shared"]\n'
UV_INDEX = '[[tool.uv.index]]\nname = "own"\nurl = "{private}"\n'
UV = f"{PROJECT}{UV_INDEX}explicit = true\n[tool.uv.sources]\n"
POETRY = '[tool.poetry]\nname = "app"\n[[tool.poetry.source]]\nname = "Own"\nurl = "{private}"\n'
PIPFILE = '[[source]]\nname = "main"\nurl = "{public}"\n[[source]]\nname = "own"\nurl = "{private}"\n'
PDM = f'{PROJECT}[[tool.pdm.source]]\nname = "own"\nurl = "{{private}}"\n'
PIP = "--extra-index-url {private}\nsecret\nshared\n"


@dataclass(frozen=True, kw_only=True)
class Case:
    """Settings and answers, and what must come of them."""

    files: Mapping[str, str]
    """The first one is scanned; ``{private}`` and ``{public}`` stand for the addresses."""
    words: tuple[str, ...] = ()
    private: int = 200
    """The status with which the private index answers for everything, if not 200."""
    public: int = 200
    secret: str
    shared: str
    asked_private: frozenset[str]
    asked_public: frozenset[str]
    reason: str = ""
    """Stands in the report."""
    env: Mapping[str, str] = field(default_factory=dict)


def _case(
    files: str | Mapping[str, str], secret: str, shared: str, asked_private: str, asked_public: str, **keywords: object
) -> Case:
    named = {"pyproject.toml": files} if isinstance(files, str) else files
    return Case(
        files=named,
        secret=secret,
        shared=shared,
        asked_private=frozenset(asked_private.split()),
        asked_public=frozenset(asked_public.split()),
        **keywords,  # type: ignore[arg-type]
    )


EXPLICIT = {
    "uv": _case(UV + 'Secret = { index = "own" }\n', PRIVATE, PUBLIC, "secret", "shared"),
    "uv, nothing is tied": _case(UV, PUBLIC, PUBLIC, "", "secret shared"),
    "uv, marker holds": _case(
        UV + """secret = [{ index = "own", marker = "sys_platform == 'emscripten'" }]""",
        PRIVATE, PUBLIC, "secret", "shared",
    ),
    "uv, marker of another platform": _case(
        UV + """secret = [{ index = "own", marker = "sys_platform == 'win32'" }]""",
        PUBLIC, PUBLIC, "", "secret shared",
    ),
    "uv, the alternative that holds": _case(
        f'{UV}secret = [{{ index = "other", marker = "sys_platform == \'win32\'" }}, '
        '{ index = "own", marker = "sys_platform != \'win32\'" }]\n'
        '[[tool.uv.index]]\nname = "other"\nurl = "{public}other/"\nexplicit = true\n',
        PRIVATE, PUBLIC, "secret", "shared",
    ),
    "uv, for an extra": _case(
        UV + 'secret = [{ index = "own", extra = "cpu" }]', PRIVATE, PUBLIC, "secret", "shared"
    ),
    "uv, marker that is none": _case(
        UV + 'secret = { index = "own", marker = "here" }', PRIVATE, PUBLIC, "secret", "shared"
    ),
    "uv, tied to an index for all": _case(
        f'{PROJECT}{UV_INDEX}[tool.uv.sources]\nsecret = {{ index = "own" }}\n',
        PRIVATE, PRIVATE, "secret shared", "",
    ),
    "uv, the rest is tied to the default index": _case(
        f'{PROJECT}{UV_INDEX}[[tool.uv.index]]\nname = "main"\nurl = "{{public}}"\ndefault = true\n'
        '[tool.uv.sources]\nshared = { index = "main" }\n',
        PRIVATE, PUBLIC, "secret", "shared",
    ),
    "uv, undefined index": _case(
        UV + 'secret = { index = "gone" }', UNKNOWN, PUBLIC, "", "shared", reason="define the index in the file"
    ),
    "uv, the index lacks it": _case(
        UV + 'secret = { index = "own" }', UNKNOWN, PUBLIC, "secret", "shared", private=404
    ),
    "uv, the index refuses": _case(
        UV + 'secret = { index = "own" }', UNKNOWN, PUBLIC, "secret", "shared", private=403, reason="HTTP 403"
    ),
    "uv, find-links are no way around": _case(
        UV + 'secret = { index = "own" }\n[tool.uv]\nfind-links = ["{public}links"]',
        PRIVATE, PUBLIC, "secret", "shared links",
    ),
    "uv, without uv's own settings": _case(
        UV + 'secret = { index = "own" }', PRIVATE, PUBLIC, "secret", "shared", env={"UV_NO_CONFIG": "1"}
    ),
    "uv, script": _case(
        {
            "app.py": "# /// script\n"
            '# dependencies = ["secret", "shared"]\n# [[tool.uv.index]]\n# name = "own"\n# url = "{private}"\n'
            '# explicit = true\n# [tool.uv.sources]\n# secret = { index = "own" }\n# ///\n'
        },
        PRIVATE, PUBLIC, "secret", "shared",
    ),
    "uv, lock": _case(
        {
            "uv.lock": 'version = 1\n[[package]]\nname = "app"\nversion = "1"\nsource = { virtual = "." }\n'
            'dependencies = [{ name = "secret" }, { name = "shared" }, { name = "third" }]\n'
            '[[package]]\nname = "secret"\nversion = "1.0"\nsource = { registry = "{private}" }\n'
            '[[package]]\nname = "shared"\nversion = "1.0"\nsource = { registry = "{public}" }\n'
            '[[package]]\nname = "third"\nversion = "1.0"\nsource = { registry = "{public}" }\n'
        },
        PRIVATE, PUBLIC, "secret", "shared third",
    ),
    "Poetry": _case(
        POETRY + 'priority = "explicit"\n[tool.poetry.dependencies]\n'
        'secret = { version = "*", source = "own" }\nshared = "*"\n',
        PRIVATE, PUBLIC, "secret", "shared",
    ),
    "Poetry, in a group": _case(
        POETRY + 'priority = "explicit"\n[tool.poetry.dependencies]\nshared = "*"\n'
        '[tool.poetry.group.main.dependencies]\nsecret = { version = "*", source = "Own" }\n',
        PRIVATE, PUBLIC, "secret", "shared", words=("--all-groups",),
    ),
    "Poetry, nothing is tied": _case(
        POETRY + 'priority = "explicit"\n[tool.poetry.dependencies]\nsecret = "*"\nshared = "*"\n',
        PUBLIC, PUBLIC, "", "secret shared",
    ),
    "Poetry, beside [project]": _case(
        PROJECT + POETRY + 'priority = "explicit"\n[tool.poetry.dependencies]\nsecret = { source = "own" }\n',
        PRIVATE, PUBLIC, "secret", "shared",
    ),
    "Poetry, supplemental": _case(
        POETRY + 'priority = "supplemental"\n[tool.poetry.dependencies]\n'
        'secret = { version = "*", source = "own" }\nshared = { version = "*", source = "PyPI" }\n',
        PRIVATE, PUBLIC, "secret", "shared",
    ),
    "Poetry, lock": _case(
        {
            "poetry.lock": '[[package]]\nname = "shared"\nversion = "1.0"\n'
            '[[package]]\nname = "secret"\nversion = "1.0"\n'
            '[package.source]\ntype = "legacy"\nurl = "{private}"\nreference = "own"\n'
        },
        PRIVATE, PUBLIC, "secret", "shared",
    ),
    "Pipfile": _case(
        {"Pipfile": PIPFILE + '[packages]\nsecret = { version = "*", index = "own" }\nshared = "*"\n'},
        PRIVATE, PUBLIC, "secret", "shared",
    ),
    "Pipfile, tied by the address": _case(
        {"Pipfile": PIPFILE + '[packages]\nsecret = { version = "*", index = "{private}" }\nshared = "*"\n'},
        PRIVATE, PUBLIC, "secret", "shared",
    ),
    "Pipfile, nothing is tied": _case(
        {"Pipfile": PIPFILE + '[packages]\nsecret = "*"\nshared = "*"\n'}, PUBLIC, PUBLIC, "", "secret shared"
    ),
    "Pipfile, tied to the first source": _case(
        {"Pipfile": PIPFILE + '[packages]\nsecret = { index = "main" }\nshared = "*"\n'},
        PUBLIC, PUBLIC, "", "secret shared",
    ),
    "Pipfile.lock": _case(
        {
            "Pipfile.lock": '{"_meta": {"pipfile-spec": 6, "sources": [{"name": "main", "url": "{public}"}, '
            '{"name": "own", "url": "{private}"}]}, "default": {"secret": {"version": "==1.0", "index": "own"}, '
            '"shared": {"version": "==1.0"}}}'
        },
        PRIVATE, PUBLIC, "secret", "shared",
    ),
    "PDM, included": _case(
        PDM + 'include_packages = ["sec*"]\nexclude_packages = ["*"]\n', PRIVATE, PUBLIC, "secret", "shared"
    ),
    "PDM, excluded": _case(
        PDM + 'include_packages = ["secret"]\nexclude_packages = ["shared"]\n', PRIVATE, PUBLIC, "secret", "shared"
    ),
}  # fmt: skip
BOTH = "secret shared"
REFUSED = {
    "pip, the other index has it": _case(
        {"requirements.txt": PIP}, PUBLIC, PUBLIC, BOTH, BOTH, private=403
    ),
    "pip, 401": _case({"requirements.txt": PIP}, PUBLIC, PUBLIC, BOTH, BOTH, private=401),
    "pip, the public one refuses": _case({"requirements.txt": PIP}, PRIVATE, PRIVATE, BOTH, BOTH, public=403),
    "pip, nobody has it": _case(
        {"requirements.txt": PIP}, UNKNOWN, UNKNOWN, BOTH, BOTH, private=403, public=404, reason="HTTP 403"
    ),
    "pip, both refuse": _case({"requirements.txt": PIP}, UNKNOWN, UNKNOWN, BOTH, BOTH, private=403, public=401),
    "pip, a server that is down": _case({"requirements.txt": PIP}, UNKNOWN, UNKNOWN, BOTH, BOTH, private=500),
    "pip, a proxy that refuses": _case({"requirements.txt": PIP}, UNKNOWN, UNKNOWN, BOTH, BOTH, private=407),
    "uv stops at a refusal": _case(
        PROJECT, UNKNOWN, UNKNOWN, BOTH, "", private=403, words=("--extra-index-url", "{private}"), reason="HTTP 403"
    ),
    "uv goes on after an absence": _case(
        PROJECT, PUBLIC, PUBLIC, BOTH, BOTH, private=404, words=("--extra-index-url", "{private}")
    ),
    "uv, all indexes together": _case(
        PROJECT, PUBLIC, PUBLIC, BOTH, BOTH, private=403,
        words=("--extra-index-url", "{private}"), env={"UV_INDEX_STRATEGY": "unsafe-best-match"},
    ),
    "uv, the status is ignored": _case(
        PROJECT + UV_INDEX + "ignore-error-codes = [403]\n", PUBLIC, PUBLIC, BOTH, BOTH, private=403
    ),
    "uv, another status is ignored": _case(
        PROJECT + UV_INDEX + "ignore-error-codes = [401]\n", UNKNOWN, UNKNOWN, BOTH, "", private=403
    ),
}  # fmt: skip
CASES = EXPLICIT | REFUSED


def _asked(index: FakeIndex) -> set[str]:
    paths = (request.path.strip("/").split("/") for request in index.requests)
    return {parts[1] for parts in paths if parts[0] == "simple"}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_package_is_asked_of_its_indexes_and_taken_from_them(
    case: Case, index: FakeIndex, start_index: Callable[[], FakeIndex], make_wheel: MakeWheel, run: Run
) -> None:
    private = start_index()
    for name in ("secret", "shared", "third"):
        private.add(make_wheel(name))
        index.add(make_wheel(name, tag=LINUX))
        for place, status in ((private, case.private), (index, case.public)):
            if status != 200:
                place.fail(name, status=status)
    link = f'<a href="{index.origin}/files/secret-9.0-{LINUX}.whl">secret-9.0-{LINUX}.whl</a>'
    index.answer("/simple/links", link, content_type="text/html")

    def fill(text: str) -> str:
        return text.replace("{private}", private.url).replace("{public}", index.url)

    done = run(
        "scan", *map(fill, case.words), "--no-inspect", "--format", "json", next(iter(case.files)),
        files={name: fill(text) for name, text in case.files.items()},
        env={"PIP_RETRIES": "0", **case.env},
    )  # fmt: skip
    report = json.loads(done.stdout)
    verdicts = {each["name"]: each["verdict"] for each in report["projects"][0]["dependencies"]}
    assert (verdicts["secret"], verdicts["shared"]) == (case.secret, case.shared), done.stdout
    assert _asked(private) == set(case.asked_private)
    assert _asked(index) == set(case.asked_public)
    assert case.reason in done.stdout


def test_a_page_of_links_can_be_what_a_package_is_tied_to(
    index: FakeIndex, start_index: Callable[[], FakeIndex], make_wheel: MakeWheel, run: Run
) -> None:
    private = start_index()
    for name in ("secret", "shared"):
        index.add(make_wheel(name, tag=LINUX))
        private.add(make_wheel(name))
    files = [f"{private.origin}/files/{name}/{name}-1.0-py3-none-any.whl" for name in ("secret", "shared")]
    private.answer("/flat", "".join(f'<a href="{url}">{url}</a>' for url in files), content_type="text/html")
    text = UV.replace('{private}"', f'{private.origin}/flat"\nformat = "flat"') + 'secret = { index = "own" }\n'
    done = run("scan", "--format", "json", "--no-inspect", "pyproject.toml", files={"pyproject.toml": text})
    verdicts = {each["name"]: each["verdict"] for each in json.loads(done.stdout)["projects"][0]["dependencies"]}
    assert verdicts == {"secret": PRIVATE, "shared": PUBLIC}, done.stdout
    assert (_asked(private), _asked(index)) == (set(), {"shared"})


# --- the same requests as pip's -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Download:
    """A requirements file for `foo`, a world around it, and whether its wheel can be had."""

    text: str = "foo\n"
    path: str = "requirements.txt"
    prepare: Callable[[FakeIndex, FakeIndex, Path, WheelFile], None]
    is_found: bool = True
    home: Mapping[str, str] = field(default_factory=dict)
    """Files in the home folder."""
    environ: Mapping[str, str] = field(default_factory=dict)


def _refuse_sidecar(index: FakeIndex, _: FakeIndex, __: Path, wheel: WheelFile) -> None:
    index.add(wheel, core_metadata=False)
    index.fail("/files/foo/foo-1.0-py3-none-any.whl.metadata", status=403)


def _put_beside(_: FakeIndex, __: FakeIndex, folder: Path, wheel: WheelFile) -> None:
    (folder / "sub/wheels").mkdir(parents=True)
    (folder / "sub/wheels/foo-1.0-py3-none-any.whl").write_bytes(wheel.data)


def _protect_links(_: FakeIndex, other: FakeIndex, __: Path, wheel: WheelFile) -> None:
    url = other.serve("/links/foo-1.0-py3-none-any.whl", wheel.data)
    other.answer("/links/index.html", f'<a href="{url}">foo</a>', content_type="text/html")
    other.credentials = ("me", "secret")


def _protect_files(index: FakeIndex, other: FakeIndex, _: Path, wheel: WheelFile) -> None:
    url = other.serve("/files/foo-1.0-py3-none-any.whl", wheel.data)
    index.add_names("foo")
    index.answer("foo", _listing(wheel, url))
    other.credentials = ("me", "secret")


def _listing(wheel: WheelFile, url: str, **fields: object) -> str:
    row = {"filename": wheel.filename, "url": url, "hashes": {"sha256": wheel.sha256}, **fields}
    return json.dumps({"meta": {"api-version": "1.1"}, "name": "foo", "files": [row]})


def _answer_page(page: str) -> Callable[[FakeIndex, FakeIndex, Path, WheelFile], None]:
    return lambda index, _, __, ___: index.answer("foo", page, content_type="text/html")


DOWNLOADS = {
    "a sidecar that nobody announced is refused": Download(prepare=_refuse_sidecar),
    "find-links beside a file in a folder": Download(
        text="--find-links wheels\nfoo\n", path="sub/requirements.txt", prepare=_put_beside
    ),
    "credentials in find-links": Download(text="--find-links {secret}/links/index.html\nfoo\n", prepare=_protect_links),
    "netrc for the host of files": Download(
        prepare=_protect_files, home={".netrc": "machine 127.0.0.1 login me password secret\n"}
    ),
    "wrong netrc for the host of files": Download(
        prepare=_protect_files, home={".netrc": "machine 127.0.0.1 login me password wrong\n"}, is_found=False
    ),
    "no netrc for the host of files": Download(prepare=_protect_files, is_found=False),
    "a login page": Download(prepare=_answer_page("<html><form></form></html>"), is_found=False),
    "an empty page": Download(prepare=_answer_page(""), is_found=False),
    "a page that was cut": Download(prepare=_answer_page("<html><body><a href='foo-"), is_found=False),
}


@pytest.fixture
def prepare(
    index: FakeIndex, start_index: Callable[[], FakeIndex], tmp_path: Path, make_wheel: MakeWheel
) -> Callable[[Download], dict[str, str]]:
    """Puts up the world of a case and gives its files."""

    def put_up(case: Download) -> dict[str, str]:
        other = start_index()
        case.prepare(index, other, tmp_path, make_wheel("foo"))
        secret = other.origin.replace("//", "//me:secret@")
        return {case.path: case.text.replace("{secret}", secret), **case.home}

    return put_up


@pytest.mark.parametrize("case", DOWNLOADS.values(), ids=DOWNLOADS)
def test_a_wheel_that_pip_downloads_is_found_and_no_other_is_judged(
    case: Download, prepare: Callable[[Download], dict[str, str]], run: Run
) -> None:
    files = prepare(case)
    done = run("scan", "--format", "json", case.path, files=files, env={"PIP_RETRIES": "0", **case.environ})
    (found,) = json.loads(done.stdout)["projects"][0]["dependencies"]
    assert found["verdict"] == ("workers" if case.is_found else "unknown"), done.stdout


@pytest.mark.tools
@pytest.mark.parametrize("case", DOWNLOADS.values(), ids=DOWNLOADS)
def test_pip_downloads_the_same(
    case: Download, prepare: Callable[[Download], dict[str, str]], index: FakeIndex, tmp_path: Path
) -> None:
    for name, text in prepare(case).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PIP_CONFIG_FILE": os.devnull, **case.environ}
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--retries", "0", "--no-cache-dir", "--quiet"]
    done = subprocess.run(
        [*command, "--index-url", index.url, "--dest", "downloaded", "-r", case.path],
        cwd=tmp_path, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode == 0) == case.is_found, done.stderr


def test_a_sidecar_that_contradicts_the_wheel_is_reported(index: FakeIndex, make_wheel: MakeWheel, run: Run) -> None:
    wheel, other = make_wheel("foo", requires=["bar"]), make_wheel("foo")
    index.add(make_wheel("bar", tag=LINUX))
    index.add(wheel, core_metadata=False)
    index.serve("/files/foo/foo-1.0-py3-none-any.whl.metadata", other.metadata)
    done = run("scan", "--format", "json", "-", stdin="foo\n")
    (found,) = json.loads(done.stdout)["projects"][0]["dependencies"]
    assert (found["verdict"], [finding["rule"] for finding in found["findings"]]) == ("unknown", ["CS505"])


# --- what a checkout cannot do ------------------------------------------------------------------------------------

CANARY = "ghp_0123456789abcdef"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("requirements.txt", "--extra-index-url http://${TOKEN}@{canary}/simple\nfoo\n"),
        ("requirements.txt", "--index-url http://{canary}/${TOKEN}/simple\nfoo\n"),
        ("requirements.txt", "--find-links http://{canary}/${TOKEN}\nfoo\n"),
        ("requirements.txt", "foo @ http://{canary}/${TOKEN}/foo-1.0-py3-none-any.whl\n"),
        ("requirements.txt", "--index-url http://{canary}/simple\n${TOKEN}\n"),
        ("Pipfile", '[[source]]\nname = "x"\nurl = "http://${TOKEN}@{canary}/simple"\n[packages]\nfoo = "*"\n'),
        ("pyproject.toml", PROJECT + '[[tool.uv.index]]\nname = "own"\nurl = "http://{canary}/simple"\n'),
        ("pyproject.toml", PROJECT + '[[tool.pdm.source]]\nname = "own"\nurl = "http://${TOKEN}@{canary}/simple"\n'),
    ],
)
def test_no_secret_and_no_request_reaches_a_host_that_only_the_checkout_names(
    path: str, text: str, start_index: Callable[[], FakeIndex], run: Run
) -> None:
    canary = start_index()
    host = canary.origin.removeprefix("http://").replace("127.0.0.1", "127.0.0.2")
    env = {"TOKEN": CANARY, "UV_INDEX_OWN_USERNAME": "me", "UV_INDEX_OWN_PASSWORD": CANARY, "PIP_RETRIES": "0"}
    done = run("scan", "--format", "json", path, files={path: text.replace("{canary}", host)}, env=env)
    assert canary.requests == []
    assert CANARY not in done.output
    assert json.loads(done.stdout)["verdict"] == "unknown", done.stdout


@pytest.mark.parametrize("url", ["http://127.0.0.2:{port}/foo.whl", "http://localhost:{port}/", "http://[::1]:{port}/"])
def test_a_listing_or_a_redirect_leads_to_no_private_address(
    url: str, index: FakeIndex, make_wheel: MakeWheel, run: Run
) -> None:
    port = index.origin.rpartition(":")[2]
    wheel = make_wheel("foo")
    for answer in ("listing", "redirect"):
        index.requests.clear()
        target = url.replace("{port}", port)
        if answer == "listing":
            index.answer("foo", _listing(wheel, target))
        else:
            index.redirect("foo", target)
        done = run("scan", "--format", "json", "-", stdin="foo\n", env={"PIP_RETRIES": "0"})
        assert [request.path for request in index.requests] == ["/simple/foo/"]
        assert "PIP_TRUSTED_HOST" in done.stdout
        assert json.loads(done.stdout)["verdict"] == "unknown"


def test_a_private_host_that_the_user_names_is_asked(index: FakeIndex, make_wheel: MakeWheel, run: Run) -> None:
    port = index.origin.rpartition(":")[2]
    wheel = make_wheel("foo")
    index.serve("/foo.whl", wheel.data)
    index.answer("foo", _listing(wheel, f"http://localhost:{port}/foo.whl"))
    done = run("scan", "--format", "json", "-", stdin="foo\n", env={"PIP_TRUSTED_HOST": "localhost"})
    assert json.loads(done.stdout)["verdict"] == "workers", done.stdout


MANY_TAGS = "-".join(".".join(f"{letter}{number}" for number in range(150)) for letter in "abc")


@pytest.mark.parametrize(
    "text",
    [
        "--index-url http://[/x\nfoo\n",
        "--index-url nonsense://x\nfoo\n",
        "--index-url http://example.org:99999/\nfoo\n",
        f"--find-links {'a' * 300}\nfoo\n",
        "foo @ http://[/foo-1.0-py3-none-any.whl\n",
        f"foo @ https://example.org/foo-1-{MANY_TAGS}.whl\n",
    ],
)
def test_an_address_that_is_none_leaves_its_package_unknown(text: str, run: Run) -> None:
    default = {"UV_DEFAULT_INDEX": ""} if "--index-url" in text else {}
    done = run("scan", "--format", "json", "-", stdin=text, env={"PIP_RETRIES": "0", **default})
    assert done.exit_code == 3
    (found,) = json.loads(done.stdout)["projects"][0]["dependencies"]
    assert (found["name"], found["verdict"]) == ("foo", "unknown")
