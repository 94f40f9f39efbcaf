"""The possible decisions, the options, and the basis of the answers."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Decision(enum.StrEnum):
    """What to deploy."""

    WORKERS = "workers"
    SERVICES = "workers-and-services"
    HYBRID = "hybrid"
    CONTAINER = "container"
    WORKFLOWS = "workflows"
    UNKNOWN = "unknown"


class Counted(enum.StrEnum):
    """The services that a plan relies on: full replacements, also partial ones, or none."""

    WHOLE = "whole"
    PART = "part"
    NONE = "none"


class Reply(enum.StrEnum):
    """The answer to one question of the decision."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Basis(enum.StrEnum):
    """The basis of an answer; DEFAULT is an assumption that an option can replace."""

    DEPENDENCIES = "dependencies"
    CODE = "code"
    OPTION = "option"
    DEFAULT = "default"


class Side(enum.StrEnum):
    """The side of a direct dependency."""

    WORKER = "worker"
    CONTAINER = "container"
    SERVICE = "service"
    """Neither side: a Cloudflare service replaces it, possibly with a driver in the Worker."""
    DROPPED = "dropped"
    """Not needed on Workers. A container keeps it."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanOptions:
    """Properties of the work that the dependencies do not show; None if they were not given."""

    memory_mib: int | None = None
    """The peak of one instance."""
    cpu_seconds: float | None = None
    """Of one request."""
    long_running: bool | None = None
    """Whether work continues, step by step, for longer than a request should take."""
    persistent_disk: bool | None = None
    """Whether files must persist."""
    requests_per_day: int | None = None
    concurrency: int = 5
    """Requests that one instance works on at once."""
    instances: int | None = None
    """How many instances may run at once (``max_instances``); None for the computed number."""
    hours_per_day: float = 8
    """The running time of each instance."""
    cpu_percent: float = 50
    """The CPU load of a running instance."""
    egress_gb: float = 0
    """Per month."""
    egress_region: str = ""
    """The key of a region of the egress prices; the first one if it is empty."""
    instance_type: str | None = None
    """The name of the type to use, even if it is too small."""
    counted: Counted = Counted.WHOLE
    queue: bool = False
    given: frozenset[str] = frozenset()
    """The names of the fields that were set explicitly."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One question of the decision with its answer and its basis."""

    key: str
    question: str
    reply: Reply
    basis: Basis
    evidence: tuple[str, ...] = ()
    leads_to: str = ""
    """The consequence of a yes, as a clause."""
