"""`compat-scan explain`: what is known of one project besides its verdict, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from packaging.utils import NormalizedName

from scanner.inputs.table_rows import Listed
from scanner.model.errors import IndexFailure
from scanner.model.target import Target
from scanner.resolve import Supply
from scanner.runtime.candidates import Candidates

_SHOWN = 5


def explain_project(name: NormalizedName, supply: Supply, target: Target, listed: Listed) -> Iterator[str]:
    """The steps of the judgement as sentences: the table, the Pyodide release, the index and its wheels."""
    row = listed.get(name)
    effect = f"{row.effect.value}, {row.category}: {row.reason}" if row else "does not name it"
    yield f"1. the incompatible-library table: {effect}"
    package = supply.pyodide_package(name)
    has = f"has {name} {package.version} ({package.filename})" if package else "does not have it"
    yield f"2. Pyodide {target.pyodide}: {has}"
    try:
        candidates = supply.candidates(name)
    except IndexFailure as failure:
        yield f"3. the index: {failure}"
        return
    yield f"3. the index: {_describe_versions(candidates)}"
    yield f"4. wheels for {next(iter(target.tags))} and its kin: {_describe_fitting(candidates)}"


def _describe_versions(candidates: Candidates) -> str:
    if candidates.listing is None:
        return "does not have it"
    versions = candidates.listing.versions
    stable = [version for version in versions if not version.is_prerelease]
    newest = f", the newest {(stable or versions)[0]}" if versions else ""
    return f"{len(versions)} versions{newest}"


def _describe_fitting(candidates: Candidates) -> str:
    fitting = list(islice(candidates.fitting(candidates.versions), _SHOWN + 1))
    if not fitting:
        return "no version has one"
    told = ", ".join(str(candidate.version) for candidate in fitting[:_SHOWN])
    return f"the newest versions that have one are {told}{' …' if len(fitting) > _SHOWN else ''}"
