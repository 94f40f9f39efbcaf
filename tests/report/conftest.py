"""Reports made of values, and the comparison with golden files (``pytest --update-golden`` writes them anew)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from scanner.model.artifact import Artifact, ArtifactKind, Origin
from scanner.model.dependency import Location, Skipped
from scanner.model.finding import Alternative, Evidence, Finding, Level, Problem, Strength
from scanner.model.report import Bundle, Judgement, ProjectVerdict, Report, TableMode, Verdict
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
        REPORTERS[name](report, stream, context)
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
    """A report over the given dependencies; its verdict is «hybrid» unless the test says otherwise."""

    def make(*judgements: Judgement, **values: object) -> Report:
        defaults: dict[str, object] = {
            "target": target,
            "table": TableMode.ENFORCE,
            "verdict": ProjectVerdict.HYBRID,
            "dependencies": judgements,
        }
        return Report(**{**defaults, **values})  # type: ignore[arg-type]

    return make


@pytest.fixture
def report(target: Target) -> Report:
    """A report with something of everything."""
    return Report(
        target=target,
        table=TableMode.ENFORCE,
        verdict=ProjectVerdict.HYBRID,
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
            Problem(rule=Rule.CS601, message="«reqests==» is no requirement: a version is missing", location=_at(11)),
            Problem(rule=Rule.CS602, message="base.txt does not exist", location=_at(12, 4)),
        ),
        notes=("uv.lock was preferred over pyproject.toml, which it locks.",),
        edges=(
            ("easyocr==1.7.2", "torch==2.9.1"),
            ("pydantic==2.12.5", "pydantic-core==2.41.5"),
            ("sentence-transformers==5.1.2", "torch==2.9.1"),
        ),
        bundle=Bundle(
            uncompressed_bytes=3_250_176,
            limit_bytes=64 * 1024 * 1024,
            largest=(("pydantic", 2_411_520), ("requests", 196_608)),
            unsized=("pydantic-core",),
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


def _finding(rule: Rule, level: Level, message: str, *evidence: Evidence, remedy: str | None = None) -> Finding:
    return Finding(rule=rule, level=level, message=message, evidence=evidence, remedy=remedy)


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
        "2.12.5 is not the newest release: 2.13.0 needs pydantic-core 2.50, which has no build",
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
        "listed as incompatible: compiled code; Pyodide 314.0.7 has numpy 2.4.6; `--table advise` relies on it",
        _row("effect: container", "numpy"),
        _proven("numpy-2.4.6-cp314-cp314-pyodide_2026_0_wasm32.whl", "Pyodide 314.0.7"),
        remedy="Run with `--table advise` if the WebAssembly build is enough.",
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
        remedy="Drop sentence-transformers and easyocr, or move both into the container with torch.",
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
            f"needs something that cannot run: {chain}",
            _proven(chain, f"{name}-{version}.dist-info/METADATA"),
        ),
        own_verdict=Verdict.WORKERS,
        location=_at(line),
        artifact=_wheel(f"{name.replace('-', '_')}-{version}-py3-none-any.whl", 488_000),
    )


def _unknown() -> tuple[Judgement, ...]:
    private = _finding(
        Rule.CS503,
        Level.CAUTION,
        "git+https://deploy:s3cret@git.example.org/corp/auth.git was not looked into",
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
