"""What can be decided, what is asked for it, and what the answers rest on."""

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
    """Which services a plan counts on: those that take work over wholly, those that do in part as well, or none."""

    WHOLE = "whole"
    PART = "part"
    NONE = "none"


class Reply(enum.StrEnum):
    """The answer to one question of the decision."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Basis(enum.StrEnum):
    """What an answer rests on; DEFAULT is an assumption that an option can replace."""

    DEPENDENCIES = "dependencies"
    CODE = "code"
    OPTION = "option"
    DEFAULT = "default"


class Side(enum.StrEnum):
    """Where a direct dependency goes."""

    WORKER = "worker"
    CONTAINER = "container"
    SERVICE = "service"
    """Nowhere: a Cloudflare service does its work, perhaps through a driver in the Worker."""
    DROPPED = "dropped"
    """Nowhere: nothing on Workers needs it. A container keeps it."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanOptions:
    """What the dependencies do not tell; None where nobody said."""

    memory_mib: int | None = None
    """The peak of one instance."""
    cpu_seconds: float | None = None
    """Of one request."""
    long_running: bool | None = None
    """Whether work goes on, step by step, for longer than a request should take."""
    persistent_disk: bool | None = None
    """Whether files must last."""
    requests_per_day: int | None = None
    concurrency: int = 5
    """Requests that one instance works on at once."""
    instances: int | None = None
    """How many instances may run at once (``max_instances``); None for what requests and CPU time ask for, else one."""
    hours_per_day: float = 8
    """How long each instance runs."""
    cpu_percent: float = 50
    """How busy the processor of a running instance is."""
    egress_gb: float = 0
    """Of a month."""
    egress_region: str = ""
    """The key of a region of the egress prices; the first one where it is empty."""
    instance_type: str | None = None
    """The name of the type to take, whatever would fit."""
    counted: Counted = Counted.WHOLE
    queue: bool = False
    told: frozenset[str] = frozenset()
    """The names of the fields that somebody set."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One question of the decision with its answer and what that rests on."""

    key: str
    question: str
    reply: Reply
    basis: Basis
    evidence: tuple[str, ...] = ()
    leads_to: str = ""
    """What follows from a yes, as a clause."""
