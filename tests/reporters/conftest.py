"""Reports made of values, and the comparison with golden files (``pytest --update-golden`` writes them anew)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path

import pytest

from scanner.model import (
    Alternative,
    Artifact,
    ArtifactKind,
    Evidence,
    Finding,
    Judgement,
    Level,
    Limits,
    Location,
    Origin,
    Problem,
    ProjectVerdict,
    Report,
    Rule,
    Skipped,
    Strength,
    TableMode,
    Target,
    Verdict,
)
from scanner.reporters import REPORTERS
from scanner.reporters.context import ReportContext

GOLDEN = Path(__file__).resolve().parent.parent / "golden"

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
        missing_modules=frozenset(),
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
                location=Location(path="services/mail/pyproject.toml", line=31, column=5),
            ),
        ),
        problems=(
            Problem(rule=Rule.CS601, message="«reqests==» is no requirement: a version is missing", location=_at(11)),
            Problem(rule=Rule.CS602, message="base.txt does not exist", location=_at(12, 4)),
        ),
        notes=("uv.lock was preferred over pyproject.toml, which it locks.",),
    )


def _at(line: int, column: int = 1) -> Location:
    return Location(path="requirements.txt", line=line, column=column)


def _wheel(filename: str, size_bytes: int | None, origin: Origin = Origin.INDEX) -> Artifact:
    url = f"https://files.example.org/{filename}"
    return Artifact(filename=filename, url=url, kind=ArtifactKind.WHEEL, size_bytes=size_bytes, origin=origin)


def _dependencies() -> tuple[Judgement, ...]:
    return (
        _requests(),
        _pydantic(),
        _pydantic_core(),
        *_listed(),
        *_torch_and_what_needs_it(),
        *_unknown(),
        _uvicorn(),
    )


def _requests() -> Judgement:
    return Judgement(
        name="requests",
        requirement="requests>=2.32",
        version="2.32.5",
        verdict=Verdict.WORKERS,
        own_verdict=Verdict.WORKERS,
        direct=True,
        location=_at(1),
        artifact=_wheel("requests-2.32.5-py3-none-any.whl", 64_738),
    )


def _pydantic() -> Judgement:
    return Judgement(
        name="pydantic",
        requirement="pydantic~=2.12",
        version="2.12.5",
        verdict=Verdict.WORKERS,
        own_verdict=Verdict.WORKERS,
        direct=True,
        location=_at(2),
        artifact=_wheel("pydantic-2.12.5-py3-none-any.whl", 463_580),
        findings=(
            Finding(
                rule=Rule.CS105,
                level=Level.NOTE,
                message="2.12.5 is not the newest release: 2.13.0 needs pydantic-core 2.50, which has no build",
                evidence=(
                    Evidence(
                        fact="pydantic 2.13.0 is listed",
                        origin="https://index.example.org/pydantic/",
                        strength=Strength.PROVEN,
                    ),
                ),
            ),
        ),
    )


def _pydantic_core() -> Judgement:
    return Judgement(
        name="pydantic-core",
        requirement="pydantic-core==2.41.5",
        version="2.41.5",
        verdict=Verdict.WORKERS,
        own_verdict=Verdict.WORKERS,
        direct=False,
        location=None,
        via=(("pydantic", "pydantic-core"),),
        artifact=_wheel("pydantic_core-2.41.5-cp314-cp314-pyemscripten_2026_0_wasm32.whl", 1_482_304, Origin.PYODIDE),
    )


def _listed() -> tuple[Judgement, ...]:
    numpy = Judgement(
        name="numpy",
        requirement="numpy==2.4.6",
        version="2.4.6",
        verdict=Verdict.CONTAINER,
        own_verdict=Verdict.CONTAINER,
        direct=True,
        location=_at(3),
        category="numerical computing",
        artifact=_wheel("numpy-2.4.6-cp314-cp314-pyodide_2026_0_wasm32.whl", 3_145_728, Origin.PYODIDE),
        findings=(
            Finding(
                rule=Rule.CS201,
                level=Level.BLOCKER,
                message="listed as incompatible: compiled numerical code. Pyodide 314.0.7 has numpy 2.4.6; "
                "`--table advise` relies on it",
                evidence=(
                    Evidence(fact="effect: container", origin="incompatible.toml: numpy", strength=Strength.DOCUMENTED),
                    Evidence(
                        fact="numpy-2.4.6-cp314-cp314-pyodide_2026_0_wasm32.whl",
                        origin="Pyodide 314.0.7",
                        strength=Strength.PROVEN,
                    ),
                ),
                remedy="Run with `--table advise` if the WebAssembly build is enough.",
            ),
        ),
        alternative=Alternative(
            use="pure-Python maths or the WebAssembly build in Pyodide", url=f"{DOCS}/python/packages/"
        ),
    )
    playwright = Judgement(
        name="playwright",
        requirement="playwright",
        version="1.60.0",
        verdict=Verdict.CONTAINER,
        own_verdict=Verdict.CONTAINER,
        direct=True,
        location=_at(4),
        category="browser automation",
        findings=(
            Finding(
                rule=Rule.CS201,
                level=Level.BLOCKER,
                message="listed as incompatible: it starts a browser",
                evidence=(
                    Evidence(
                        fact="effect: container", origin="incompatible.toml: playwright", strength=Strength.DOCUMENTED
                    ),
                ),
            ),
            Finding(
                rule=Rule.CS101,
                level=Level.BLOCKER,
                message="9 wheels, all native: macosx, manylinux, win32, win_amd64, win_arm64",
                evidence=(
                    Evidence(
                        fact="no file accepts cp314-cp314-pyemscripten_2026_0_wasm32",
                        origin="playwright-1.60.0-py3-none-manylinux1_x86_64.whl",
                        strength=Strength.PROVEN,
                    ),
                ),
            ),
            Finding(rule=Rule.CS303, level=Level.CAUTION, message="starts a driver process at import of its transport"),
        ),
        alternative=Alternative(use="Browser Run", url=f"{DOCS}/browser-run/"),
    )
    return numpy, playwright


def _torch_and_what_needs_it() -> tuple[Judgement, ...]:
    return (
        _inheriting("sentence-transformers", "5.1.2", Verdict.CONTAINER, line=5, chain="sentence-transformers → torch"),
        _inheriting("easyocr", "1.7.2", Verdict.CONTAINER, line=6, chain="easyocr → torch"),
        Judgement(
            name="torch",
            requirement="torch>=1.11.0",
            version="2.9.1",
            verdict=Verdict.CONTAINER,
            own_verdict=Verdict.CONTAINER,
            direct=False,
            location=None,
            category="machine-learning inference",
            via=(("sentence-transformers", "torch"), ("easyocr", "torch")),
            findings=(
                Finding(
                    rule=Rule.CS101,
                    level=Level.BLOCKER,
                    message="28 wheels, all native: macosx, manylinux, win_amd64",
                    evidence=(
                        Evidence(
                            fact="no wheel for wasm32",
                            origin="https://index.example.org/torch/",
                            strength=Strength.PROVEN,
                        ),
                    ),
                    remedy="Drop sentence-transformers and easyocr, or move both into the container with torch.",
                ),
            ),
            alternative=Alternative(use="Workers AI (hosted models)", url=f"{DOCS}/workers-ai/"),
        ),
    )


def _inheriting(name: str, version: str, verdict: Verdict, *, line: int, chain: str) -> Judgement:
    return Judgement(
        name=name,
        requirement=name,
        version=version,
        verdict=verdict,
        own_verdict=Verdict.WORKERS,
        direct=True,
        location=_at(line),
        artifact=_wheel(f"{name.replace('-', '_')}-{version}-py3-none-any.whl", 488_000),
        findings=(
            Finding(
                rule=Rule.CS109,
                level=Level.BLOCKER,
                message=f"needs something that cannot run: {chain}",
                evidence=(
                    Evidence(fact=chain, origin=f"{name}-{version}.dist-info/METADATA", strength=Strength.PROVEN),
                ),
            ),
        ),
    )


def _unknown() -> tuple[Judgement, ...]:
    return (
        Judgement(
            name="corp-auth",
            requirement="corp-auth @ git+https://deploy:s3cret@git.example.org/corp/auth.git@v3",
            version=None,
            verdict=Verdict.UNKNOWN,
            own_verdict=Verdict.UNKNOWN,
            direct=True,
            location=_at(7),
            findings=(
                Finding(
                    rule=Rule.CS503,
                    level=Level.CAUTION,
                    message="git+https://deploy:s3cret@git.example.org/corp/auth.git was not looked into",
                    remedy="Depend on a released wheel, or check it by hand.",
                ),
            ),
        ),
        Judgement(
            name="boto3",
            requirement="boto3",
            version="1.41.2",
            verdict=Verdict.UNKNOWN,
            own_verdict=Verdict.UNKNOWN,
            direct=None,
            location=Location(path="services/mail/pyproject.toml", line=14, column=5),
            findings=(
                Finding(
                    rule=Rule.CS504,
                    level=Level.CAUTION,
                    message="the index gave no answer: https://index.example.org/boto3/: timed out after 3 tries",
                ),
            ),
        ),
    )


def _uvicorn() -> Judgement:
    return Judgement(
        name="uvicorn",
        requirement="uvicorn[standard]>=0.38",
        version="0.38.0",
        verdict=Verdict.WORKERS,
        own_verdict=Verdict.WORKERS,
        direct=True,
        location=Location(path="services/mail/pyproject.toml", line=15, column=5),
        category="web server",
        artifact=_wheel("uvicorn-0.38.0-py3-none-any.whl", 68_109),
        findings=(
            Finding(
                rule=Rule.CS202,
                level=Level.CAUTION,
                message="not needed on Workers: serve the app with workers.asgi",
                evidence=(
                    Evidence(fact="effect: remove", origin="incompatible.toml: uvicorn", strength=Strength.DOCUMENTED),
                ),
                remedy="Remove it from the requirements of the Worker.",
            ),
            Finding(
                rule=Rule.CS305,
                level=Level.CAUTION,
                message="listens on a socket at uvicorn/server.py:161, which fails on the target",
                evidence=(
                    Evidence(
                        fact="loop.create_server(…)",
                        origin="uvicorn-0.38.0-py3-none-any.whl: uvicorn/server.py:161",
                        strength=Strength.PROVEN,
                    ),
                ),
            ),
        ),
        alternative=Alternative(use="workers.asgi", url=f"{DOCS}/python/asgi/"),
    )
