"""The instance types of Cloudflare Containers, their bounds and prices (data/containers.toml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from scanner.runtime.tables.fields import Fields, Provenance
from scanner.runtime.tables.files import parse_toml, read_table

_NAME = "containers.toml"


@dataclass(frozen=True, kw_only=True, slots=True)
class InstanceType:
    """One named size; prices in US dollars."""

    name: str
    vcpu: float
    memory_mib: int
    disk_mb: int
    usd_per_hour_memory_and_disk: float
    """For every hour that an instance runs."""
    usd_per_busy_hour_cpu: float
    """For an hour of full use; an idle processor costs nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomBounds:
    """The bounds of a custom instance type."""

    vcpu_minimum: float
    vcpu_maximum: float
    memory_mib_maximum: int
    memory_mib_per_vcpu_minimum: int
    disk_mb_maximum: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountLimits:
    """The limits of all running instances of an account together."""

    memory_gib: int
    vcpu: int
    disk_gb: int
    image_storage_gb: int


@dataclass(frozen=True, kw_only=True, slots=True)
class EgressPrice:
    """The price of traffic out of one region."""

    key: str
    """The region's name in options."""
    region: str
    usd_per_gb: float
    included_gb: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ContainerPrices:
    """The prices of running, and the amounts included in the plan every month; in US dollars."""

    usd_per_month_plan: float
    usd_per_gib_second_memory: float
    usd_per_vcpu_second: float
    usd_per_gb_second_disk: float
    included_memory_gib_hours: int
    included_vcpu_minutes: int
    included_disk_gb_hours: int
    billed_per_ms: int
    egress: tuple[EgressPrice, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ContainerTable:
    """Cloudflare Containers: sizes from the smallest to the largest, bounds, limits and prices."""

    version: int
    types: tuple[InstanceType, ...]
    default: str
    """The name of the default type."""
    aliases: Mapping[str, str]
    """Deprecated names, each with the current one."""
    max_instances_default: int
    get_random_default: int
    """The default number of instances over which ``getRandom`` spreads requests."""
    custom: CustomBounds
    account: AccountLimits
    prices: ContainerPrices
    provenance: Provenance


@cache
def load_containers() -> ContainerTable:
    """The containers table."""
    return parse_containers(read_table(_NAME), f"data/{_NAME}")


def parse_containers(text: str, path: str) -> ContainerTable:
    """The containers table of the text.

    Raises:
        TableError: a key is missing or of the wrong type.
    """
    fields = parse_toml(text, path)
    header = fields.header()
    aliases = fields.table("aliases")
    table = ContainerTable(
        version=header.version,
        types=tuple(_parse_type(row) for row in fields.rows("types")),
        default=fields.text("default"),
        aliases=MappingProxyType({alias: aliases.text(alias) for alias in aliases.names()}),
        max_instances_default=fields.integer("max_instances_default", minimum=1),
        get_random_default=fields.integer("get_random_default", minimum=1),
        custom=_parse_custom(fields.table("custom")),
        account=_parse_account(fields.table("account")),
        prices=_parse_prices(fields.table("prices")),
        provenance=header.provenance,
    )
    fields.finish()
    return table


def _parse_type(row: Fields) -> InstanceType:
    instance_type = InstanceType(
        name=row.text("name"),
        vcpu=row.number("vcpu"),
        memory_mib=row.integer("memory_mib", minimum=1),
        disk_mb=row.integer("disk_mb", minimum=1),
        usd_per_hour_memory_and_disk=row.number("usd_per_hour_memory_and_disk"),
        usd_per_busy_hour_cpu=row.number("usd_per_busy_hour_cpu"),
    )
    row.finish()
    return instance_type


def _parse_custom(row: Fields) -> CustomBounds:
    bounds = CustomBounds(
        vcpu_minimum=row.number("vcpu_minimum"),
        vcpu_maximum=row.number("vcpu_maximum"),
        memory_mib_maximum=row.integer("memory_mib_maximum", minimum=1),
        memory_mib_per_vcpu_minimum=row.integer("memory_mib_per_vcpu_minimum", minimum=1),
        disk_mb_maximum=row.integer("disk_mb_maximum", minimum=1),
    )
    row.finish()
    return bounds


def _parse_account(row: Fields) -> AccountLimits:
    limits = AccountLimits(
        memory_gib=row.integer("memory_gib", minimum=1),
        vcpu=row.integer("vcpu", minimum=1),
        disk_gb=row.integer("disk_gb", minimum=1),
        image_storage_gb=row.integer("image_storage_gb", minimum=1),
    )
    row.finish()
    return limits


def _parse_prices(row: Fields) -> ContainerPrices:
    prices = ContainerPrices(
        usd_per_month_plan=row.number("usd_per_month_plan"),
        usd_per_gib_second_memory=row.number("usd_per_gib_second_memory"),
        usd_per_vcpu_second=row.number("usd_per_vcpu_second"),
        usd_per_gb_second_disk=row.number("usd_per_gb_second_disk"),
        included_memory_gib_hours=row.integer("included_memory_gib_hours"),
        included_vcpu_minutes=row.integer("included_vcpu_minutes"),
        included_disk_gb_hours=row.integer("included_disk_gb_hours"),
        billed_per_ms=row.integer("billed_per_ms", minimum=1),
        egress=tuple(_parse_egress(price) for price in row.rows("egress")),
    )
    row.finish()
    return prices


def _parse_egress(row: Fields) -> EgressPrice:
    price = EgressPrice(
        key=row.text("key"),
        region=row.text("region"),
        usd_per_gb=row.number("usd_per_gb"),
        included_gb=row.integer("included_gb"),
    )
    row.finish()
    return price
