"""Where an expression stands: its module, its names, and what conditions give there before the code is followed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from scanner.inspect.code.conditions import evaluate_truth, standard_value
from scanner.inspect.code.expression import Expression, parse_expression
from scanner.inspect.code.names import Names
from scanner.inspect.code.runtime import Reference, Runtime
from scanner.inspect.code.steps import (
    Block,
    Class,
    Function,
)
from scanner.inspect.code.values import UNKNOWN


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleScope:
    """A module with what is known of it before it is read, and what reading has found so far."""

    name: str
    package: str
    runtime: Runtime
    postpones_annotations: bool = False
    reads_functions: bool = True
    """Whether the bodies of functions can hold anything that matters."""
    idle: frozenset[ast.stmt] = frozenset()
    """The functions that do not matter all the same."""
    yield_lines: tuple[int, ...] = ()
    """The lines that hold the word «yield», in order: only functions around one can be generators."""
    functions: list[Function] = field(default_factory=list)
    """Every function of the module, filled while reading."""
    classes: list[Class] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Place:
    """Where code stands: its module and its scope."""

    module: ModuleScope
    names: Names
    prefix: str = ""
    """What goes before the qualified names of what is defined here."""
    is_function: bool = False
    read_block: Callable[[Iterable[ast.stmt], Place], Block] = lambda _statements, _place: ()
    """How the statements of a body become steps, see ``module_facts``."""
    add_lambda: Callable[[ast.Lambda, Place], None] = lambda _node, _place: None

    def inside(self, names: Names, prefix: str, *, is_function: bool) -> Place:
        """The place inside a function or class that is defined here."""
        return Place(self.module, names, prefix, is_function, self.read_block, self.add_lambda)

    def truth(self, test: ast.expr) -> bool | None:
        """Whether a condition holds on the target whatever else happens; None where that cannot be told."""
        return evaluate_truth(parse_expression(test), StaticScope(self), self.module.runtime)


@dataclass(frozen=True, slots=True)
class StaticScope:
    """Names as far as they have one meaning only, whatever is executed."""

    place: Place

    def lookup(self, name: str) -> object:
        """What a name that is imported once and never assigned stands for."""
        if name == "__name__":
            return self.place.module.name
        names = self.place.names
        dotted = names.resolve(name)
        if dotted is None:
            return False if name == "TYPE_CHECKING" else UNKNOWN
        scope: Names | None = names
        while scope is not None and name not in scope.aliases:
            scope = scope.parent
        if scope is None or not scope.is_settled(name):
            return UNKNOWN
        if not self.place.module.runtime.is_standard(dotted):
            return False if name == "TYPE_CHECKING" else UNKNOWN
        return (
            Reference(dotted, is_module=True)
            if name in scope.modules
            else standard_value(dotted, self.place.module.runtime)
        )

    def attribute(self, reference: Reference, name: str) -> object:
        """Nothing is known of other modules here."""
        del reference, name
        return UNKNOWN

    def call(self, function: Expression) -> object:
        """Nothing is known of the module's own functions here."""
        del function
        return UNKNOWN

    def provides(self, module: str) -> object:
        """Nothing is known of the closure here."""
        del module
        return UNKNOWN
