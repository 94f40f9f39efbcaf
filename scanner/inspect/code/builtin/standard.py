"""Calls of the standard library, of built-in functions, and of what is known by its name only."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scanner.inspect.code.builtin.functions import BUILTINS
from scanner.inspect.code.builtin.wrappers import (
    call_cached_property,
    call_chain,
    call_context_manager,
    call_dataclass,
    call_default_dict,
    call_module_type,
    call_named_tuple,
    call_namespace,
    call_ordered_dict,
    call_partial,
    call_reduce,
    call_suppress,
    call_update_wrapper,
    call_wraps,
)
from scanner.inspect.code.failure import Cause
from scanner.inspect.code.finders import find_spec
from scanner.inspect.code.hazards import meet
from scanner.inspect.code.importer import import_by_name
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.patterns import compile_pattern, match_pattern
from scanner.inspect.code.state.texts import REGEX_CALLS, Pattern
from scanner.inspect.code.state.values import (
    UNKNOWN,
    Arguments,
    Class,
    Descriptor,
    Dict,
    Function,
    Instance,
    List,
    Method,
    Native,
    Partial,
    Standard,
)

_ENVIRONMENT = frozenset({"HOME", "PATH", "USER", "PWD", "LANG", "LOGNAME", "TMPDIR", "TZ", "LC_ALL", "LC_CTYPE"})
"""Variables that may be set on a Worker."""

_TRANSPARENT = frozenset(
    {
        "functools.lru_cache", "functools.lru_cache()", "functools.cache",
        "functools.total_ordering", "abc.abstractmethod", "typing.final", "enum.unique",
        "typing.runtime_checkable", "typing.no_type_check", "typing.overload", "atexit.register", "types.coroutine",
        "typing.override", "typing_extensions.override", "typing_extensions.final", "warnings.deprecated()",
        "typing_extensions.deprecated()", "typing_extensions.runtime_checkable", "typing.dataclass_transform()",
        "typing_extensions.dataclass_transform()",
    }
)  # fmt: skip
"""Decorators that return what they are given, or something that is called like it."""


def call_standard(machine: Machine, function: Standard, arguments: Arguments) -> object:
    """What the call returns.

    Raises:
        Raised: the target ends it in an exception.
    """
    dotted = function.dotted.removesuffix("().__init__")
    if dotted.startswith("builtins."):
        builtin = BUILTINS.get(dotted.removeprefix("builtins."))
        return builtin(machine, arguments) if builtin is not None else Standard(f"{dotted}()")
    hazard = machine.runtime.behaviour.hazards.get(dotted)
    if hazard is not None:
        meet(machine, dotted, hazard, arguments)
    if function.is_opaque:
        _open_arguments(arguments)
        return Standard(f"{dotted}()", is_opaque=True)
    if dotted in _TRANSPARENT and _is_decorated(arguments):
        return arguments.positional[0]
    special = _CALLS.get(dotted)
    if special is not None:
        return special(machine, arguments)
    return result_of(machine, dotted)


def _is_decorated(arguments: Arguments) -> bool:
    first = arguments.get(0)
    return isinstance(first, Function | Class | Method | Descriptor | Native | Partial)


def _open_arguments(arguments: Arguments) -> None:
    for argument in arguments.positional:
        if isinstance(argument, List | Dict):
            argument.is_open = True


def result_of(machine: Machine, dotted: str) -> object:
    """What calling a name of the standard library returns, whatever its arguments."""
    runtime = machine.runtime
    try:
        return runtime.value(f"{dotted}()")
    except KeyError:
        pass
    alias = runtime.behaviour.results.get(dotted)
    if isinstance(alias, str):
        return Standard(alias, is_module=alias in runtime.names.kinds)
    error, _ = runtime.exception(dotted)
    if error is not None:
        return Instance(Standard(dotted), is_open=True)
    module, _, name = dotted.rpartition(".")
    return Standard(f"{dotted}()", is_true=None if runtime.kind(module, name) != "classes" else True)


def _import_module(machine: Machine, arguments: Arguments) -> object:
    return import_by_name(machine, arguments.get(0, "name"), arguments.get(1, "package", None))


def _find_spec(machine: Machine, arguments: Arguments) -> object:
    return find_spec(machine, arguments.get(0, "name"), arguments.get(1, "package", None))


def _getenv(_: Machine, arguments: Arguments) -> object:
    """An environment variable: its default, for a package's own switches are not set on a Worker."""
    name = arguments.get(0)
    if not isinstance(name, str) or name in _ENVIRONMENT:
        return UNKNOWN
    return arguments.get(1, "default", None)


def _calcsize(_: Machine, arguments: Arguments) -> object:
    return 4 if arguments.get(0) in ("P", "l", "n", "L", "N") else UNKNOWN  # wasm32


def _compile(_: Machine, arguments: Arguments) -> object:
    return compile_pattern(arguments)


def _match(how: str) -> Callable[[Machine, Arguments], object]:
    def match(_: Machine, arguments: Arguments) -> object:
        pattern = arguments.get(0)
        if not isinstance(pattern, Pattern):
            pattern = compile_pattern(Arguments((pattern, *arguments.positional[2:]), arguments.named))
        return match_pattern(pattern, how, Arguments(arguments.positional[1:], arguments.named))

    return match


def _frame(machine: Machine, arguments: Arguments) -> object:
    """A frame of the code that is followed, with the globals of its module."""
    depth = arguments.get(0, default=0)
    modules = [machine.module, *(module for module, _, _ in reversed(machine.trail))]
    frame: object = None
    for module in reversed(modules[depth : depth + 4] if isinstance(depth, int) else []):
        known = Dict({"f_globals": module.namespace, "f_back": frame, "f_code": UNKNOWN}) if module else Dict()
        frame = Instance(Standard("types.FrameType"), known, is_open=True)
    return frame if frame is not None else UNKNOWN


def _exit(machine: Machine, _: Arguments) -> object:
    raise machine.stop(Cause.RAISED, SystemExit, "SystemExit", "", "raise SystemExit")


def _first(_: Machine, arguments: Arguments) -> object:
    return arguments.get(0)


def _second(_: Machine, arguments: Arguments) -> object:
    return arguments.get(1)


def _true(dotted: str) -> Callable[[Machine, Arguments], object]:
    return lambda _machine, _arguments: Standard(dotted, is_true=True)


_CALLS: Mapping[str, Callable[[Machine, Arguments], object]] = {
    "importlib.import_module": _import_module,
    "importlib.__import__": _import_module,
    "importlib.util.find_spec": _find_spec,
    "importlib.find_loader": _find_spec,
    "pkgutil.find_loader": _find_spec,
    "pkgutil.resolve_name": lambda _machine, _arguments: UNKNOWN,
    "importlib.util.spec_from_loader": _true("importlib.machinery.ModuleSpec()"),
    "importlib.machinery.ModuleSpec": _true("importlib.machinery.ModuleSpec()"),
    "importlib.reload": _first,
    "pkgutil.extend_path": _first,
    "os.environ.get": _getenv,
    "os.getenv": _getenv,
    "struct.calcsize": _calcsize,
    "re.compile": _compile,
    **{f"re.{how}": _match(how) for how in REGEX_CALLS},
    "sys._getframe": _frame,
    "inspect.currentframe": _frame,
    "sys.exit": _exit,
    "os._exit": _exit,
    "os.abort": _exit,
    "functools.wraps": call_wraps,
    "functools.update_wrapper": call_update_wrapper,
    "functools.partial": call_partial,
    "functools.reduce": call_reduce,
    "functools.cached_property": call_cached_property,
    "contextlib.contextmanager": call_context_manager,
    "contextlib.suppress": call_suppress,
    "dataclasses.dataclass": call_dataclass,
    "types.ModuleType": call_module_type,
    "types.SimpleNamespace": call_namespace,
    "collections.OrderedDict": call_ordered_dict,
    "collections.defaultdict": call_default_dict,
    "collections.Counter": call_default_dict,
    "collections.ChainMap": call_default_dict,
    "collections.namedtuple": call_named_tuple,
    "itertools.chain": call_chain,
    "typing.cast": _second,
    "typing.NewType": _second,
    "typing.NamedTuple": call_named_tuple,
    "warnings.warn": lambda _machine, _arguments: None,
}
