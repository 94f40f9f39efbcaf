"""The commands, one file each, loaded when they are run: `--help` needs only their names and what they are for."""

# ruff: noqa: PLC0415 - that is what this module is for

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from typing import NamedTuple

import click


class Entry(NamedTuple):
    """One command that may not be loaded yet."""

    summary: str
    """What the list of commands says of it."""
    load: Callable[[], click.Command]


def _scan() -> click.Command:
    from scanner.cli.commands.scan import scan

    return scan


def _list() -> click.Command:
    from scanner.cli.commands.list import list_command

    return list_command


def _explain() -> click.Command:
    from scanner.cli.commands.explain import explain

    return explain


def _diff() -> click.Command:
    from scanner.cli.commands.diff import diff

    return diff


def _rule() -> click.Command:
    from scanner.cli.commands.rule import rule

    return rule


def _tree() -> click.Command:
    from scanner.cli.commands.tree import tree

    return tree


def _fix() -> click.Command:
    from scanner.cli.commands.fix import fix

    return fix


def _plan() -> click.Command:
    from scanner.cli.commands.plan import plan

    return plan


def _verify() -> click.Command:
    from scanner.cli.commands.verify import verify

    return verify


def _table() -> click.Command:
    from scanner.cli.commands.tables import table

    return table


def _runtimes() -> click.Command:
    from scanner.cli.commands.tables import runtimes

    return runtimes


def _config() -> click.Command:
    from scanner.cli.commands.config import config

    return config


def _cache() -> click.Command:
    from scanner.cli.commands.cache import cache

    return cache


def _data() -> click.Command:
    from scanner.cli.commands.data import data

    return data


COMMANDS = {
    "scan": Entry("Judge every dependency (the default command).", _scan),
    "fix": Entry("Make the edits that remove blockers, then scan again.", _fix),
    "list": Entry("Show what would be scanned; opens no network.", _list),
    "explain": Entry("Explain the verdict of one package, remedies first.", _explain),
    "tree": Entry("Show who requires whom, with the verdicts.", _tree),
    "plan": Entry("Plan what to deploy where, at what size and cost.", _plan),
    "verify": Entry("Hold the verdicts against a real Pyodide.", _verify),
    "diff": Entry("Compare two reports, or one with a scan made now.", _diff),
    "rule": Entry("Show what a rule means and what to do.", _rule),
    "table": Entry("Show the incompatible-library table.", _table),
    "runtimes": Entry("Show the runtimes by compatibility date.", _runtimes),
    "config": Entry("Show the settings in force and where each comes from.", _config),
    "data": Entry("Show the tables with their dates, or update them.", _data),
    "cache": Entry("Tell of the cache, or empty it.", _cache),
}


class LazyCommands(MutableMapping[str, click.Command]):
    """Commands by name in the order of use, each loaded when it is asked for."""

    def __init__(self) -> None:
        self._loaded: dict[str, click.Command] = {}
        self._names = dict.fromkeys(COMMANDS)

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._loaded:
            command = COMMANDS[name].load()
            command.short_help = COMMANDS[name].summary
            self._loaded[name] = command
        return self._loaded[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._names[name] = None
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._names[name]
        self._loaded.pop(name, None)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
