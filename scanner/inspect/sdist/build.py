"""What a build would do: the answer that every build backend's settings and every build script come down to."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from scanner.inspect.sdist.setup_script import Certainty, Compiled, SetupScript, parse_setup_script
from scanner.model.contents import SdistContents
from scanner.model.finding import Strength
from scanner.model.target import Target

_EXTENSION_WORDS = re.compile(r"\bext_modules\b|\bExtension\s*\(")
_FACTS = 3


class Outcome(enum.Enum):
    """What building would do on the target."""

    COMPILES = "compiles"
    PURE = "pure"
    UNCLEAR = "unclear"


@dataclass(frozen=True, kw_only=True, slots=True)
class Build:
    """What is known of a build, with the facts that it rests on."""

    outcome: Outcome
    backend: str
    """For people, for example «setuptools»."""
    facts: tuple[str, ...]
    """The decisive one first; for an unclear build, why it cannot be told."""
    strength: Strength = Strength.PROVEN
    switches: tuple[str, ...] = ()
    """Environment variables that may choose a build without a compiler."""


def unclear(backend: str, reason: str, *, switches: tuple[str, ...] = ()) -> Build:
    """A build that cannot be told without running it."""
    return Build(
        outcome=Outcome.UNCLEAR, backend=backend, facts=(reason,), strength=Strength.GUESSED, switches=switches
    )


def read_script(contents: SdistContents, path: str, backend: str, target: Target) -> Build:
    """What a build script of the distribution comes down to; ``path`` is below its folder."""
    text = contents.text(path)
    if text is None:
        return unclear(backend, f"{path} is larger than 1 MiB" if contents.has(path) else f"{path} was not read")
    script = parse_setup_script(text, target)
    if script.unreadable is not None:
        return _from_words(contents, path, backend, f"{path}: {script.unreadable}")
    if script.compiled:
        return _from_compiled(contents, path, backend, script)
    if contents.source_count and script.process_lines:
        return unclear(backend, f"{path}:{script.process_lines[0]} starts a program, beside {_sources(contents)}")
    if not script.calls_setup:
        return _without_setup(contents, path, backend)
    return Build(outcome=Outcome.PURE, backend=backend, facts=(f"{path} makes no extension module",))


def _from_compiled(contents: SdistContents, path: str, backend: str, script: SetupScript) -> Build:
    certain = [item for item in script.compiled if item.certainty is Certainty.CERTAIN]
    if certain:
        facts = tuple(_fact(path, item) for item in certain[:_FACTS])
        return Build(outcome=Outcome.COMPILES, backend=backend, facts=facts, switches=script.switches)
    first = script.compiled[0]
    if first.certainty is Certainty.ELSEWHERE and contents.source_count:
        facts = (f"{_fact(path, first)}, beside {_sources(contents)}",)
        return Build(
            outcome=Outcome.COMPILES,
            backend=backend,
            facts=facts,
            strength=Strength.GUESSED,
            switches=script.switches,
        )
    return unclear(backend, f"{_fact(path, first)}: {first.why}", switches=script.switches)


def _from_words(contents: SdistContents, path: str, backend: str, reason: str) -> Build:
    """A script that does not parse still tells by its words what it is about."""
    if contents.source_count and _EXTENSION_WORDS.search(contents.text(path) or ""):
        fact = f"{reason}, but it names ext_modules, beside {_sources(contents)}"
        return Build(outcome=Outcome.COMPILES, backend=backend, facts=(fact,), strength=Strength.GUESSED)
    return unclear(backend, reason)


def _without_setup(contents: SdistContents, path: str, backend: str) -> Build:
    """The script hands over to something else, or it is a hook of another backend than setuptools."""
    if contents.source_count:
        return unclear(backend, f"{path} calls no setup(), beside {_sources(contents)}")
    fact = f"{path} compiles nothing that can be seen, and there is no source to compile"
    return Build(outcome=Outcome.PURE, backend=backend, facts=(fact,), strength=Strength.GUESSED)


def _fact(path: str, item: Compiled) -> str:
    return f"{path}:{item.line} {item.text}"


def _sources(contents: SdistContents) -> str:
    count = contents.source_count
    return f"{count} {'source' if count == 1 else 'sources'} to compile, {contents.sources[0]} first"
