"""What measuring the accuracy fetches, builds and imports, kept in a folder by hashes; used by measure_accuracy.py."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from packaging.utils import NormalizedName, canonicalize_name

from scanner.index.inspection import MAX_HELD_BYTES
from scanner.index.supply import IndexSupply
from scanner.inspect.pyodide.outcome import ModuleOutcome
from scanner.inspect.pyodide.probe import SCRIPT, TIMEOUT, NodeProbe
from scanner.model.artifact import Artifact, ArtifactKind
from scanner.model.metadata import CoreMetadata
from scanner.model.opened import Opened
from scanner.model.report import Judgement
from scanner.model.requirement import Narrow, Requirement
from scanner.runtime.candidates import Candidate, Candidates
from scanner.runtime.tables import PyodidePackage

FETCH_SECONDS = 300
BUILD_SECONDS = 300


class KeptSupply:
    """A supply whose wheels and builds are kept; ``lock`` is held by whoever asks it anything."""

    def __init__(self, supply: IndexSupply, folder: Path) -> None:
        self._supply = supply
        self.folder = folder
        self.lock = threading.RLock()

    @property
    def notes(self) -> tuple[str, ...]:
        """As the supply."""
        return self._supply.notes

    def prefetch(
        self, requirements: tuple[Requirement, ...], *, levels: int | None = None, narrow: Narrow | None = None
    ) -> None:
        """As the supply."""
        self._supply.prefetch(requirements, levels=levels, narrow=narrow)

    def prefetch_metadata(self, candidates: tuple[Candidate, ...]) -> None:
        """As the supply."""
        self._supply.prefetch_metadata(candidates)

    def candidates(self, name: NormalizedName) -> Candidates:
        """As the supply."""
        return self._supply.candidates(name)

    def pyodide_package(self, name: NormalizedName) -> PyodidePackage | None:
        """As the supply."""
        return self._supply.pyodide_package(name)

    def metadata(self, candidate: Candidate) -> CoreMetadata | None:
        """As the supply."""
        return self._supply.metadata(candidate)

    def open_files(self, artifacts: Iterable[Artifact]) -> dict[str, Opened]:
        """As the supply opens them, from the kept files."""
        with ThreadPoolExecutor(6) as pool:
            kept = list(pool.map(self._keep, artifacts))
        with self.lock:
            return self._supply.open_files(kept)

    def build(self, one: Judgement) -> tuple[Artifact | None, str]:
        """The wheel that pip builds of a source distribution, or None with the reason."""
        with self.lock:
            sdist = self._find_sdist(one)
        if sdist is None or not sdist.sha256:
            return None, "no source distribution with a hash"
        folder = self.folder / "builds" / sdist.sha256
        if not (folder / "done").exists():
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "done").write_text(_build_wheel(self._fetch(sdist), folder), encoding="utf-8")
        wheels = sorted(folder.glob("*.whl"))
        if not wheels:
            return None, f"pip could not build it: {(folder / 'done').read_text(encoding='utf-8')}"
        return _local(Artifact(filename=wheels[0].name, url="", kind=ArtifactKind.WHEEL), wheels[0]), ""

    def _find_sdist(self, one: Judgement) -> Artifact | None:
        found = self._supply.candidates(canonicalize_name(one.name))
        for version in found.versions:
            candidate = found.candidate(version) if str(version) == one.version else None
            if candidate is not None:
                files = candidate.release.artifacts
                return next((file for file in files if file.kind is ArtifactKind.SDIST and file.url), None)
        return None

    def _keep(self, artifact: Artifact) -> Artifact:
        size_bytes = artifact.size_bytes or 0
        if not artifact.sha256 or size_bytes > MAX_HELD_BYTES or artifact.url.startswith("file:"):
            return artifact
        return _local(artifact, self._fetch(artifact))

    def _fetch(self, artifact: Artifact) -> Path:
        place = self.folder / "files" / str(artifact.sha256) / Path(artifact.filename).name
        if not place.exists():
            with urllib.request.urlopen(artifact.url, timeout=FETCH_SECONDS) as answer:  # noqa: S310  # the index's own
                data = answer.read()
            if hashlib.sha256(data).hexdigest() != artifact.sha256:
                raise ValueError(f"{artifact.filename}: its SHA-256 is not the one that the index gives")
            place.parent.mkdir(parents=True, exist_ok=True)
            unfinished = place.with_name(f"{place.name}.{threading.get_ident()}")
            unfinished.write_bytes(data)
            unfinished.replace(place)
        return place


class HeldMemory:
    """What was learned of files, held while this measure runs: most packages share some of what they require."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, str], str] = {}

    def recall(self, kind: str, key: str) -> str | None:
        """The text, None where it is not known."""
        return self._texts.get((kind, key))

    def has(self, kind: str, key: str) -> bool:
        """Whether a text is known."""
        return (kind, key) in self._texts

    def keep(self, kind: str, key: str, text: str) -> None:
        """Remember a text."""
        self._texts[kind, key] = text


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptProbe:
    """A probe whose answers are kept for one tree of wheels."""

    probe: NodeProbe
    folder: Path
    key: str

    def import_modules(
        self, site: Path, modules: Sequence[str], host_packages: Sequence[str]
    ) -> tuple[ModuleOutcome, ...]:
        """As the probe, which is asked once."""
        key = hashlib.sha256("\n".join([self.key, *modules, *host_packages]).encode()).hexdigest()
        place = self.folder / f"{key}.json"
        if not place.exists():
            outcomes = self.probe.import_modules(site, modules, host_packages)
            if any(outcome.error == TIMEOUT for outcome in outcomes):
                return outcomes
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(json.dumps([asdict(outcome) for outcome in outcomes]), encoding="utf-8")
        rows = json.loads(place.read_text(encoding="utf-8"))
        return tuple(ModuleOutcome(**{**row, "trace": tuple(row["trace"])}) for row in rows)

    def find_host_failure(self, site: Path, names: Sequence[str]) -> str | None:
        """As the probe."""
        return self.probe.find_host_failure(site, names)


def tree_key(judgements: Iterable[Judgement]) -> str:
    """What tells one tree of wheels, imported by one version of the script, from any other."""
    files = sorted(f"{one.artifact.filename} {one.artifact.sha256}" for one in judgements if one.artifact)
    return "\n".join([hashlib.sha256(SCRIPT.read_bytes()).hexdigest(), *files])


def _local(artifact: Artifact, path: Path) -> Artifact:
    data = path.read_bytes()
    return replace(artifact, url=path.as_uri(), size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest())


def _build_wheel(source: Path, folder: Path) -> str:
    """Builds a wheel into the folder; gives the end of what pip said where it failed."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(source)]
    with tempfile.TemporaryDirectory() as empty:
        try:
            done = subprocess.run(command, cwd=empty, capture_output=True, timeout=BUILD_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return f"not done after {BUILD_SECONDS} seconds"
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return lines[-1][:200] if done.returncode and lines else ""
