"""`compat-scan rule`: what one rule means and what to do."""

# ruff: noqa: PLC0415 - heavy modules are imported by the command that needs them

from __future__ import annotations

from typing import Any

import click

from scanner.cli import help_text
from scanner.cli.grammar import SectionedCommand, find_nearest
from scanner.cli.options import verbosity_options
from scanner.cli.outputs import open_output, report_context
from scanner.cli.running import errors_told
from scanner.judge.ignores import parse_rules
from scanner.model.errors import SettingsError
from scanner.model.rule import Rule


@click.command(cls=SectionedCommand, epilog=help_text.RULE)
@click.argument("word", metavar="CODE")
@verbosity_options
def rule(*, word: str, **options: Any) -> None:  # noqa: ANN401  # click's values
    """Show what a rule means and what to do about its findings. CODE may also be the rule's name."""
    with errors_told():
        from scanner.report.rule_help import RULE_HELP
        from scanner.report.terminal.tables import write_blocks

        found = _find_rule(word)
        told = RULE_HELP[found]
        level = "leaves the verdict unknown" if found.leaves_unknown else found.severity.value
        facts = (("name", found.slug), ("level", level), ("what", told.what), ("why", told.why))
        block = (f"{found.code}: {found.title}", () if options["quiet"] else (*facts, ("remedy", told.remedy)))
        with open_output(None) as stream:
            write_blocks([block], stream, report_context(options, stream))


def _find_rule(word: str) -> Rule:
    """The rule of this code or name.

    Raises:
        SettingsError: there is no rule of this name.
        SourceError: there is no rule of this code.
    """
    by_name = {rule.slug: rule for rule in Rule} | {rule.code.lower(): rule for rule in Rule}
    found = by_name.get(word.lower())
    if found is None and word.lower().startswith("cs"):
        parse_rules([word], "rule")  # refuses it with the code that is meant
    if found is None:
        near = find_nearest(word, [rule.slug for rule in Rule])
        hint = f"did you mean {near}?" if near else f"rules are {', '.join(Rule.__members__)}"
        raise SettingsError(None, "rule", f'unknown rule "{word}"; {hint}')
    return found
