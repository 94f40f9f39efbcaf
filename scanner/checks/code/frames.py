"""The names of a module or function while it is followed, and what they hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from scanner.checks.code.conditions import UNKNOWN, evaluate
from scanner.checks.code.expression import Expression, Name
from scanner.checks.code.runtime import Reference, Runtime
from scanner.checks.code.site import Site
from scanner.checks.code.steps import Class, Function, ModuleFacts

_MAX_HOPS = 8
"""How many re-exports or base classes are followed."""


class Module:
    """The facts of a module with its definitions by name."""

    def __init__(self, facts: ModuleFacts) -> None:
        self.facts = facts

    @cached_property
    def functions(self) -> Mapping[str, Function]:
        """By qualified name; the last definition wins, as in Python."""
        return {function.name: function for function in self.facts.functions}

    @cached_property
    def classes(self) -> Mapping[str, Class]:
        """By qualified name."""
        return {cls.name: cls for cls in self.facts.classes}

    @cached_property
    def lazy(self) -> Mapping[str, str]:
        """Names to the modules they seem to come from."""
        return dict(self.facts.lazy)


@dataclass(slots=True)
class World:
    """What all frames of one analysis share: the target, the closure, and the frames of the modules so far."""

    runtime: Runtime
    site: Site
    frames: dict[str, Frame] = field(default_factory=dict)

    def locate(self, dotted: str) -> tuple[Frame, str] | None:
        """The frame of the module that a dotted name lies in, and the rest of the name; re-exports are followed."""
        for _ in range(_MAX_HOPS):
            parts = dotted.split(".")
            for count in range(len(parts) - 1, 0, -1):
                frame = self.frames.get(".".join(parts[:count]))
                if frame is not None:
                    break
            else:
                return None
            name, rest = parts[count], parts[count + 1 :]
            held = frame.values.get(name)
            if not isinstance(held, Reference) or held.dotted == dotted:
                return frame, ".".join([name, *rest])
            dotted = ".".join([held.dotted, *rest])
        return None


@dataclass(slots=True)
class Frame:
    """A scope of a followed module (``parent`` None) or function."""

    world: World
    module: Module
    values: dict[str, object] = field(default_factory=dict)
    parent: Frame | None = None
    own: frozenset[str] = frozenset()
    instance: tuple[Frame, str] | None = None
    """In a method: the class of ``self``, by the frame of its module and its name."""

    def lookup(self, name: str) -> object:
        """The value that a name has now."""
        if name in self.values:
            return self.values[name]
        if name in self.own:
            return UNKNOWN
        if self.parent is not None:
            return self.parent.lookup(name)
        known = {"__name__": self.module.facts.name, "__debug__": True, "TYPE_CHECKING": False}
        return known.get(name, UNKNOWN)

    def attribute(self, reference: Reference, name: str) -> object:
        """The value of a name in another module of the closure."""
        dotted = f"{reference.dotted}.{name}"
        if dotted in self.world.frames or self.world.site.find(dotted) is not None:
            return Reference(dotted, is_module=True)
        found = self.world.locate(dotted)
        if found is None:
            return UNKNOWN
        frame, rest = found
        return frame.values.get(rest, UNKNOWN)

    def call(self, function: Expression) -> object:
        """What a function of the closure returns, where that is a single expression."""
        match function:
            case Name(name=name) if name in self.module_frame.module.functions:
                return self._returned(self.module_frame, name)
            case _:
                called = evaluate(function, self, self.world.runtime)
        found = self.world.locate(called.dotted) if isinstance(called, Reference) else None
        return self._returned(*found) if found is not None else UNKNOWN

    def provides(self, module: str) -> object:
        """Whether importing a module finds anything."""
        runtime, site = self.world.runtime, self.world.site
        if runtime.is_standard(module):
            return runtime.why_missing(module) is None
        return site.find(module) is not None or module in site.namespaces or site.is_opaque(module)

    @property
    def module_frame(self) -> Frame:
        """The frame of the module that this one belongs to."""
        return self.parent.module_frame if self.parent is not None else self

    def _returned(self, frame: Frame, name: str) -> object:
        function = frame.module.functions.get(name)
        if function is None or function.is_deferred:
            return UNKNOWN
        inner = Frame(self.world, frame.module, parent=frame, own=frozenset(function.locals))
        try:
            return evaluate(function.returns, inner, self.world.runtime)
        except RecursionError:
            return UNKNOWN
