"""conda-lock.yml, the lock of conda-lock: pip's packages are read, conda's own packages are skipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from scanner.inputs.formats.conda.environment import compose, explain, parse_match_spec, place_of
from scanner.inputs.formats.declaration import shorten
from scanner.inputs.formats.document import Document, Parsed
from scanner.inputs.formats.locks.package import parse_name, parse_pin
from scanner.inputs.formats.reference import is_vcs_url
from scanner.model.dependency import Dependency, Entry, Locked, Skipped
from scanner.model.errors import SourceError
from scanner.model.finding import Problem

MAX_LOCK_CHARACTERS = 2_000_000
"""A large environment for four platforms has half of this, and takes some seconds to parse."""

_FORMAT = "1"
_PLATFORM = "linux-64"


def parse_conda_lock(document: Document) -> Parsed:
    """The packages of a lock that conda-lock wrote, each at its own line.

    Of several platforms only ``linux-64`` is read, or the first one if that is missing. The categories other than
    `main` are groups. Dependency edges are not read: conda's names differ from those of the Python index.

    Raises:
        SourceError: the document is not YAML, too large, or no lock of this format.
    """
    reading = _Reading(document)
    for root in compose(document, MAX_LOCK_CHARACTERS):
        reading.read_root(root)
    return Parsed(
        entries=tuple(reading.entries),
        problems=tuple(reading.problems),
        notes=tuple(reading.notes),
        is_lock=True,
        locks=tuple(reading.sources),
    )


class _Reading:
    """What has been read of one lock so far."""

    def __init__(self, document: Document) -> None:
        self.entries: list[Entry] = []
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.sources: list[str] = []
        """The files that the lock was made from."""
        self._document = document

    def read_root(self, root: Node) -> None:
        """Take the packages of one YAML document."""
        fields = _fields(root)
        packages = fields.get("package")
        if not isinstance(packages, SequenceNode):
            reason = (
                "a conda-lock file requires a list `package`; scan the environment.yml that it was made from instead"
            )
            raise SourceError(self._document.path, place_of(root)[0], reason)
        if (version := _text(fields.get("version"))) != _FORMAT:
            shown = shorten(version or "none")
            self._report(
                root, f"unsupported format version {shown}; only the parts that match a supported version are read"
            )
        sources = _fields(fields.get("metadata")).get("sources")
        if isinstance(sources, SequenceNode):
            self.sources += filter(None, map(_text, sources.value))
        items = [(item, _fields(item)) for item in packages.value]
        platforms = dict.fromkeys(filter(None, (_text(found.get("platform")) for _, found in items)))
        platform = _PLATFORM if _PLATFORM in platforms else next(iter(platforms), None)
        if len(platforms) > 1:
            self.notes.append(f"{self._document.path} locks {len(platforms)} platforms; only {platform} is read")
        for item, found in items:
            if _text(found.get("platform")) in {platform, None}:
                self.entries += self._read_package(item, found)

    def _read_package(self, item: Node, found: Mapping[str, Node]) -> Iterator[Entry]:
        name, version = _text(found.get("name")), _text(found.get("version"))
        manager = _text(found.get("manager")) or "conda"
        if name is None:
            self._report(item, "a package requires a `name`")
            return
        if manager == "pip":
            yield from self._read_pip(item, found, f"{name}=={version}" if version else name)
            return
        package = parse_match_spec(name)
        reason = f"installed by {shorten(manager)}, an unsupported package manager"
        if manager == "conda":
            reason = explain(package) if package else "conda packages are not checked"
        text = f"{name}={version}" if version else name
        yield Skipped(text=text, reason=reason, location=self._document.location(*place_of(item)))

    def _read_pip(self, item: Node, found: Mapping[str, Node], text: str) -> Iterator[Dependency]:
        name, version = parse_name(_text(found.get("name")) or ""), _text(found.get("version"))
        if name is None:
            self._report(item, f"`{shorten(text)}` is not a package name")
            return
        specifier, pin = parse_pin(version)
        category = _text(found.get("category")) or "main"
        hashes = _fields(found.get("hash"))
        yield Dependency(
            name=name,
            specifier=specifier,
            location=self._document.location(*place_of(item)),
            pin=pin,
            url=_find_url(found),
            hashes=tuple(f"{algorithm}:{_text(digest)}" for algorithm, digest in hashes.items() if _text(digest)),
            groups=() if category == "main" else (category,),
            locked=Locked(version=version),
            direct=None,
            text=text,
        )

    def _report(self, node: Node, message: str) -> None:
        self.problems.append(self._document.problem(message, place_of(node)[0]))


def _find_url(found: Mapping[str, Node]) -> str | None:
    """The source of a package that is not from an index; the `url` of other packages is one file of a release."""
    url = _text(found.get("url"))
    return _text(_fields(found.get("source")).get("url")) or (url if url and is_vcs_url(url) else None)


def _fields(node: Node | None) -> dict[str, Node]:
    """The members of a mapping by key; empty for every other node."""
    if not isinstance(node, MappingNode):
        return {}
    return {key.value: value for key, value in node.value if isinstance(key, ScalarNode)}


def _text(node: Node | None) -> str | None:
    """The text of a scalar, as written; None for every other node and for an empty scalar."""
    value = node.value.strip() if isinstance(node, ScalarNode) else ""
    return None if value in {"", "null", "~"} else str(value)
