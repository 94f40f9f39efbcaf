"""The keys of a Wrangler configuration, read from the schema in the wrangler package."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace

from scanner.model.errors import ArtifactError
from scanner.runtime.tables import WranglerKeys

PACKAGE = "wrangler"
SCHEMA_PATH = "package/config-schema.json"
_NOT_INHERITED = ("not automatically inherited", "specified separately in each named environment")
_KEY = re.compile(r"\$?[A-Za-z][A-Za-z0-9_]{0,80}")


def read_schema(data: bytes, version: str, known: WranglerKeys) -> WranglerKeys:
    """The keys of a newer Wrangler; what the schema does not say of a known key is kept from ``known``.

    Raises:
        ArtifactError: the schema does not have the expected form.
    """
    try:
        definitions = json.loads(data)["definitions"]
        keys = _properties(definitions, "RawConfig")
        container_keys = _properties(definitions, "ContainerApp")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ArtifactError(SCHEMA_PATH, f"does not have the expected form: {type(error).__name__}") from error
    new = {key for key, text in keys.items() if key not in known.keys and any(part in text for part in _NOT_INHERITED)}
    return replace(
        known,
        wrangler=version,
        keys=frozenset(keys),
        not_inherited=(known.not_inherited & keys.keys()) | new,
        container_keys=frozenset(container_keys),
        before={key: text for key, text in known.before.items() if key not in container_keys},
    )


def _properties(definitions: Mapping[str, Mapping[str, Mapping[str, object]]], name: str) -> dict[str, str]:
    """The keys of one definition, each with its description as text."""
    found = {key: json.dumps(value) for key, value in definitions[name]["properties"].items()}
    if not found or not all(_KEY.fullmatch(key) for key in found):
        raise ValueError("no keys, or keys of an unexpected form")
    return found
