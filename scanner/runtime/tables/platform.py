"""The limits of the Workers platform and the addresses of the indexes (data/platform.toml)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from scanner.runtime.tables.fields import Provenance
from scanner.runtime.tables.files import parse_toml, read_table

_NAME = "platform.toml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Platform:
    """The limits of every Worker, on the Free and on the Paid plan."""

    version: int
    public_index_url: str
    """The public package index (PEP 503); it ends in a slash."""
    npm_registry_url: str
    """The registry that Pyodide and Wrangler are published in; it ends in a slash."""
    pyodide_index_url_template: str
    """The index of a Pyodide release, with ``{version}`` for its version."""
    bundle_bytes: int
    """The size of a Worker with its packages, uncompressed; the standard library does not count."""
    bundle_excluded: tuple[str, ...]
    """The patterns of files that are left out of the bundle by default."""
    memory_bytes: int
    """The memory of one isolate: JavaScript heap and WebAssembly together."""
    startup_cpu_ms: int
    """For all code at the top level of the Worker."""
    cpu_ms_per_request_free: int
    cpu_ms_per_request_paid: int
    """Without ``limits.cpu_ms`` in the configuration."""
    cpu_ms_per_request_paid_maximum: int
    cpu_ms_per_cron_free: int
    cpu_ms_per_cron_paid_below_an_hour: int
    """For cron triggers that run more often than once an hour."""
    cpu_ms_per_cron_paid: int
    wall_seconds_in_background: int
    """For cron triggers, alarms and queue consumers; an HTTP request has no such limit."""
    subrequests_free: int
    subrequests_paid: int
    subrequests_paid_maximum: int
    requests_per_day_free: int
    """The Paid plan has no such limit."""
    connections: int
    """The most outbound connections that may wait for a response at once."""
    provenance: Provenance


@cache
def load_platform() -> Platform:
    """The platform's limits and addresses."""
    return parse_platform(read_table(_NAME), f"data/{_NAME}")


def parse_platform(text: str, path: str) -> Platform:
    """The platform of the table's text.

    Raises:
        TableError: a key is missing or of the wrong type.
    """
    fields = parse_toml(text, path)
    header = fields.header()
    limits, indexes = fields.table("limits"), fields.table("indexes")
    platform = Platform(
        version=header.version,
        public_index_url=indexes.url("public_index_url"),
        npm_registry_url=indexes.url("npm_registry_url"),
        pyodide_index_url_template=indexes.url("pyodide_index_url_template"),
        bundle_bytes=limits.integer("bundle_bytes", minimum=1),
        bundle_excluded=limits.texts("bundle_excluded"),
        memory_bytes=limits.integer("memory_bytes", minimum=1),
        startup_cpu_ms=limits.integer("startup_cpu_ms", minimum=1),
        cpu_ms_per_request_free=limits.integer("cpu_ms_per_request_free", minimum=1),
        cpu_ms_per_request_paid=limits.integer("cpu_ms_per_request_paid", minimum=1),
        cpu_ms_per_request_paid_maximum=limits.integer("cpu_ms_per_request_paid_maximum", minimum=1),
        cpu_ms_per_cron_free=limits.integer("cpu_ms_per_cron_free", minimum=1),
        cpu_ms_per_cron_paid_below_an_hour=limits.integer("cpu_ms_per_cron_paid_below_an_hour", minimum=1),
        cpu_ms_per_cron_paid=limits.integer("cpu_ms_per_cron_paid", minimum=1),
        wall_seconds_in_background=limits.integer("wall_seconds_in_background", minimum=1),
        subrequests_free=limits.integer("subrequests_free", minimum=1),
        subrequests_paid=limits.integer("subrequests_paid", minimum=1),
        subrequests_paid_maximum=limits.integer("subrequests_paid_maximum", minimum=1),
        requests_per_day_free=limits.integer("requests_per_day_free", minimum=1),
        connections=limits.integer("connections", minimum=1),
        provenance=header.provenance,
    )
    for part in (limits, indexes, fields):
        part.finish()
    return platform
