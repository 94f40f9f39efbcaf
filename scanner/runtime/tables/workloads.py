"""The machine requirements of kinds of work, and the services that replace them (data/workloads.toml)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

from packaging.utils import NormalizedName

from scanner.runtime.tables.fields import Fields, Provenance
from scanner.runtime.tables.files import parse_toml, read_table

_NAME = "workloads.toml"

Fit = Literal["whole", "part", "build"]
"""How much of the work a product replaces: all, some uses, or as a build of the library itself."""

_FITS: tuple[Fit, ...] = ("whole", "part", "build")
EstimateCertainty = Literal["guess", "documented", "measured"]
_CERTAINTIES: tuple[EstimateCertainty, ...] = ("guess", "documented", "measured")


@dataclass(frozen=True, kw_only=True, slots=True)
class BaseImage:
    """The image that a container starts from."""

    reference: str
    python: str
    """The full version of its Python."""
    unpacked_mb: int
    certainty: EstimateCertainty
    provenance: Provenance


@dataclass(frozen=True, kw_only=True, slots=True)
class WrongAnswer:
    """Work for which a container is the wrong choice."""

    work: str
    instead: str
    categories: tuple[str, ...]
    """Of the incompatible-library table."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NeedRow:
    """One question about the operating system, and the rows that answer it with yes."""

    key: str
    question: str
    categories: tuple[str, ...]
    """Of the incompatible-library table; empty for the question that covers the remaining rows."""
    rules: tuple[str, ...]
    """Codes of findings in the project's own modules that answer it with yes as well."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Setup:
    """The setup, in addition to code, of a Worker that uses a product."""

    bindings: Mapping[str, object]
    """As in its Wrangler configuration."""
    steps: tuple[str, ...]
    """Manual steps, as clauses in Markdown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceRow:
    """How much of the work one product of the alternatives table replaces."""

    alternative: str
    fit: Fit
    drivers: tuple[NormalizedName, ...]
    """Distributions that run in the Worker and connect to the product."""
    since: dt.date | None
    """The first compatibility date with which they do; None if any is sufficient."""
    setup: Setup


@dataclass(frozen=True, kw_only=True, slots=True)
class Minimum:
    """The minimum resources of a container with one of these distributions."""

    names: tuple[NormalizedName, ...]
    memory_mib: int
    vcpu: float
    certainty: EstimateCertainty
    provenance: Provenance


@dataclass(frozen=True, kw_only=True, slots=True)
class ProgramRow:
    """The requirements of a Debian image in addition to the wheels of these distributions."""

    names: tuple[NormalizedName, ...]
    apt: tuple[str, ...]
    env: tuple[str, ...]
    """Variables of the image, as ``NAME=value``: for the commands and for the application."""
    run: tuple[str, ...]
    """Commands to run as root after everything is installed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkloadTable:
    """The plan's data about work, without sizes and prices."""

    version: int
    care: tuple[str, ...]
    """The operational requirements of a container, as clauses."""
    image: BaseImage
    unpacked_per_packed: float
    """An estimate for wheels that were not opened."""
    wrong_answers: tuple[WrongAnswer, ...]
    needs: tuple[NeedRow, ...]
    services: Mapping[str, ServiceRow]
    """By the key of the alternatives table."""
    storage: Setup
    """The services that store files and records instead of a persistent disk."""
    minimums: tuple[Minimum, ...]
    programs: tuple[ProgramRow, ...]
    imports: Mapping[NormalizedName, tuple[str, ...]]
    """The top-level modules of distributions that are imported under another name than their own."""
    provenance: Provenance


@cache
def load_workloads() -> WorkloadTable:
    """The workloads table."""
    return parse_workloads(read_table(_NAME), f"data/{_NAME}")


def parse_workloads(text: str, path: str) -> WorkloadTable:
    """The workloads table of the text.

    Raises:
        TableError: a key is missing or of the wrong type.
    """
    fields = parse_toml(text, path)
    header = fields.header()
    image, wheels = fields.table("image"), fields.table("wheels")
    table = WorkloadTable(
        version=header.version,
        care=fields.texts("care"),
        image=_parse_image(image, header.provenance),
        unpacked_per_packed=_parse_wheels(wheels),
        wrong_answers=tuple(_parse_wrong(row) for row in fields.rows("wrong_answers")),
        needs=tuple(_parse_need(row) for row in fields.rows("needs")),
        services=_parse_services(fields),
        storage=_parse_setup(fields.table("storage")),
        minimums=tuple(_parse_minimum(row, header.provenance) for row in fields.rows("minimums")),
        programs=tuple(_parse_program(row) for row in fields.rows("programs")),
        imports=_parse_imports(fields),
        provenance=header.provenance,
    )
    fields.finish()
    return table


def _parse_image(row: Fields, whole: Provenance) -> BaseImage:
    image = BaseImage(
        reference=row.text("base"),
        python=row.text("python"),
        unpacked_mb=row.integer("unpacked_mb", minimum=1),
        certainty=row.choice("certainty", _CERTAINTIES),
        provenance=Provenance(source=row.text("source"), date=whole.date),
    )
    row.finish()
    return image


def _parse_wheels(row: Fields) -> float:
    factor = row.number("unpacked_per_packed")
    row.choice("certainty", _CERTAINTIES)
    row.text("source")
    row.finish()
    return factor


def _parse_wrong(row: Fields) -> WrongAnswer:
    wrong = WrongAnswer(work=row.text("work"), instead=row.text("instead"), categories=row.texts("categories"))
    row.finish()
    return wrong


def _parse_need(row: Fields) -> NeedRow:
    need = NeedRow(
        key=row.text("key"),
        question=row.text("question"),
        categories=row.texts("categories"),
        rules=row.texts("rules"),
    )
    row.finish()
    return need


def _parse_services(fields: Fields) -> Mapping[str, ServiceRow]:
    rows = [_parse_service(row) for row in fields.rows("services")]
    return MappingProxyType({row.alternative: row for row in rows})


def _parse_service(row: Fields) -> ServiceRow:
    return ServiceRow(
        alternative=row.text("alternative"),
        fit=row.choice("fit", _FITS),
        drivers=row.distributions("drivers"),
        since=row.optional_day("since"),
        setup=_parse_setup(row),
    )


def _parse_setup(row: Fields) -> Setup:
    setup = Setup(bindings=row.whole_table("bindings"), steps=row.texts("steps"))
    row.finish()
    return setup


def _parse_minimum(row: Fields, whole: Provenance) -> Minimum:
    minimum = Minimum(
        names=row.distributions("names"),
        memory_mib=row.integer("memory_mib", minimum=1),
        vcpu=row.number("vcpu"),
        certainty=row.choice("certainty", _CERTAINTIES),
        provenance=Provenance(source=row.text("source"), date=whole.date),
    )
    row.finish()
    return minimum


def _parse_program(row: Fields) -> ProgramRow:
    program = ProgramRow(
        names=row.distributions("names"), apt=row.texts("apt"), env=row.texts("env"), run=row.texts("run")
    )
    row.finish()
    return program


def _parse_imports(fields: Fields) -> Mapping[NormalizedName, tuple[str, ...]]:
    imports: dict[NormalizedName, tuple[str, ...]] = {}
    for row in fields.rows("imports"):
        imports[row.normalized("name", row.text("name"))] = row.texts("modules")
        row.finish()
    return MappingProxyType(imports)
