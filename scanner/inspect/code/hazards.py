"""Calls that fail on the target, or that Workers do not allow at the top level, while a module is imported."""

from __future__ import annotations

from scanner.inspect.code.failure import Cause
from scanner.inspect.code.site import WheelCode
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import Arguments
from scanner.inspect.code.target import AtImport, Hazard
from scanner.model.filenames import parse_wheel_name
from scanner.model.rule import Rule
from scanner.runtime.tables import PatchKind

_SEEDS = ("seed", "x")
"""What the first argument of a generator of random numbers is called."""


def meet(machine: Machine, dotted: str, hazard: Hazard, arguments: Arguments) -> None:
    """What such a call does while a module is imported.

    Raises:
        Raised: the target ends it in an exception.
    """
    text = f"calls {dotted.removeprefix('*.')}"
    is_unseeded = hazard.at_import is AtImport.FORBIDDEN_UNSEEDED and _first_argument(arguments) is None
    if hazard.at_import is AtImport.FORBIDDEN or is_unseeded:
        if hazard.rule is not Rule.CS307 or not _is_patched(machine):
            machine.note("forbidden", dotted, hazard.startup_outcome, text)
        return
    if hazard.at_import in (AtImport.HARMLESS, AtImport.FORBIDDEN_UNSEEDED):
        return
    raised = machine.stop(Cause.HAZARD, _error_class(hazard.error), dotted, hazard.outcome, text)
    if hazard.at_import is AtImport.FAILS:
        raise raised
    library = arguments.get(0, "name", None)
    if isinstance(library, str):
        raise raised
    if library is not None:
        machine.may_raise(raised)


def _first_argument(arguments: Arguments) -> object:
    """The seed of a generator; None where there is none."""
    named = next((name for name in _SEEDS if name in arguments.named), None)
    return arguments.get(0, named or _SEEDS[0], None)


def _error_class(name: str) -> type[BaseException]:
    found = getattr(__builtins__, name, None) if not isinstance(__builtins__, dict) else __builtins__.get(name)
    return found if isinstance(found, type) and issubclass(found, BaseException) else Exception


def _is_patched(machine: Machine) -> bool:
    """Whether a patch lets a module that is being imported, and what it imports of its own wheel, use entropy."""
    files = [machine.site.find(name) for name in machine.running]
    innermost = files[-1].wheel if files and files[-1] is not None else None
    return any(
        file is not None and file.wheel is innermost and _is_covered(machine, file.module, innermost) for file in files
    )


def _is_covered(machine: Machine, module: str, wheel: WheelCode) -> bool:
    patch = machine.runtime.patches.get(module)
    if patch is None or patch.kind is not PatchKind.ENTROPY:
        return False
    found = parse_wheel_name(wheel.filename) if wheel.distribution == patch.distribution else None
    return patch.covers(found.version if found else None)
