"""What would building the source distribution take? (CS102, CS103, CS503)"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from scanner.inspect.sdist.backend import read_build
from scanner.inspect.sdist.build import Build, Outcome
from scanner.model.contents import SdistContents
from scanner.model.finding import Evidence, Finding, Level, Strength, When
from scanner.model.rule import Rule
from scanner.model.target import Target

_LANGUAGES = {
    ".c": "C", ".cc": "C++", ".cpp": "C++", ".cxx": "C++", ".m": "Objective-C", ".mm": "Objective-C++", ".cu": "CUDA",
    ".pyx": "Cython", ".rs": "Rust", ".go": "Go", ".zig": "Zig",
    ".f": "Fortran", ".for": "Fortran", ".f77": "Fortran", ".f90": "Fortran", ".f95": "Fortran", ".f03": "Fortran",
    ".f08": "Fortran",
}  # fmt: skip
_ALLOW_BUILD = "set allow-build = true under [tool.pywrangler]"
_SWITCHES = 3


def find_build(contents: SdistContents, target: Target) -> Iterator[Finding]:
    """One finding: CS102 where the build compiles, CS103 where it is pure, CS503 where that cannot be told."""
    build = read_build(contents, target)
    match build.outcome:
        case Outcome.COMPILES:
            yield _compiles(contents, build)
        case Outcome.PURE:
            yield _pure(contents, build)
        case Outcome.UNCLEAR:
            yield _unclear(contents, build)


def _compiles(contents: SdistContents, build: Build) -> Finding:
    return Finding(
        rule=Rule.CS102,
        level=Level.BLOCKER,
        when=When.INSTALL,
        message=f"{contents.filename} compiles {_languages(contents)} when it is built ({build.backend})",
        evidence=_evidence(contents, build),
        remedy=_switch_remedy(build) or "run it in a container, or use a release that has a wheel for the target",
    )


def _pure(contents: SdistContents, build: Build) -> Finding:
    return Finding(
        rule=Rule.CS103,
        level=Level.CAUTION,
        when=When.INSTALL,
        message=f"{contents.filename} is pure but must be built: pywrangler does that only with allow-build = true",
        evidence=_evidence(contents, build),
        remedy=f"{_ALLOW_BUILD}, or build the wheel once and depend on that file",
    )


def _unclear(contents: SdistContents, build: Build) -> Finding:
    return Finding(
        rule=Rule.CS503,
        level=Level.CAUTION,
        message=f"cannot determine whether building {contents.filename} compiles native code: {build.facts[0]}",
        evidence=_evidence(contents, build),
        remedy=_switch_remedy(build) or "build the wheel once; if its name ends in none-any, depend on that file",
    )


def _switch_remedy(build: Build) -> str | None:
    if not build.switches:
        return None
    names = ", ".join(build.switches[:_SWITCHES])
    return f"its build reads {names}: build a wheel without the compiled part and depend on that file"


def _languages(contents: SdistContents) -> str:
    found = (_LANGUAGES.get(PurePosixPath(path).suffix.lower(), "") for path in contents.sources)
    return ", ".join(sorted({language for language in found if language})) or "an extension module"


def _evidence(contents: SdistContents, build: Build) -> tuple[Evidence, ...]:
    facts = [Evidence(fact=fact, origin=contents.filename, strength=build.strength) for fact in build.facts]
    if contents.source_count and build.outcome is not Outcome.PURE:
        count = f"{contents.source_count} {'file' if contents.source_count == 1 else 'files'}"
        fact = f"{count} to compile, for example {', '.join(contents.sources[:2])}"
        facts.append(Evidence(fact=fact, origin=contents.filename, strength=Strength.PROVEN))
    return tuple(facts)
