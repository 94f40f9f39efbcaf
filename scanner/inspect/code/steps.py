"""What one module does when it is imported, and what its functions would do: the nouns, and their JSON.

A module becomes a block of steps: imports, raises, uses of names the target lacks, calls, and the branches and
guards around them. Everything else that a module does is left out. A block keeps no reference to the source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

from scanner.inspect.code import expression
from scanner.inspect.code.expression import Expression


@dataclass(frozen=True, slots=True)
class Import:
    """``import module``; ``bind`` is the name it makes, bound to the whole module or to its first part."""

    line: int
    module: str
    bind: str
    is_whole: bool


@dataclass(frozen=True, slots=True)
class FromImport:
    """``from module import …``; names as (name, bound name), ``*`` among them; the module name is absolute."""

    line: int
    module: str
    names: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Load:
    """``importlib.import_module`` or ``__import__`` of a computed or literal name."""

    line: int
    module: Expression
    package: Expression
    """What a relative name starts from."""


@dataclass(frozen=True, slots=True)
class Lack:
    """A use of a name that a standard-library module of the target does not have."""

    line: int
    module: str
    name: str


@dataclass(frozen=True, slots=True)
class Patch:
    """A name that a standard-library module of the target does not have is given to it."""

    dotted: str


@dataclass(frozen=True, slots=True)
class Hazard:
    """A call that fails or is forbidden on the target: a key of the table of hazards, and its first argument."""

    line: int
    name: str
    argument: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function or class of the scanned code: ``.name`` in this module, ``self.name`` for a method of the
    instance at hand, ``=name`` for what a name of the function holds, else a dotted absolute name.
    """

    line: int
    target: str
    arguments: tuple[tuple[str, Expression], ...]
    """With the names of keyword arguments; positional ones come first and have no name."""


@dataclass(frozen=True, slots=True)
class Raise:
    """A raise statement; ``error`` is the exception's name, empty for a bare ``raise``."""

    line: int
    error: str
    text: str


@dataclass(frozen=True, slots=True)
class Bind:
    """A name of the module or function takes a value."""

    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Leave:
    """``return`` (with what it gives), ``break`` or ``continue``: what follows in the block does not run."""

    kind: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Yield:
    """A generator gives a value."""

    value: Expression


@dataclass(frozen=True, slots=True)
class Branch:
    """An ``if``, or anything else that runs one of two blocks."""

    test: Expression
    body: Block
    otherwise: Block


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop: the name it binds (empty where it is no plain one), what it runs over, and its body."""

    target: str
    items: Expression
    is_entered: bool
    """Whether the body certainly runs at least once."""
    body: Block
    otherwise: Block
    """What runs unless ``break`` ends the loop."""


@dataclass(frozen=True, slots=True)
class Handler:
    """An ``except`` clause: the names of what it catches (empty for everything), the bound name, and its block."""

    errors: tuple[str, ...]
    bound: str
    body: Block


@dataclass(frozen=True, slots=True)
class Try:
    """A try statement; ``is_risky`` where its body also does what this engine does not model and may fail at."""

    body: Block
    handlers: tuple[Handler, ...]
    otherwise: Block
    finally_: Block
    is_risky: bool


Step = Import | FromImport | Load | Lack | Patch | Hazard | Call | Raise | Bind | Leave | Yield | Branch | Loop | Try
Block = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """What one function does when it is called."""

    name: str
    """Qualified within its module, for example ``Class.method``."""
    parameters: tuple[tuple[str, Expression], ...]
    """The positional ones with their defaults, opaque where there is none."""
    locals: tuple[str, ...]
    """The other names that are its own."""
    body: Block
    is_deferred: bool
    """Whether a call alone does not run the body: coroutines and generators."""


@dataclass(frozen=True, slots=True)
class Class:
    """A class; the bases by their dotted names, ``.name`` for those of the same module."""

    name: str
    bases: tuple[str, ...]
    methods: tuple[str, ...]
    """Every method that it has itself, those that do nothing worth keeping among them."""


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """Everything that is kept of one module; ``unread`` says why there is nothing more."""

    name: str
    path: str
    is_package: bool
    body: Block = ()
    functions: tuple[Function, ...] = ()
    classes: tuple[Class, ...] = ()
    names: tuple[str, ...] = ()
    """Only for packages and modules with a ``__getattr__``: the names that its own statements bind, which come before
    submodules of the same name."""
    lazy: tuple[tuple[str, str], ...] = ()
    """Names that a module-level ``__getattr__`` seems to import on demand, each with the module it names."""
    is_dynamic: bool = False
    """Whether it touches ``sys.modules``: submodules may then appear from nowhere."""
    makes_names: bool = False
    """Whether names may be bound in it that no statement shows."""
    unread: str | None = None
    unread_fails: bool = False
    """Whether the target's interpreter would refuse it too."""


def walk_steps(block: Block) -> Iterator[Step]:
    """Every step of a block, nested ones too, those of one block together."""
    waiting = [block]
    while waiting:
        for step in waiting.pop():
            yield step
            blocks = _BLOCKS.get(type(step))
            if blocks is not None:
                waiting += blocks(step)


_BLOCKS: Mapping[type, Callable[[Any], Iterable[Block]]] = {
    Branch: attrgetter("body", "otherwise"),
    Loop: attrgetter("body", "otherwise"),
    Try: lambda step: (step.body, step.otherwise, step.finally_, *(handler.body for handler in step.handlers)),
}
"""The blocks inside a step, by its kind."""

_NODES: tuple[type, ...] = (
    Import, FromImport, Load, Lack, Hazard, Call, Raise, Bind, Leave, Yield, Branch, Loop, Handler, Try,
    Function, Class, ModuleFacts,
    expression.Opaque, expression.Const, expression.Name, expression.Member, expression.Item, expression.Row,
    expression.Comparison, expression.Junction, expression.Negation, expression.Invocation, expression.Joined,
    expression.Mapped, Patch,
)  # fmt: skip

_NUMBERS = {node: number for number, node in enumerate(_NODES)}
_FIELDS = {node: tuple(field.name for field in fields(node)) for node in _NODES}


def encode(node: object) -> list[object]:
    """A node as a list for JSON: its number, then its fields as they are; for ``json``'s ``default``.

    Tuples are lists in JSON too. No field is a tuple of numbers, so that the head tells the two apart.

    Raises:
        TypeError: it is no node.
    """
    kind = type(node)
    if kind not in _NUMBERS:
        raise TypeError(f"{kind.__name__} is no kind of node")
    return [_NUMBERS[kind], *[getattr(node, name) for name in _FIELDS[kind]]]


def decode(value: object) -> object:
    """What ``encode`` was given.

    Raises:
        IndexError: it was not made by ``encode``.
        TypeError: as above.
    """
    if type(value) is not list:
        return value
    items = [decode(item) if type(item) is list else item for item in value]
    number = items[0] if items else None
    return _NODES[number](*items[1:]) if isinstance(number, int) else tuple(items)
