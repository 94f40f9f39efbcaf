"""Where the command line differs from plain click: a default command, sections in the help, --output beside --format,
suggestions for what is misspelt.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from scanner.cli.commands import COMMANDS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_SECTIONS = {
    "What is scanned": frozenset(
        {"python", "group", "extra", "all_groups", "all_extras", "all_files", "dev", "exclude", "no_deps", "no_inspect"}
    ),
    "What it is judged for": frozenset({"table", "compatibility_date", "compatibility_flag"}),
    "Where packages come from": frozenset(
        {"index_url", "extra_index_url", "exclude_newer", "offline", "no_cache", "cache_dir", "timeout"}
    ),
    "What is reported": frozenset(
        {"formats", "outputs", "fail_on", "accept", "select", "min_level", "all_cautions", "baseline", "write_baseline"}
    ),
    "What the dependencies do not tell": frozenset(
        {"memory_mib", "cpu_seconds", "long_running", "persistent_disk", "requests_per_day", "concurrency"}
        | {"instances", "hours_per_day", "cpu_percent", "egress_gb", "instance_type"}
    ),
    "What the plan does": frozenset({"write", "force", "check", "source", "services", "queue"}),
}
"""The titles of the help and the options below them; any other option stands below «Options»."""


class DefaultCommandGroup(click.Group):
    """A group whose first word may be a path or an option of `scan`: then `scan` is meant."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Puts `scan` in front where no command is named."""
        own_options = {name for param in self.get_params(ctx) for name in param.opts}
        if ctx.resilient_parsing and not args:
            return super().parse_args(ctx, args)  # a shell asks what can stand here: the commands
        if not args or (args[0] not in self.commands and args[0] not in own_options):
            if args and not args[0].startswith("-"):
                self._refuse_misspelt(args[0], ctx)
            args = ["scan", *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """The commands in the order of use, not of the alphabet."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's
        """Writes the list of commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands and options that begin so; files where there are none, for `scan` takes files."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415  # only where a shell asks

        found = super().shell_complete(ctx, incomplete)
        return found or [CompletionItem(incomplete, type="file")]

    def _refuse_misspelt(self, word: str, ctx: click.Context) -> None:
        """Ends where the word is nearly a command and no path: «no such file» would not help."""
        near = find_nearest(word, self.commands)
        if near and not os.path.exists(word):  # noqa: PTH110  # False for a name that is too long, too
            ctx.fail(f"there is no file, folder or command named {word!r}. Did you mean {near!r}?")


class SuggestingChoice(click.Choice[str]):
    """A choice that names the nearest of its values where a word is none of them."""

    def get_invalid_choice_message(self, value: object, ctx: click.Context | None) -> str:
        """What click says, with the suggestion."""
        near = find_nearest(str(value), self.choices)
        hint = f" Did you mean {near!r}?" if near else ""
        return super().get_invalid_choice_message(value, ctx) + hint


def find_nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that a misspelt one means; None where nothing is near."""
    import difflib  # noqa: PLC0415  # only when something is misspelt

    return next(iter(difflib.get_close_matches(word.lower(), list(known), n=1)), None)


class SectionedCommand(click.Command):
    """A command whose help lists its options in sections."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes each section under its title, what belongs to none at the end."""
        sections: dict[str, list[tuple[str, str]]] = {title: [] for title in (*_SECTIONS, "Options")}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and isinstance(param, click.Option):
                title = next((title for title, names in _SECTIONS.items() if param.name in names), "Options")
                sections[title].append(record)
        for title, records in sections.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


class OrderedOutputsCommand(SectionedCommand):
    """A command that knows which --output belongs to which --format: the one before it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Notes the order of the two options before click groups them by name."""
        ctx.meta["scanner.outputs"] = pair_outputs(args)
        return super().parse_args(ctx, args)


def pair_outputs(args: Sequence[str]) -> tuple[tuple[str, str | None], ...]:
    """The formats in order, each with the file of the --output that follows it; None stands for standard output.

    An --output before any --format belongs to the first one, and to the terminal report where there is none.
    """
    pairs: list[list[str | None]] = []
    waiting: str | None = None
    words = iter(args)
    for word in words:
        if word == "--":
            break
        option, equals, value = word.partition("=") if word.startswith("--") else (word[:2], word[2:], word[2:])
        if option == "--format":
            pairs.append([value if equals else next(words, ""), waiting])
            waiting = None
        elif option in ("--output", "-o"):
            path = value if equals else next(words, "")
            if pairs:
                pairs[-1][1] = path
            else:
                waiting = path
    if waiting is not None or not pairs:
        pairs.append(["terminal", waiting])
    return tuple((str(form), path) for form, path in pairs)
