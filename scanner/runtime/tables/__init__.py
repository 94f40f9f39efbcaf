"""The tables below data/ as typed rows; every row has its source and date.

One loader for each table, read once and then kept. A ``parse_`` function takes a table's text, a ``load_`` function
finds the file. Each raises ``TableError`` with a key like ``rows[3].names[0]`` if a value is missing or has the wrong
type. tests/test_data.py checks that rows are sorted, unique and refer only to rows that exist.
"""

from __future__ import annotations

from scanner.runtime.tables.alternatives import AlternativeRow, load_alternatives, parse_alternatives
from scanner.runtime.tables.catalog import (
    TableEntry,
    describe_age,
    describe_too_old,
    find_data_age,
    find_stale_tables,
    judge_age,
    list_tables,
)
from scanner.runtime.tables.containers import (
    AccountLimits,
    ContainerPrices,
    ContainerTable,
    CustomBounds,
    EgressPrice,
    InstanceType,
    load_containers,
    parse_containers,
)
from scanner.runtime.tables.fields import Provenance
from scanner.runtime.tables.incompatible import (
    Certainty,
    Effect,
    IncompatibleRow,
    IncompatibleTable,
    load_incompatible,
    parse_incompatible,
)
from scanner.runtime.tables.newest import find_newest, has_table, load_newest, read_date, use_updates
from scanner.runtime.tables.platform import Platform, load_platform, parse_platform
from scanner.runtime.tables.pyodide import PyodidePackage, PyodideRelease, load_pyodide, parse_pyodide
from scanner.runtime.tables.runtimes import (
    Runtime,
    RuntimeTable,
    load_marker_environment,
    load_runtimes,
    parse_marker_environments,
    parse_runtimes,
)
from scanner.runtime.tables.stdlib import (
    CallRow,
    Outcome,
    StdlibTable,
    load_stdlib,
    parse_stdlib,
    parse_workers_stdlib,
)
from scanner.runtime.tables.updates import Updates, read_updates
from scanner.runtime.tables.workers_py import InstallRow, WorkersPyTable, load_workers_py, parse_workers_py
from scanner.runtime.tables.workers_sdk import Patch, PatchKind, WorkersSdk, load_workers_sdk, parse_workers_sdk
from scanner.runtime.tables.workloads import (
    BaseImage,
    Minimum,
    NeedRow,
    ProgramRow,
    ServiceRow,
    Setup,
    WorkloadTable,
    WrongAnswer,
    load_workloads,
    parse_workloads,
)
from scanner.runtime.tables.wrangler import WranglerKeys, load_wrangler_keys, parse_wrangler_keys

__all__ = [
    "AccountLimits",
    "AlternativeRow",
    "BaseImage",
    "CallRow",
    "Certainty",
    "ContainerPrices",
    "ContainerTable",
    "CustomBounds",
    "Effect",
    "EgressPrice",
    "IncompatibleRow",
    "IncompatibleTable",
    "InstallRow",
    "InstanceType",
    "Minimum",
    "NeedRow",
    "Outcome",
    "Patch",
    "PatchKind",
    "Platform",
    "ProgramRow",
    "Provenance",
    "PyodidePackage",
    "PyodideRelease",
    "Runtime",
    "RuntimeTable",
    "ServiceRow",
    "Setup",
    "StdlibTable",
    "TableEntry",
    "Updates",
    "WorkersPyTable",
    "WorkersSdk",
    "WorkloadTable",
    "WranglerKeys",
    "WrongAnswer",
    "describe_age",
    "describe_too_old",
    "find_data_age",
    "find_newest",
    "find_stale_tables",
    "has_table",
    "judge_age",
    "list_tables",
    "load_alternatives",
    "load_containers",
    "load_incompatible",
    "load_marker_environment",
    "load_newest",
    "load_platform",
    "load_pyodide",
    "load_runtimes",
    "load_stdlib",
    "load_workers_py",
    "load_workers_sdk",
    "load_workloads",
    "load_wrangler_keys",
    "parse_alternatives",
    "parse_containers",
    "parse_incompatible",
    "parse_marker_environments",
    "parse_platform",
    "parse_pyodide",
    "parse_runtimes",
    "parse_stdlib",
    "parse_workers_py",
    "parse_workers_sdk",
    "parse_workers_stdlib",
    "parse_workloads",
    "parse_wrangler_keys",
    "read_date",
    "read_updates",
    "use_updates",
]
