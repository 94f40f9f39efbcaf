"""The supported keys of a Wrangler configuration (data/wrangler.toml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from scanner.runtime.tables.fields import Provenance
from scanner.runtime.tables.files import parse_toml
from scanner.runtime.tables.newest import load_newest

_NAME = "wrangler.toml"


@dataclass(frozen=True, kw_only=True, slots=True)
class WranglerKeys:
    """The configuration keys of one version of Wrangler."""

    version: int
    wrangler: str
    """The version of Wrangler that the keys are from."""
    keys: frozenset[str]
    """At the top level and, with a few exceptions, in environments."""
    not_inherited: frozenset[str]
    """Keys that an environment does not inherit from the top level."""
    container_keys: frozenset[str]
    """Of one entry of ``containers``."""
    before: Mapping[str, str]
    """Removed or deprecated keys of such an entry, each with its replacement."""
    provenance: Provenance


def load_wrangler_keys() -> WranglerKeys:
    """The keys of the newest Wrangler that was checked."""
    return load_newest(_NAME, parse_wrangler_keys)


def parse_wrangler_keys(text: str, path: str) -> WranglerKeys:
    """The keys of the table's text.

    Raises:
        TableError: a key is missing or of the wrong type.
    """
    fields = parse_toml(text, path)
    header = fields.header()
    before = fields.table("before")
    table = WranglerKeys(
        version=header.version,
        wrangler=fields.text("wrangler"),
        keys=frozenset(fields.texts("keys")),
        not_inherited=frozenset(fields.texts("not_inherited")),
        container_keys=frozenset(fields.texts("container_keys")),
        before=MappingProxyType({name: before.text(name) for name in before.names()}),
        provenance=header.provenance,
    )
    fields.finish()
    return table
