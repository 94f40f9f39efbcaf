"""Reports made of values, and the comparison with golden files (``pytest --update-golden`` writes them anew)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from scanner.model.artifact import Artifact, ArtifactKind, Origin
from scanner.model.dependency import Location, Skipped
from scanner.model.edit import Change, Edit, EditKind, Resolves
from scanner.model.finding import Accepted, Alternative, Cause, Evidence, Finding, Level, Problem, Strength, When
from scanner.model.graph import Graph
from scanner.model.report import (
    Bundle,
    DataAge,
    IgnoreUse,
    Judgement,
    Placement,
    ProjectReport,
    ProjectVerdict,
    Report,
    Verdict,
)
from scanner.model.rule import Rule
from scanner.model.target import Limits, Target
from scanner.report import REPORTERS
from scanner.report.context import ReportContext

GOLDEN = Path(__file__).resolve().parents[1] / "golden"

DOCS = "https://docs.example.org"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files of the reporters anew")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compares the text with tests/golden/NAME, or writes it there on request."""
    update = request.config.getoption("--update-golden", default=False)

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if update:
            path.write_text(text, encoding="utf-8", newline="\n")
        assert text == path.read_text(encoding="utf-8")

    return compare


@pytest.fixture
def context() -> ReportContext:
    return ReportContext(version="1.2.3", width=100)


@pytest.fixture
def render() -> Callable[[str, Report, ReportContext], str]:
    """The full output of one reporter."""

    def write(name: str, report: Report, context: ReportContext) -> str:
        stream = StringIO(newline="")
        REPORTERS[name].write(report, stream, context)
        return stream.getvalue()

    return write


@pytest.fixture
def target() -> Target:
    return Target(
        compatibility_date=date(2026, 11, 22),
        python="3.14.2",
        pyodide="314.0.7",
        runtime_pyodide="314.0.6",
        reason="the newest runtime; no wrangler configuration was found.",
        tags={},
        markers={},
        sockets=True,
        limits=Limits(bundle_bytes=64 * 1024 * 1024, memory_bytes=128 * 1024 * 1024),
    )


@pytest.fixture
def make_judgement() -> Callable[..., Judgement]:
    """A judgement that runs, declared on line 1, unless the test says otherwise."""

    def make(name: str, **values: object) -> Judgement:
        verdict = values.get("verdict", Verdict.WORKERS)
        defaults: dict[str, object] = {
            "requirement": name,
            "version": "1.0",
            "verdict": verdict,
            "own_verdict": verdict,
            "direct": True,
            "location": Location(path="requirements.txt", line=1),
        }
        return Judgement(name=name, **{**defaults, **values})  # type: ignore[arg-type]

    return make


@pytest.fixture
def make_report(target: Target) -> Callable[..., Report]:
    """A report on one project; its verdict is "hybrid" unless the test says otherwise."""

    def make(*judgements: Judgement, **values: object) -> Report:
        defaults: dict[str, object] = {
            "name": "app",
            "path": ".",
            "files": ("requirements.txt",),
            "target": target,
            "verdict": ProjectVerdict.HYBRID,
            "dependencies": judgements,
        }
        return Report(projects=(ProjectReport(**{**defaults, **values}),))  # type: ignore[arg-type]

    return make


@pytest.fixture
def report(target: Target) -> Report:
    """A report with something of everything."""
    project = ProjectReport(
        name="app",
        path=".",
        files=("requirements.txt", "services/mail/pyproject.toml"),
        target=target,
        verdict=ProjectVerdict.HYBRID,
        outstanding=Verdict.CONTAINER,
        dependencies=_dependencies(),
        skipped=(
            Skipped(
                text='pywin32==311 ; sys_platform == "win32"',
                reason='not for this target: sys_platform == "win32"',
                location=_at(9),
                not_for_target=True,
            ),
            Skipped(
                text="pytest",
                reason="declared in the group dev, which is not selected: --group dev",
                location=_mail(31),
            ),
        ),
        problems=(
            Problem(rule=Rule.CS601, message='cannot parse "reqests ==": missing version', location=_at(11)),
            Problem(rule=Rule.CS602, message="base.txt does not exist", location=_at(12, 4)),
        ),
        notes=("uv.lock was preferred over pyproject.toml, which it locks.",),
        graph=Graph(
            roots=("boto3==1.41.2",),
            edges={
                "easyocr==1.7.2": ("torch==2.9.1",),
                "pydantic==2.12.5": ("pydantic-core==2.41.5",),
                "sentence-transformers==5.1.2": ("torch==2.9.1",),
            },
        ),
        bundle=Bundle(
            uncompressed_bytes=3_250_176,
            limit_bytes=64 * 1024 * 1024,
            largest=(("pydantic", 2_411_520), ("requests", 196_608)),
            unsized=("pydantic-core",),
        ),
    )
    return Report(
        projects=(project,),
        scanned_at=datetime(2026, 12, 1, 16, 0, tzinfo=UTC),
        data=DataAge(date=date(2026, 11, 22), age_days=9, origin="shipped"),
    )


@pytest.fixture
def full_report(report: Report, target: Target) -> Report:
    """Several projects, with edits, accepted findings, problems and start-up findings."""
    api = ProjectReport(
        name="api",
        path="services/api",
        files=("services/api/pyproject.toml",),
        wrangler="services/api/wrangler.jsonc",
        target=target,
        verdict=ProjectVerdict.HYBRID,
        verdict_after_edits=ProjectVerdict.WORKERS,
        outstanding=Verdict.CONTAINER,
        dependencies=_api_dependencies(),
        edits=_edits(),
        ignores=(IgnoreUse(place="services/api/pyproject.toml:9", used=True, expired=False),),
        problems=(
            Problem(
                rule=Rule.CS717,
                level=Level.BLOCKER,
                when=When.INSTALL,
                message="pywrangler refuses to run while requirements.txt is there",
                location=Location(path="services/api/requirements.txt", line=1),
                remedy="delete services/api/requirements.txt",
            ),
            Problem(
                rule=Rule.CS718,
                level=Level.NOTE,
                message="uv.lock has pydantic-core 2.50.5, the Worker gets 2.46.4",
                location=Location(path="services/api/uv.lock", line=30),
            ),
        ),
        graph=Graph(roots=("fastapi==0.120.0", "openai==2.54.0"), edges={"fastapi==0.120.0": ("uvloop==0.22.1",)}),
    )
    empty = ProjectReport(name="static", path="services/static", target=target, verdict=ProjectVerdict.WORKERS)
    old = Problem(rule=Rule.CS604, message="the data of 2026-11-22 are 9 days old, 7 are allowed", location=None)
    return replace(report, projects=(*report.projects, api, empty), problems=(old,), notes=("1 folder is left out",))


def _api(line: int, column: int = 1) -> Location:
    return Location(path="services/api/pyproject.toml", line=line, column=column)


def _edits() -> tuple[Edit, ...]:
    drop = Change(
        path="services/api/pyproject.toml", line=6, column=6, old="fastapi[standard]>=0.115", new="fastapi>=0.115"
    )
    swap = Change(path="services/api/pyproject.toml", line=8, column=6, old="asyncpg", new="psycopg[binary]")
    return (
        Edit(
            kind=EditKind.DROP_EXTRA,
            safe=True,
            changes=(drop,),
            also_removes=("jinja2", "python-multipart", "uvicorn", "uvloop"),
            resolves=(Resolves(name="fastapi", rule=Rule.CS109), Resolves(name="uvloop", rule=Rule.CS101)),
        ),
        Edit(kind=EditKind.REPLACE, safe=False, changes=(swap,), resolves=(Resolves(name="asyncpg", rule=Rule.CS101),)),
        Edit(kind=EditKind.COMMAND, safe=True, command="uv lock -P fastapi"),
    )


def _api_dependencies() -> tuple[Judgement, ...]:
    accepted = Accepted(by="services/api/pyproject.toml:9", reason="runs in the sidecar")
    chain = "fastapi → uvloop"
    uvloop = _finding(Rule.CS101, Level.BLOCKER, "has wheels for Linux, macOS, none for Python 3.14", when=When.INSTALL)
    inherited = _finding(
        Rule.CS109,
        Level.BLOCKER,
        f"requires uvloop, which needs a container: {chain}",
        when=When.INSTALL,
        cause=Cause(name="uvloop", version="0.22.1"),
    )
    startup = _finding(
        Rule.CS307,
        Level.CAUTION,
        "calls os.urandom() at import time; Workers do not allow random numbers at the top level",
        _proven("os.urandom(32)", "openai-2.54.0-py3-none-any.whl: openai/lib/bedrock.py:20"),
        when=When.STARTUP,
        remedy="import it inside the handler",
    )
    native = _finding(Rule.CS101, Level.BLOCKER, "has wheels for Linux, none for Python 3.14", accepted=accepted)
    pin = _finding(Rule.CS107, Level.NOTE, "only the pin ==0.29 blocks this: 0.31.0 has a compatible wheel")
    return (
        _judge(
            "fastapi[standard]>=0.115",
            "0.120.0",
            Verdict.CONTAINER,
            inherited,
            own_verdict=Verdict.WORKERS,
            location=_api(6),
        ),
        _judge("openai", "2.54.0", Verdict.WORKERS, startup, location=_api(7)),
        _judge("asyncpg==0.29", "0.29", Verdict.CONTAINER, native, pin, location=_api(8)),
        _judge(
            "uvloop>=0.15",
            "0.22.1",
            Verdict.CONTAINER,
            uvloop,
            direct=False,
            via=(("fastapi", "uvloop"),),
            placement=Placement.CONTAINER,
            newest="0.22.1",
        ),
    )


def _at(line: int, column: int = 1) -> Location:
    return Location(path="requirements.txt", line=line, column=column)


def _mail(line: int) -> Location:
    return Location(path="services/mail/pyproject.toml", line=line, column=5)


def _wheel(filename: str, size_bytes: int | None, origin: Origin = Origin.INDEX) -> Artifact:
    url = f"https://files.example.org/{filename}"
    return Artifact(filename=filename, url=url, kind=ArtifactKind.WHEEL, size_bytes=size_bytes, origin=origin)


def _proven(fact: str, origin: str) -> Evidence:
    return Evidence(fact=fact, origin=origin, strength=Strength.PROVEN)


def _row(fact: str, name: str) -> Evidence:
    return Evidence(fact=fact, origin=f"incompatible.toml: {name}", strength=Strength.DOCUMENTED)


def _finding(rule: Rule, level: Level, message: str, *evidence: Evidence, **values: Any) -> Finding:
    return Finding(rule=rule, level=level, message=message, evidence=evidence, **values)


def _judge(requirement: str, version: str | None, verdict: Verdict, *findings: Finding, **values: Any) -> Judgement:
    """A direct dependency whose own verdict stands; its name is the first word of the requirement."""
    name = re.split(r"[^a-z0-9-]", requirement)[0]
    defaults = {"name": name, "own_verdict": verdict, "direct": True, "location": None}
    judged: dict[str, Any] = {"requirement": requirement, "version": version, "verdict": verdict, "findings": findings}
    return Judgement(**{**defaults, **judged, **values})


def _dependencies() -> tuple[Judgement, ...]:
    return (*_running(), *_listed(), *_torch_and_what_needs_it(), *_unknown(), _limited())


def _running() -> tuple[Judgement, ...]:
    older = _finding(
        Rule.CS105,
        Level.NOTE,
        "runs as 2.12.5: pydantic 2.13.0 requires pydantic-core 2.50.0, which has no compatible wheel",
        _proven("pydantic 2.13.0 is listed", "https://index.example.org/pydantic/"),
    )
    core = "pydantic_core-2.41.5-cp314-cp314-pyemscripten_2026_0_wasm32.whl"
    return (
        _judge(
            "requests>=2.32",
            "2.32.5",
            Verdict.WORKERS,
            location=_at(1),
            artifact=_wheel("requests-2.32.5-py3-none-any.whl", 64_738),
        ),
        _judge(
            "pydantic~=2.12",
            "2.12.5",
            Verdict.WORKERS,
            older,
            location=_at(2),
            artifact=_wheel("pydantic-2.12.5-py3-none-any.whl", 463_580),
        ),
        _judge(
            "pydantic-core==2.41.5",
            "2.41.5",
            Verdict.WORKERS,
            direct=False,
            via=(("pydantic", "pydantic-core"),),
            artifact=_wheel(core, 1_482_304, Origin.PYODIDE),
        ),
    )


def _listed() -> tuple[Judgement, ...]:
    numpy = _finding(
        Rule.CS201,
        Level.BLOCKER,
        "kept off Workers by policy (compat-scan's table: compiled code); it would run: Pyodide has numpy 2.4.6."
        ' Allow it: `table = "advise"`',
        _row("effect: container", "numpy"),
        _proven("numpy-2.4.6-cp314-cp314-pyodide_2026_0_wasm32.whl", "Pyodide 314.0.7"),
        remedy="use the WebAssembly build in Pyodide, or NumPy-free code",
        policy=True,
        when=When.INSTALL,
    )
    browser = _finding(
        Rule.CS201,
        Level.BLOCKER,
        "listed as incompatible: it starts a browser",
        _row("effect: container", "playwright"),
        remedy="Browser Run",
    )
    native = _finding(
        Rule.CS101,
        Level.BLOCKER,
        "9 wheels, all native: macosx, manylinux, win32, win_amd64, win_arm64",
        _proven("none accepts pyemscripten_2026_0_wasm32", "playwright-1.60.0-py3-none-manylinux1_x86_64.whl"),
    )
    driver = _finding(Rule.CS303, Level.CAUTION, "starts a driver process at import of its transport")
    return (
        _judge(
            "numpy==2.4.6",
            "2.4.6",
            Verdict.CONTAINER,
            numpy,
            location=_at(3),
            category="numerical computing",
            artifact=_wheel("numpy-2.4.6-cp314-cp314-pyodide_2026_0_wasm32.whl", 3_145_728, Origin.PYODIDE),
            alternative=Alternative(
                use="pure-Python maths or the WebAssembly build in Pyodide", url=f"{DOCS}/python/packages/"
            ),
        ),
        _judge(
            "playwright",
            "1.60.0",
            Verdict.CONTAINER,
            browser,
            native,
            driver,
            location=_at(4),
            category="browser automation",
            alternative=Alternative(use="Browser Run", url=f"{DOCS}/browser-run/"),
        ),
    )


def _torch_and_what_needs_it() -> tuple[Judgement, ...]:
    native = _finding(
        Rule.CS101,
        Level.BLOCKER,
        "28 wheels, all native: macosx, manylinux, win_amd64",
        _proven("no wheel for wasm32", "https://index.example.org/torch/"),
        remedy="drop sentence-transformers and easyocr, or move both into the container with torch",
    )
    torch = _judge(
        "torch>=1.11.0",
        "2.9.1",
        Verdict.CONTAINER,
        native,
        direct=False,
        category="machine-learning inference",
        via=(("sentence-transformers", "torch"), ("easyocr", "torch")),
        alternative=Alternative(use="Workers AI (hosted models)", url=f"{DOCS}/workers-ai/"),
    )
    return _heir("sentence-transformers", "5.1.2", line=5), _heir("easyocr", "1.7.2", line=6), torch


def _heir(name: str, version: str, *, line: int) -> Judgement:
    """A pure wheel that needs torch."""
    chain = f"{name} → torch"
    return _judge(
        name,
        version,
        Verdict.CONTAINER,
        _finding(
            Rule.CS109,
            Level.BLOCKER,
            f"requires torch, which needs a container: {chain}",
            _proven(chain, f"{name}-{version}.dist-info/METADATA"),
            cause=Cause(name="torch", version="2.9.1"),
            when=When.INSTALL,
        ),
        own_verdict=Verdict.WORKERS,
        location=_at(line),
        artifact=_wheel(f"{name.replace('-', '_')}-{version}-py3-none-any.whl", 488_000),
    )


def _unknown() -> tuple[Judgement, ...]:
    private = _finding(
        Rule.CS503,
        Level.CAUTION,
        "installed from git+https://deploy:s3cret@git.example.org/corp/auth.git; only packages of an index are checked",
        remedy="Depend on a released wheel, or check it by hand.",
    )
    unreachable = _finding(
        Rule.CS504,
        Level.CAUTION,
        "the index gave no answer: https://index.example.org/boto3/: timed out after 3 tries",
    )
    auth = "corp-auth @ git+https://deploy:s3cret@git.example.org/corp/auth.git@v3"
    return (
        _judge(auth, None, Verdict.UNKNOWN, private, location=_at(7)),
        _judge("boto3", "1.41.2", Verdict.UNKNOWN, unreachable, direct=None, location=_mail(14)),
    )


def _limited() -> Judgement:
    wheel = "uvicorn-0.38.0-py3-none-any.whl"
    needless = _finding(
        Rule.CS202,
        Level.CAUTION,
        "not needed on Workers: serve the app with workers.asgi",
        _row("effect: remove", "uvicorn"),
        remedy="Remove it from the requirements of the Worker.",
    )
    listens = _finding(
        Rule.CS305,
        Level.CAUTION,
        "listens on a socket at uvicorn/server.py:161, which fails on the target",
        _proven("loop.create_server(…)", f"{wheel}: uvicorn/server.py:161"),
    )
    return _judge(
        "uvicorn[standard]>=0.38",
        "0.38.0",
        Verdict.WORKERS,
        needless,
        listens,
        location=_mail(15),
        category="web server",
        artifact=_wheel(wheel, 68_109),
        alternative=Alternative(use="workers.asgi", url=f"{DOCS}/python/asgi/"),
    )
