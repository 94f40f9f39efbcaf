"""What workers-runtime-sdk patches, and what the runtime injects (data/workers-runtime-sdk.toml)."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from packaging.utils import NormalizedName
from packaging.version import Version

from scanner.runtime.tables.fields import Fields, Provenance
from scanner.runtime.tables.files import parse_toml
from scanner.runtime.tables.newest import load_newest

_NAME = "workers-runtime-sdk.toml"


class PatchKind(enum.StrEnum):
    """What a patch changes: ENTROPY lets the module run at the top level, BEHAVIOUR replaces a function of it."""

    ENTROPY = "entropy"
    BEHAVIOUR = "behaviour"


@dataclass(frozen=True, kw_only=True, slots=True)
class Patch:
    """One module that is patched when it is imported."""

    module: str
    """The full dotted name; its submodules are not covered."""
    kind: PatchKind
    distribution: NormalizedName | None
    """The distribution whose version decides whether the patch applies; None if it always does."""
    minimum_version: Version | None
    """The first version of ``distribution`` that is patched."""

    def covers(self, version: Version | None) -> bool:
        """Whether a release of the distribution is patched; an unknown version is not."""
        return self.minimum_version is None or (version is not None and version >= self.minimum_version)


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkersSdk:
    """The patched modules of one release of workers-runtime-sdk, and the modules that need no distribution."""

    version: int
    sdk: str
    """The release of workers-runtime-sdk."""
    patches: Mapping[str, Patch]
    """By module."""
    provided: frozenset[str]
    """The top-level modules that workers-runtime-sdk itself contains."""
    injected: frozenset[str]
    """The top-level modules that exist only inside the runtime."""
    provenance: Provenance


def load_workers_sdk() -> WorkersSdk:
    """The patched and injected modules."""
    return load_newest(_NAME, parse_workers_sdk)


def parse_workers_sdk(text: str, path: str) -> WorkersSdk:
    """The patched and injected modules of the table's text.

    Raises:
        TableError: a key is missing or of the wrong type, or a module is listed twice.
    """
    fields = parse_toml(text, path)
    header = fields.header()
    patches: dict[str, Patch] = {}
    for row in fields.rows("patches"):
        patch = _parse_patch(row)
        if patch.module in patches:
            raise row.error("module", f"{patch.module!r} is listed twice")
        patches[patch.module] = patch
    table = WorkersSdk(
        version=header.version,
        sdk=fields.text("sdk"),
        patches=MappingProxyType(patches),
        provided=frozenset(fields.texts("provided")),
        injected=frozenset(fields.texts("injected")),
        provenance=header.provenance,
    )
    fields.finish()
    return table


def _parse_patch(row: Fields) -> Patch:
    distribution, minimum = row.optional_text("distribution"), row.optional_text("minimum_version")
    if (distribution is None) != (minimum is None):
        raise row.error("minimum_version", "requires `distribution`, and the reverse")
    patch = Patch(
        module=row.text("module"),
        kind=row.choice("kind", tuple(PatchKind)),
        distribution=row.normalized("distribution", distribution) if distribution else None,
        minimum_version=row.release("minimum_version", minimum) if minimum else None,
    )
    row.finish()
    if not all(part.isidentifier() for part in patch.module.split(".")):
        raise row.error("module", f"{patch.module!r} is not a module name")
    return patch
