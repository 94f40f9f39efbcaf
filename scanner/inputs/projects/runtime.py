"""The runtime of a folder: what the nearest Wrangler configuration selects, and what is wrong with that."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scanner.inputs.settings import Settings
from scanner.inputs.wrangler import (
    CONFIG_NAMES,
    Environment,
    WranglerConfig,
    find_wrangler_configs,
    read_wrangler_config,
)
from scanner.model.dependency import Location
from scanner.model.errors import SettingsError
from scanner.model.finding import Level, Problem, When
from scanner.model.rule import Rule
from scanner.model.target import Target
from scanner.runtime.tables import load_runtimes
from scanner.runtime.target import choose_target, find_unknown_flags


@dataclass(frozen=True, kw_only=True, slots=True)
class RuntimeChoice:
    """One runtime that a folder is judged for."""

    target: Target
    wrangler: str | None = None
    """The configuration that chose the runtime, or that cannot be read."""
    worker: WranglerConfig | None = None
    """The configuration of the Python Worker that the folder belongs to."""
    environment: str | None = None
    """The environment of the configuration; None for its top level."""
    is_own: bool = False
    """Whether the configuration lies in the folder itself."""
    problems: tuple[Problem, ...] = ()

    @property
    def is_worker(self) -> bool:
        """Whether the folder itself is a Python Worker."""
        return self.is_own and self.worker is not None

    @property
    def main_module(self) -> str | None:
        """The path of the Worker's Python main module, below its configuration's folder."""
        main = self.worker.top.main if self.worker and self.is_own else None
        if main is None or not main.endswith(".py") or posixpath.isabs(main):
            return None
        inside = posixpath.normpath(main)
        folder = posixpath.dirname(self.worker.path) if self.worker else ""
        return None if inside.startswith("..") else posixpath.join(folder, inside)


def find_runtimes(folder: str, root: str, settings: Settings) -> tuple[RuntimeChoice, ...]:
    """The runtimes of a folder: that of its configuration, then those of the environments that change it.

    Without a configuration of a Python Worker it is the newest; what the settings choose comes before both.
    """
    configs = find_wrangler_configs(folder, root)
    is_own = bool(configs) and os.path.normpath(posixpath.dirname(configs[0]) or ".") == os.path.normpath(folder)
    try:
        config = read_wrangler_config(Path(configs[0]), configs[0]) if configs else None
    except SettingsError as error:
        target, problems = _choose_given(settings)
        return (
            RuntimeChoice(
                target=target, wrangler=configs[0], is_own=is_own, problems=(*problems, broken_settings(error))
            ),
        )
    worker = config if config is not None and is_python_worker(config.top) else None
    if settings.compatibility_date or settings.compatibility_flag or worker is None:
        target, problems = _choose_given(settings)
        others = tuple(_find_disagreement(configs, config)) if is_own else ()
        return (RuntimeChoice(target=target, worker=worker, is_own=is_own, problems=(*problems, *others)),)
    others = tuple(_find_disagreement(configs, config)) if is_own else ()
    return tuple(
        _choose(worker, environment, is_own=is_own, others=() if environment.name else others)
        for environment in (worker.top, *worker.environments)
    )


def find_runtime(folder: Path, settings: Settings) -> tuple[Target, str | None]:
    """The runtime of one folder, and the Wrangler configuration that chose it.

    Raises:
        SettingsError: the configuration cannot be read, or flags contradict each other.
    """
    choice = find_runtimes(str(folder), str(folder), settings)[0]
    for problem in choice.problems:
        if problem.rule is Rule.CS601:
            raise SettingsError(problem.location.path if problem.location else None, "runtime", problem.message)
    return choice.target, choice.wrangler


def is_python_worker(environment: Environment) -> bool:
    """Whether a flag selects Python, or the main module is Python."""
    flags = environment.compatibility_flags
    table = load_runtimes()
    known = {table.base_flag, *(runtime.flag for runtime in table.runtimes)}
    unknown = (flag for flag in find_unknown_flags(flags) if not flag.startswith("no_"))
    return (environment.main or "").endswith(".py") or not known.isdisjoint(flags) or any(unknown)


def broken_settings(error: SettingsError) -> Problem:
    """A configuration that cannot be used, as a problem of the project (CS601)."""
    location = Location(path=error.path, line=1) if error.path else None
    return Problem(rule=Rule.CS601, message=f"{error.key}: {error.reason}", location=location)


def _choose_given(settings: Settings) -> tuple[Target, tuple[Problem, ...]]:
    """What the settings choose; the newest runtime if they choose none."""
    if not (settings.compatibility_date or settings.compatibility_flag):
        return choose_target(), ()
    origins = {settings.origins.get(f"compatibility-{key}", "command line") for key in ("date", "flag")}
    unknown = tuple(_unknown_flags(settings.compatibility_flag, None))
    try:
        origin = " and ".join(sorted(origins))
        return choose_target(settings.compatibility_date, settings.compatibility_flag, origin=origin), unknown
    except SettingsError as error:
        return choose_target(settings.compatibility_date), (*unknown, broken_settings(error))


def _choose(
    worker: WranglerConfig, environment: Environment, *, is_own: bool, others: tuple[Problem, ...]
) -> RuntimeChoice:
    day, flags = environment.compatibility_date, environment.compatibility_flags
    place = Location(path=worker.path, line=worker.line_of("compatibility_flags"))
    problems = [*others, *(_refusals(worker, environment) if is_own else ()), *_unknown_flags(flags, place)]
    try:
        target = choose_target(day, flags, origin=worker.path)
    except SettingsError as error:
        target = choose_target(day)
        problems.append(Problem(rule=Rule.CS601, message=f"{error.key}: {error.reason}", location=place))
    return RuntimeChoice(
        target=target,
        wrangler=worker.path,
        worker=worker,
        environment=environment.name,
        is_own=is_own,
        problems=tuple(problems),
    )


def _refusals(worker: WranglerConfig, environment: Environment) -> Iterator[Problem]:
    """What pywrangler refuses to run without."""
    where = f"the environment {environment.name} of {worker.path}" if environment.name else worker.path
    flag = load_runtimes().base_flag
    if environment.compatibility_date is None:
        yield _blocker(
            Rule.CS713,
            f"{where} sets no compatibility_date, and pywrangler refuses to run without one",
            Location(path=worker.path, line=1),
            f'Add a date, for example compatibility_date = "{load_runtimes().date}".',
        )
    if flag not in environment.compatibility_flags:
        yield _blocker(
            Rule.CS713,
            f"{where} does not set the flag {flag}, and pywrangler refuses to run without it",
            Location(path=worker.path, line=worker.line_of("compatibility_flags")),
            f'Add "{flag}" to compatibility_flags.',
        )


def _unknown_flags(flags: Sequence[str], place: Location | None) -> Iterator[Problem]:
    for flag in find_unknown_flags(flags):
        yield Problem(
            rule=Rule.CS603,
            message=f"these data do not know the runtime flag {flag}, so the runtime is unknown",
            location=place,
            remedy="Correct the flag, or update the data with `compat-scan data update`.",
        )


def _find_disagreement(configs: Sequence[str], chosen: WranglerConfig | None) -> Iterator[Problem]:
    """The configuration that Wrangler reads instead of pywrangler's, if it selects another Python (CS719)."""
    path = next((path for name in CONFIG_NAMES for path in configs if posixpath.basename(path) == name), None)
    if chosen is None or path is None or path == chosen.path:
        return
    try:
        other = read_wrangler_config(Path(path), path)
        pythons = [_find_python(config.top) for config in (chosen, other)]
    except SettingsError as error:
        yield broken_settings(error)
        return
    if pythons[0] != pythons[1]:
        yield _blocker(
            Rule.CS719,
            f"pywrangler reads {chosen.path} ({_name(pythons[0])}), but Wrangler reads {path} ({_name(pythons[1])})",
            Location(path=path, line=other.line_of("compatibility_date")),
            "Keep one configuration in this folder.",
        )


def _find_python(environment: Environment) -> str | None:
    if not is_python_worker(environment):
        return None
    return choose_target(environment.compatibility_date, environment.compatibility_flags).python


def _name(python: str | None) -> str:
    return "not a Python Worker" if python is None else f"Python {python.rpartition('.')[0]}"


def _blocker(rule: Rule, message: str, location: Location, remedy: str) -> Problem:
    return Problem(rule=rule, level=Level.BLOCKER, when=When.INSTALL, message=message, location=location, remedy=remedy)
