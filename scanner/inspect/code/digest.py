"""What was learned from the code of a wheel, kept by its cache key and the target's Python."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scanner.inspect.code.steps import ModuleFacts, decode, encode

_SHAPE = 6
"""Raised whenever the facts or what is read into them change, so that older entries are read as absent."""

_NAME_PLACE = 1
"""Where the name stands in a module's facts: behind the number of their kind."""

_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False, default=encode).encode
"""Facts are trees; without the search for circles they are written faster."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeDigest:
    """The facts of those modules of one wheel that were looked at so far; never the source."""

    python: str
    """The target's feature release; the facts hold for no other."""
    modules: Mapping[str, ModuleFacts] = field(default_factory=dict)
    quiet: frozenset[str] = frozenset()
    """Modules whose bytes hold nothing that functions could run into; they were not parsed."""

    def to_json(self) -> str:
        """The digest as compact JSON."""
        facts = []
        for name in sorted(self.modules):
            with contextlib.suppress(RecursionError):  # a module nested that deeply is read again the next time
                facts.append(_to_json(self.modules[name]))
        head = _to_json({"shape": _SHAPE, "python": self.python, "quiet": sorted(self.quiet)})
        return f'{head[:-1]},"modules":[{",".join(facts)}]}}'


def parse_digest(text: str) -> CodeDigest | None:
    """What ``to_json`` wrote; None for anything else, an older shape among them."""
    try:
        raw = json.loads(text)
        if not isinstance(raw, dict) or raw.get("shape") != _SHAPE:
            return None
        modules = [decode(item) for item in raw["modules"]]
        if not all(isinstance(facts, ModuleFacts) and isinstance(facts.name, str) for facts in modules):
            return None
        return CodeDigest(
            python=str(raw["python"]),
            modules={facts.name: facts for facts in modules if isinstance(facts, ModuleFacts)},
            quiet=frozenset(map(str, raw["quiet"])),
        )
    except (ValueError, TypeError, LookupError, RecursionError):
        return None


def merge_digests(texts: Sequence[str]) -> str:
    """What several processes found in one wheel, each as ``to_json`` wrote it, as one digest."""
    first, *others = texts
    if not others:
        return first
    merged = json.loads(first)
    modules, quiet = {facts[_NAME_PLACE]: facts for facts in merged["modules"]}, set(merged["quiet"])
    for text in others:
        other = json.loads(text)
        modules.update((facts[_NAME_PLACE], facts) for facts in other["modules"])
        quiet.update(other["quiet"])
    return _to_json({**merged, "quiet": sorted(quiet), "modules": [modules[name] for name in sorted(modules)]})
