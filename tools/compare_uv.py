"""Compare what the resolver chooses with what uv chooses, and write the outcome into docs/resolution.md.

    python tools/compare_uv.py                     both runtimes, all sets; prints the outcome
    python tools/compare_uv.py --update            and writes it into docs/resolution.md
    python tools/compare_uv.py --set boto3 …       these sets only

Both ask the package index and, for the builds of the target's Pyodide release, the same table (see pyodide_index.py).
uv is run as pywrangler has it installed for a Worker: wheels only, the newest over both indexes. Its answer has no
hash in it and nothing is installed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement as Pep508Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pyodide_index import collect_metadata, serve_pyodide  # noqa: E402  # works without an installation

from scanner.index import IndexChoice, open_supply  # noqa: E402
from scanner.model.requirement import Requirement, with_extras  # noqa: E402
from scanner.model.target import Target  # noqa: E402
from scanner.resolve import Graph, Node, Supply, resolve_tree  # noqa: E402
from scanner.runtime.tables import load_platform, load_pyodide  # noqa: E402
from scanner.runtime.target import choose_target  # noqa: E402

SETS = ROOT / "tools" / "compare_uv_sets.toml"
PAGE = ROOT / "docs" / "resolution.md"
BEGIN, END = "<!-- written by tools/compare_uv.py -->", "<!-- end of what tools/compare_uv.py writes -->"

RUNTIMES = ((None, None), ("wasm32-pyodide2025", dt.date(2026, 1, 1)), ("wasm32-pyodide2024", dt.date(2025, 1, 1)))
"""uv's names of the platforms that it knows, each with a compatibility date that selects the runtime; without a name
uv is given an interpreter that says what Pyodide's would."""

_UV_TIMEOUT_SECONDS = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Ours:
    """What the resolver chose, and what stands in the way on the target."""

    versions: Mapping[str, str]
    blockers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Theirs:
    """What uv chose; ``failure`` is the beginning of its explanation where it found nothing."""

    versions: Mapping[str, str]
    failure: str | None = None
    drops_extras: bool = False
    """Whether a chosen release lacks an extra that is required, which uv only warns of."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """One set on one runtime, resolved by both."""

    name: str
    requirements: tuple[str, ...]
    ours: Ours
    theirs: Theirs

    @property
    def differences(self) -> tuple[str, ...]:
        """The projects on which the two disagree, each with both versions; none where uv found no solution."""
        if self.theirs.failure is not None:
            return ()
        mine, other = self.ours.versions, self.theirs.versions
        names = sorted(name for name in {*mine, *other} if mine.get(name) != other.get(name))
        return tuple(f"{name} {mine.get(name, '–')} / {other.get(name, '–')}" for name in names)


def main() -> None:
    """Compare, print, and update the page where that is asked for."""
    parser = argparse.ArgumentParser(description="Compare the resolver's choice with uv's.")
    parser.add_argument("--set", action="append", dest="names", metavar="NAME", help="only this set (repeatable)")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "compat-scan-compare-uv")
    parser.add_argument("--update", action="store_true", help="write the outcome into docs/resolution.md")
    options = parser.parse_args()
    table = tomllib.loads(SETS.read_text(encoding="utf-8"))
    sets = {name: tuple(texts) for name, texts in table["sets"].items() if not options.names or name in options.names}
    outcome = {}
    for platform, day in RUNTIMES:
        target = choose_target(day)
        outcome[f"Python {target.python}, Pyodide {target.pyodide}"] = list(
            compare(sets, platform, target, options.cache)
        )
    text = "\n".join(format_outcome(outcome, table["reasons"]))
    print(text)
    if options.update:
        update_section(text, BEGIN, END)


def compare(
    sets: Mapping[str, Sequence[str]], platform: str | None, target: Target, cache: Path
) -> Iterator[Comparison]:
    """Each set resolved by both, against the same two indexes."""
    public = load_platform().public_index_url
    environ = {**os.environ, "UV_DEFAULT_INDEX": public, "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": ""}
    choice = IndexChoice()
    release = load_pyodide(target.pyodide)
    interpreter = make_interpreter(cache, target)
    asked = ["--python-platform", platform, "--python-version", target.python] if platform else []
    asked = asked or ["--python", str(interpreter)]
    with open_supply(target, choice, environ=environ, home=cache, directory=cache.parent) as supply:
        metadata = collect_metadata(release, supply, cache / f"{target.pyodide}.json")
        with serve_pyodide(release, metadata) as url:
            for name, texts in sets.items():
                one = Comparison(
                    name=name,
                    requirements=tuple(texts),
                    ours=resolve_ours(texts, target, supply),
                    theirs=run_uv(texts, asked, url, cache),
                )
                outcome = one.theirs.failure or ", ".join(one.differences) or "equal"
                print(f"{target.pyodide} {name}: {outcome}", file=sys.stderr, flush=True)
                yield one


def resolve_ours(texts: Sequence[str], target: Target, supply: Supply) -> Ours:
    """The resolver's choice for these requirements."""
    graph = resolve_tree(make_requirements(texts), target=target, supply=supply)
    versions = {str(node.name): str(node.chosen.version) for node in _worker_last(graph) if node.chosen}
    return Ours(versions=versions, blockers=tuple(_find_blockers(graph)))


def _worker_last(graph: Graph) -> list[Node]:
    """The nodes, so that of two of one name the Worker's counts."""
    return sorted(graph.nodes.values(), key=lambda node: node.on_worker)


def make_requirements(texts: Sequence[str]) -> list[Requirement]:
    """The parsed requirements of a project."""
    requirements: list[Requirement] = []
    for text in texts:
        declared = Pep508Requirement(text)
        requirement = Requirement(name=canonicalize_name(declared.name), specifier=declared.specifier, text=text)
        requirements.extend(with_extras(requirement, declared.extras))
    return requirements


def make_interpreter(folder: Path, target: Target) -> Path:
    """A program that answers uv's question about an interpreter as the target's would, and else is this one."""
    tag = next(re.fullmatch(r"py\w+_(\d+)_(\d+)_wasm32", tag.platform) for tag in target.tags if tag.platform != "any")
    assert tag is not None  # noqa: S101  # the platforms of the runtimes table are all of this form
    said = {
        "markers": dict(target.markers),
        "os": {"name": "pyodide", "major": int(tag[1]), "minor": int(tag[2])},
        "arch": "wasm32",
        "pointer_size": "32",
    }
    program = f"""#!{sys.executable}
import json, subprocess, sys
done = subprocess.run([sys.executable, *sys.argv[1:]], capture_output=True, text=True)
sys.stderr.write(done.stderr)
try:
    answer = {{**json.loads(done.stdout), **{said!r}}}
except ValueError:
    sys.stdout.write(done.stdout)
else:
    print(json.dumps(answer))
sys.exit(done.returncode)
"""
    path = folder / f"python-{target.python}"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(program, encoding="utf-8")
    path.chmod(0o755)
    return path


def run_uv(texts: Sequence[str], asked: Sequence[str], pyodide_url: str, cache: Path) -> Theirs:
    """What uv chooses for these requirements; ``asked`` are its options for the target."""
    command = ["uv", "pip", "compile", "-", "--no-config", "--cache-dir", str(cache / "uv"), "--no-progress"]
    command += [*asked, "--no-build", "--no-python-downloads"]
    command += ["--index", pyodide_url, "--default-index", load_platform().public_index_url]
    command += ["--index-strategy", "unsafe-best-match", "--no-header", "--no-annotate"]
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("UV_", "PIP_"))}
    try:
        done = subprocess.run(
            command,
            input="\n".join(texts),
            capture_output=True,
            text=True,
            check=False,
            timeout=_UV_TIMEOUT_SECONDS,
            env=environ,
        )
    except subprocess.TimeoutExpired:
        return Theirs(versions={}, failure=f"no answer within {_UV_TIMEOUT_SECONDS} seconds")
    if done.returncode:
        return Theirs(versions={}, failure=_first_reason(done.stderr))
    rows = [line.split("==") for line in done.stdout.splitlines() if "==" in line]
    versions = {str(canonicalize_name(name)): version.strip() for name, version in rows}
    return Theirs(versions=versions, drops_extras="does not have an extra named" in done.stderr)


def format_outcome(outcome: Mapping[str, Sequence[Comparison]], reasons: Mapping[str, str]) -> Iterator[str]:
    """The generated section, line by line."""
    uv = subprocess.run(["uv", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    yield f"Resolved on {dt.datetime.now(tz=dt.UTC).date()} by both, with uv {uv}."
    for runtime, comparisons in outcome.items():
        solved = [one for one in comparisons if one.theirs.failure is None and not one.theirs.drops_extras]
        dropping = sum(1 for one in comparisons if one.theirs.drops_extras)
        equal = sum(1 for one in solved if not one.differences)
        yield f"\n### {runtime}\n"
        yield (
            f"Of {len(comparisons)} sets uv finds a solution for {len(solved)}, and for {dropping} more only without an"
            f" extra that they require; {equal} of the {len(solved)} are chosen alike.\n"
        )
        yield "| set | requirements | uv | here |"
        yield "|---|---|---|---|"
        for one in comparisons:
            needed = ", ".join(f"`{text}`" for text in one.requirements)
            yield f"| {one.name} | {needed} | {_say_theirs(one)} | {_say_ours(one, reasons)} |"


def update_section(text: str, begin: str, end: str) -> None:
    """Put an outcome between two marks of docs/resolution.md."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    PAGE.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")


def _find_blockers(graph: Graph) -> Iterator[str]:
    for name, node in graph.nodes.items():
        if node.conflict is not None:
            both = " and ".join(requirement.text for requirement in (node.conflict.kept, node.conflict.dropped))
            yield f"{name}: {both}"
        elif node.chosen is None:
            yield f"{name}: no version"
        elif node.chosen.wheel is None:
            yield f"{name} {node.chosen.version}"


def _first_reason(stderr: str) -> str:
    """What uv gives as the cause, in one short line."""
    lines = [line for line in stderr.splitlines() if not line.lower().startswith(("warning", "  cause", "using"))]
    text = re.sub(r"[^\w\s.,:;=<>!~\[\]()`'&*/+-]", "", " ".join(lines))
    return re.sub(r"\s+", " ", text).strip()[:160]


def _say_theirs(one: Comparison) -> str:
    if one.theirs.failure is not None:
        return "no solution"
    return f"{len(one.theirs.versions)} packages{', an extra left out' if one.theirs.drops_extras else ''}"


def _say_ours(one: Comparison, reasons: Mapping[str, str]) -> str:
    blockers = f"; in the way: {', '.join(one.ours.blockers)}" if one.ours.blockers else ""
    if one.theirs.failure is not None:
        return f"{len(one.ours.versions)} packages{blockers}"
    if not one.differences:
        return "equal"
    shown = ", ".join(one.differences[:6]) + (" …" if len(one.differences) > 6 else "")
    known = "" if one.theirs.drops_extras else "No reason is known."
    return f"{shown} (here / uv){blockers}. {reasons.get(one.name, known)}".rstrip(". ")


if __name__ == "__main__":
    main()
