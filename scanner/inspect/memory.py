"""What was learned from files in earlier scans, so that no wheel is fetched or analysed twice.

Everything is kept by ``Artifact.cache_key``. Reports, which depend on the evaluator, are kept for that evaluator, for
that target and for the same tree alone.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from scanner import __version__
from scanner.inspect import report_text
from scanner.inspect.import_report import ImportReport
from scanner.model.artifact import Artifact, ArtifactKind
from scanner.model.contents import (
    sdist_from_json,
    sdist_to_json,
    wheel_from_json,
    wheel_to_json,
)
from scanner.model.errors import ArtifactError
from scanner.model.opened import Opened, OpenedSdist, OpenedWheel
from scanner.model.target import Target
from scanner.runtime.tables import load_workers_sdk
from scanner.runtime.tables.files import find_data

_CODE_SUFFIXES = (".py", ".so", ".pyd")


class Opener(Protocol):
    """Opens distributions."""

    def open_files(self, artifacts: Iterable[Artifact]) -> Mapping[str, Opened]:
        """What is inside each file, by its name; an error where that cannot be told."""


class Memory(Protocol):
    """Texts from earlier scans, by kind and key."""

    def recall(self, kind: str, key: str) -> str | None:
        """The text, None where it is not known."""

    def has(self, kind: str, key: str) -> bool:
        """Whether a text is known, without reading it."""

    def keep(self, kind: str, key: str, text: str) -> None:
        """Remember a text."""


class Nothing:
    """A memory that holds nothing."""

    def recall(self, kind: str, key: str) -> str | None:  # noqa: ARG002  # the protocol's
        """Nothing."""
        return None

    def has(self, kind: str, key: str) -> bool:  # noqa: ARG002  # the protocol's
        """No."""
        return False

    def keep(self, kind: str, key: str, text: str) -> None:
        """Forget the text."""


class Remembered:
    """Distributions and what their code does: from the memory where it knows them, else through the opener."""

    def __init__(self, memory: Memory, opener: Opener, target: Target) -> None:
        self._memory = memory
        self._opener = opener
        self._engine = _engine_id(target)
        self._files: list[_File] = []
        self.has_failed = False
        """Whether something that had to be fetched late could not be: then what follows is not worth keeping."""

    def open_files(self, artifacts: Iterable[Artifact]) -> dict[str, Opened]:
        """What is inside each file, by its name, in their order; an error where that cannot be told.

        A wheel whose code was read before is not fetched, unless a file of it is read that no scan has read yet.
        """
        listed = {artifact.filename: artifact for artifact in artifacts}
        known = {name: found for name, artifact in listed.items() if (found := self._recall_file(artifact))}
        fetched = self._opener.open_files(artifact for name, artifact in listed.items() if name not in known)
        for name, opened in fetched.items():
            self._keep_file(listed[name], opened)
        opened_files = {name: known.get(name) or fetched[name] for name in listed}
        return {name: self._with_memory(listed[name], opened) for name, opened in opened_files.items()}

    def find_report(self, identities: Sequence[str]) -> ImportReport | None:
        """What following the imports of a package gave; its key and all that this depends on identify it."""
        text = self._memory.recall("imports", self._report_key(identities))
        return report_text.report_from_text(text) if text is not None else None

    def keep_report(self, identities: Sequence[str], report: ImportReport) -> None:
        """Remember what ``find_report`` is to find."""
        if not self.has_failed:
            self._memory.keep("imports", self._report_key(identities), report_text.report_to_text(report))

    def keep_code(self) -> None:
        """Remember the files that were read."""
        for file in self._files:
            if file.is_new and not self.has_failed:
                self._memory.keep("code", file.key, file.to_text())

    def recall_code(self, key: str) -> dict[str, bytes]:
        """The files of a distribution that earlier scans read, by their paths."""
        try:
            known = json.loads(self._memory.recall("code", key) or "{}")
            return {str(path): str(text).encode("latin-1") for path, text in known.items()}
        except (ValueError, AttributeError, RecursionError):
            return {}

    def _with_memory(self, artifact: Artifact, opened: Opened) -> Opened:
        if artifact.cache_key is None or not isinstance(opened, OpenedWheel | OpenedSdist) or not opened.paths:
            return opened
        is_new = not self._memory.has("code", artifact.cache_key)
        file = _File(artifact.cache_key, opened.read, self, is_new=is_new)
        self._files.append(file)
        return replace(opened, read=file.read)

    def _recall_file(self, artifact: Artifact) -> OpenedWheel | OpenedSdist | None:
        key = artifact.cache_key
        if key is None:
            return None
        read = _LateFile(artifact, self).read
        if artifact.kind is ArtifactKind.SDIST:
            contents_text, paths = _split(self._memory.recall("sdist", key))
            sdist = sdist_from_json(contents_text)
            return OpenedSdist(contents=sdist, paths=paths, read=read) if sdist else None
        contents_text, paths = _split(self._memory.recall("wheel", key))
        wheel = wheel_from_json(contents_text)
        if wheel is None or wheel.filename != artifact.filename:
            return None
        if paths and not self._memory.has("code", key):
            return None  # fetched now with the others, rather than one by one when they are read
        return OpenedWheel(contents=wheel, paths=paths, read=read)

    def _keep_file(self, artifact: Artifact, found: Opened) -> None:
        key = artifact.cache_key
        if key is None:
            return
        match found:
            case OpenedWheel():
                paths = [path for path in found.paths if path.endswith(_CODE_SUFFIXES)] or found.paths[:1]
                self._memory.keep("wheel", key, _join(wheel_to_json(found.contents), paths))
            case OpenedSdist():
                self._memory.keep("sdist", key, _join(sdist_to_json(found.contents), found.paths))

    def _report_key(self, identities: Sequence[str]) -> str:
        return hashlib.sha256("\n".join((self._engine, *identities)).encode()).hexdigest()

    def open_late(self, artifact: Artifact) -> OpenedWheel | OpenedSdist:
        """A file after all.

        Raises:
            ArtifactError: it cannot be fetched or opened any more.
        """
        opened = self._opener.open_files((artifact,))[artifact.filename]
        if isinstance(opened, OpenedWheel | OpenedSdist):
            return opened
        self.has_failed = True
        raise ArtifactError(artifact.filename, getattr(opened, "reason", "it cannot be opened"))


class _LateFile:
    """A wheel or source distribution that is fetched when one of its files is read."""

    def __init__(self, artifact: Artifact, remembered: Remembered) -> None:
        self._artifact = artifact
        self._remembered = remembered
        self._opened: OpenedWheel | OpenedSdist | ArtifactError | None = None

    def read(self, path: str) -> bytes:
        if self._opened is None:
            try:
                self._opened = self._remembered.open_late(self._artifact)
            except ArtifactError as error:
                self._opened = error
        if isinstance(self._opened, ArtifactError):
            raise ArtifactError(self._opened.filename, self._opened.reason)
        return self._opened.read(path)


class _File:
    """The files of a distribution: those that an earlier scan read from the memory, the others from the opener."""

    def __init__(self, key: str, read: Callable[[str], bytes], remembered: Remembered, *, is_new: bool) -> None:
        self.key = key
        self.is_new = is_new
        """Whether the memory lacks something that is known here."""
        self._read = read
        self._remembered = remembered
        self._known: dict[str, bytes] | None = {} if is_new else None

    def read(self, path: str) -> bytes:
        if self._known is None:
            self._known = self._remembered.recall_code(self.key)
        data = self._known.get(path)
        if data is None:
            data = self._known[path] = self._read(path)
            self.is_new = True
        return data

    def to_text(self) -> str:
        return json.dumps({path: data.decode("latin-1") for path, data in (self._known or {}).items()})


def _join(contents: str, paths: Sequence[str]) -> str:
    return f"{contents}\n{json.dumps(paths, separators=(',', ':'))}"


def _split(text: str | None) -> tuple[str, tuple[str, ...]]:
    """What ``_join`` was given; an empty text for anything else."""
    contents, _, paths_text = (text or "").partition("\n")
    try:
        paths = json.loads(paths_text)
    except (ValueError, RecursionError):
        return "", ()
    return (contents, tuple(map(str, paths))) if isinstance(paths, list) else ("", ())


def _engine_id(target: Target) -> str:
    """What findings on code depend on besides it: the target, its tables, and the evaluator as it is installed."""
    folder = Path(report_text.__file__).parent
    stamps = []
    for file in (folder / "imports.py", folder / "follow.py", *sorted((folder / "code").rglob("*.py"))):
        state = file.stat()
        stamps.append((file.name, state.st_size, state.st_mtime_ns))
    tables = sorted(path.read_bytes() for path in (find_data(folder.parent) / "stdlib").iterdir())
    running = sys.version_info[:2]  # the evaluator takes the names of standard-library modules from it
    patches = repr(sorted(load_workers_sdk().patches.items()))
    facts = (__version__, stamps, tables, patches, running, target.python, target.sockets)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]
