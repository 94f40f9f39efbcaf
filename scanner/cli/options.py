"""The options that commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from scanner.cli.grammar import SuggestingChoice
from scanner.model.rule import Level
from scanner.report import REPORTERS

FORMATS = tuple(REPORTERS)
"""What ``--format`` takes."""

PATH = click.Path()
"""A file or folder, of which a shell completes the name; whether it is there is looked at later."""

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])
_Decorator = Callable[[Any], Any]


def _option(*names: str, **keywords: Any) -> _Decorator:  # noqa: ANN401  # click's own
    return click.option(*names, **keywords)


def _apply(options: Sequence[_Decorator]) -> Callable[[_Decorated], _Decorated]:
    def decorate(command: _Decorated) -> _Decorated:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


verbosity_options = _apply(
    (
        _option(
            "--color",
            type=SuggestingChoice(["auto", "always", "never"]),
            default="auto",
            show_default=True,
            help="Colour the output. NO_COLOR and FORCE_COLOR are honoured.",
        ),
        _option("-v", "--verbose", count=True, help="Show compatible and skipped packages and the evidence."),
        _option("-q", "--quiet", is_flag=True, help="Print only the summary line."),
    )
)

paths_argument = click.argument("paths", nargs=-1, type=PATH, metavar="[PATHS]...")

output_option = _option("-o", "--output", type=PATH, metavar="FILE", help="Write to a file instead of standard output.")

view_format_option = _option(
    "--format",
    "form",
    type=SuggestingChoice(["terminal", "json"]),
    default="terminal",
    show_default=True,
    help="How to show it.",
)

fail_on_option = _option(
    "--fail-on",
    type=SuggestingChoice(["container", "unknown", "never"]),
    help="Fail on a container, also on something unknown, or never.  [default: unknown]",
)

report_options = _apply(
    (
        _option(
            "--format",
            "formats",
            type=SuggestingChoice(FORMATS),
            multiple=True,
            help="Report format (repeatable).  [default: terminal]",
        ),
        _option(
            "-o",
            "--output",
            "outputs",
            multiple=True,
            type=PATH,
            metavar="FILE",
            help="Write the report of the preceding --format to a file.",
        ),
        fail_on_option,
    )
)

source_options = _apply(
    (
        _option("--group", multiple=True, metavar="NAME", help="Include this dependency group (repeatable)."),
        _option("--extra", multiple=True, metavar="NAME", help="Include this extra of the project (repeatable)."),
        _option("--all-groups", is_flag=True, help="Include every dependency group."),
        _option("--all-extras", is_flag=True, help="Include every extra of the project."),
        _option("--all-files", is_flag=True, help="Read manifests besides the lock files made from them."),
        _option("--dev", is_flag=True, help="Judge development files and groups too."),
        _option(
            "--exclude",
            multiple=True,
            metavar="PATTERN",
            help="Leave out what this .gitignore pattern matches (repeatable).",
        ),
        _option("--exclude-newer", metavar="DATE", help="Ignore files of an index that are newer, as uv does."),
    )
)

python_option = _option(
    "--python",
    type=PATH,
    metavar="PATH",
    help="Check what is installed in this environment, besides any PATHS.",
)

target_options = _apply(
    (
        _option(
            "--table",
            type=SuggestingChoice(["enforce", "advise"]),
            help="Let the incompatible-library table decide, or only advise.  [default: enforce]",
        ),
        _option(
            "--compatibility-date",
            metavar="DATE",
            help="Use the runtime of this date (YYYY-MM-DD).  [default: from the nearest Wrangler"
            " configuration, else the newest runtime]",
        ),
        _option(
            "--compatibility-flag",
            multiple=True,
            metavar="FLAG",
            help="A compatibility flag such as python_workers_314 or no_python_workers_314 (repeatable).",
        ),
    )
)

accept_option = _option(
    "--accept", multiple=True, metavar="CODE", help="Accept findings of this rule for this run (repeatable)."
)

baseline_options = _apply(
    (
        accept_option,
        _option("--select", multiple=True, metavar="CODE", help="Report only findings of this rule (repeatable)."),
        _option(
            "--min-level",
            type=SuggestingChoice([level.value for level in Level]),
            help="Report only findings of this level or worse.  [default: note]",
        ),
        _option("--all-cautions", is_flag=True, help="Report calls that fail in transitive dependencies too."),
        _option("--baseline", type=PATH, metavar="FILE", help="Accept the findings of this baseline."),
        _option(
            "--write-baseline",
            type=PATH,
            metavar="FILE",
            help="Write the findings to a baseline and exit 0.",
        ),
    )
)

index_options = _apply(
    (
        _option("--index-url", metavar="URL", help="Use this package index.  [default: as configured for uv or pip]"),
        _option(
            "--extra-index-url",
            multiple=True,
            metavar="URL",
            help="Use this index before --index-url, as uv does (repeatable).",
        ),
        _option("--offline", is_flag=True, help="Use cached data only; anything not cached is reported as unknown."),
        _option("--no-cache", is_flag=True, help="Do not use the cache."),
        _option(
            "--cache-dir",
            type=PATH,
            metavar="DIR",
            help="Use this cache folder.  [default: the user's cache folder]",
        ),
        _option(
            "--timeout",
            type=click.IntRange(0, 999_999),
            metavar="SECONDS",
            help="Fetch nothing after this time; the rest is unknown.  [default: 600]",
        ),
        _option("--untrusted", is_flag=True, help="Use no index, ignore or policy that the scanned files set."),
        _option("--no-deps", is_flag=True, help="Check only the listed packages, not their dependencies."),
        _option("--no-inspect", is_flag=True, help="Use index metadata only; do not open wheels."),
    )
)

age_option = _option(
    "--max-data-age",
    type=click.IntRange(0, 999_999),
    metavar="DAYS",
    help="Exit 3 if the data are older than this.",
)

INSTANCE_TYPES = ("lite", "basic", "standard-1", "standard-2", "standard-3", "standard-4")
EGRESS_REGIONS = ("america-europe", "oceania-korea-taiwan", "elsewhere")
"""The names of data/containers.toml, here so that `--help` need not read it; a test compares the two."""

plan_options = _apply(
    (
        _option("--write", type=PATH, metavar="DIR", help="Write the files that deploy the plan below this folder."),
        _option("--force", is_flag=True, help="Let --write overwrite files."),
        _option(
            "--check",
            type=PATH,
            metavar="FILE",
            help="Check this Wrangler configuration instead; opens no network.",
        ),
        _option(
            "--source",
            type=click.Path(file_okay=False),
            metavar="DIR",
            help="Read the project's own modules there, to cut along them; nothing of it is run.",
        ),
        _option(
            "--services",
            type=SuggestingChoice(["whole", "part", "none"]),
            default="whole",
            show_default=True,
            help="Count on services that do a dependency's work wholly, also on those that do in part, or on none.",
        ),
        _option("--queue", is_flag=True, help="Put a queue between the Worker and the container."),
        _option(
            "--memory",
            "memory_mib",
            type=click.IntRange(1, 1_000_000),
            metavar="MIB",
            help="The memory that the work needs at its peak.",
        ),
        _option(
            "--cpu-seconds",
            type=click.FloatRange(0, 1_000_000),
            metavar="SECONDS",
            help="The CPU time of one request.",
        ),
        _option("--long-running/--no-long-running", default=None, help="Work goes on, step by step, after a request."),
        _option("--persistent-disk/--no-persistent-disk", default=None, help="Files on a local disk must last."),
        _option("--requests-per-day", type=click.IntRange(0, 10**12), metavar="N", help="How many requests come."),
        _option(
            "--concurrency",
            type=click.IntRange(1, 100_000),
            metavar="N",
            help="Requests that one instance works on at once.  [default: 5]",
        ),
        _option(
            "--instances",
            type=click.IntRange(1, 1_000_000),
            metavar="N",
            help="Instances that may run at once.  [default: what the requests ask for, else 1]",
        ),
        _option(
            "--hours",
            "hours_per_day",
            type=click.FloatRange(0, 24, min_open=True),
            metavar="HOURS",
            help="How long an instance runs each day.  [default: 8]",
        ),
        _option(
            "--cpu-percent",
            type=click.FloatRange(0, 100),
            metavar="PERCENT",
            help="How busy the processor of a running instance is.  [default: 50]",
        ),
        _option(
            "--egress",
            "egress_gb",
            type=click.FloatRange(0, 10**9),
            metavar="GB",
            help="Traffic out of containers in a month.  [default: 0]",
        ),
        _option(
            "--egress-region",
            type=SuggestingChoice(EGRESS_REGIONS),
            help="Where that traffic goes, which its price depends on.  [default: america-europe]",
        ),
        _option("--instance-type", type=SuggestingChoice(INSTANCE_TYPES), help="Take this type, whatever would fit."),
    )
)
