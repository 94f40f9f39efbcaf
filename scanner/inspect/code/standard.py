"""Calls of the standard library, of built-in functions, and of what is known by its name only."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scanner.inspect.code.builtin import BUILTINS
from scanner.inspect.code.failure import Cause
from scanner.inspect.code.hazards import meet
from scanner.inspect.code.importer import find_spec, import_by_name
from scanner.inspect.code.machine import Machine
from scanner.inspect.code.patterns import compile_pattern, match_pattern
from scanner.inspect.code.plain import list_items, make_list
from scanner.inspect.code.texts import REGEX_CALLS, Pattern
from scanner.inspect.code.values import (
    UNKNOWN,
    Arguments,
    Class,
    Descriptor,
    Dict,
    Function,
    Generator,
    Instance,
    List,
    Method,
    Module,
    Native,
    Partial,
    Standard,
    Unknown,
    is_plain,
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


def _partial(_: Machine, arguments: Arguments) -> object:
    rest = Arguments(arguments.positional[1:], arguments.named, arguments.is_whole)
    return Partial(arguments.get(0), rest)


def _reduce(machine: Machine, arguments: Arguments) -> object:
    items = list_items(machine, arguments.get(1))
    if items is None:
        return UNKNOWN
    start = [arguments.positional[2]] if len(arguments.positional) > 2 else []
    values = [*start, *items]
    result = values[0] if values else UNKNOWN
    for value in values[1:]:
        result = machine.call(machine, arguments.get(0), Arguments((result, value)))
    return result


def _context_manager(machine: Machine, arguments: Arguments) -> object:
    """The decorator ``contextlib.contextmanager``."""
    function = arguments.get(0)

    def enter(inner: Arguments) -> object:
        made = machine.call(machine, function, inner)
        if isinstance(made, Generator):
            made.is_context_manager = True
        return made

    return Native("contextmanager", enter) if isinstance(function, Function) else UNKNOWN


def _suppress(_: Machine, arguments: Arguments) -> object:
    errors = arguments.positional if arguments.is_whole else UNKNOWN
    return Instance(Standard("contextlib.suppress"), Dict({"errors": errors}))


def _wraps(_: Machine, arguments: Arguments) -> object:
    """The decorator ``functools.wraps``: what it decorates takes the other function's name."""
    return Native("wraps", lambda inner: _rename(inner.get(0), arguments.get(0, "wrapped")))


def _update_wrapper(_: Machine, arguments: Arguments) -> object:
    return _rename(arguments.get(0, "wrapper"), arguments.get(1, "wrapped"))


def _rename(wrapper: object, wrapped: object) -> object:
    if isinstance(wrapper, Function):
        source = wrapped.function if isinstance(wrapped, Method) else wrapped
        if isinstance(source, Function):
            wrapper.attributes.update({"__name__": source.name, **source.attributes})
        wrapper.attributes["__wrapped__"] = wrapped
    return wrapper


def _dataclass(machine: Machine, arguments: Arguments) -> object:
    cls = arguments.get(0)
    if isinstance(cls, Class):
        cls.is_dataclass = True
        return cls
    return Native("dataclass", lambda inner: _dataclass(machine, inner)) if arguments.named else UNKNOWN


def _module_type(_: Machine, arguments: Arguments) -> object:
    name = arguments.get(0)
    if not isinstance(name, str):
        return UNKNOWN
    return Module(name, None, Dict({"__name__": name, "__doc__": None}), is_done=True)


def _namespace(_: Machine, arguments: Arguments) -> object:
    return Instance(Standard("types.SimpleNamespace"), Dict(arguments.named), is_open=not arguments.is_whole)


def _ordered_dict(_: Machine, arguments: Arguments) -> object:
    made = Dict()
    pairs = arguments.get(0, default=())
    if isinstance(pairs, Dict):
        made.update(pairs)
        made.is_open = pairs.is_open
    else:
        made.is_open = True
    made.update(arguments.named)
    return made


def _default_dict(_: Machine, __: Arguments) -> object:
    made = Dict()
    made.is_open = True
    return made


def _named_tuple(machine: Machine, arguments: Arguments) -> object:
    name = arguments.get(0)
    if machine.module is None or not isinstance(name, str):
        return UNKNOWN
    listed = arguments.get(1, "field_names")
    fields = listed.replace(",", " ").split() if isinstance(listed, str) else list_items(machine, listed) or []
    cls = Class(name, machine.module, (UNKNOWN,), Dict(), is_open=True, is_dataclass=True)
    cls.fields = tuple(field for field in fields if isinstance(field, str))
    cls.mro = (cls, UNKNOWN)
    return cls


def _chain(machine: Machine, arguments: Arguments) -> object:
    made = List()
    for part in arguments.positional:
        items = make_list(machine, part)
        made.extend(items)
        made.is_open = made.is_open or items.is_open
    return made


def _cached_property(_: Machine, arguments: Arguments) -> object:
    return Descriptor("property", arguments.get(0))


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
    "functools.wraps": _wraps,
    "functools.update_wrapper": _update_wrapper,
    "functools.partial": _partial,
    "functools.reduce": _reduce,
    "functools.cached_property": _cached_property,
    "contextlib.contextmanager": _context_manager,
    "contextlib.suppress": _suppress,
    "dataclasses.dataclass": _dataclass,
    "types.ModuleType": _module_type,
    "types.SimpleNamespace": _namespace,
    "collections.OrderedDict": _ordered_dict,
    "collections.defaultdict": _default_dict,
    "collections.Counter": _default_dict,
    "collections.ChainMap": _default_dict,
    "collections.namedtuple": _named_tuple,
    "itertools.chain": _chain,
    "typing.cast": _second,
    "typing.NewType": _second,
    "typing.NamedTuple": _named_tuple,
    "warnings.warn": lambda _machine, _arguments: None,
}


__all__ = ["Unknown", "call_standard", "is_plain", "result_of"]
