"""The names of a module or function while it is followed, and what they hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from scanner.inspect.code.conditions import evaluate
from scanner.inspect.code.expression import Expression
from scanner.inspect.code.runtime import Reference, Runtime
from scanner.inspect.code.site import Site
from scanner.inspect.code.steps import Class, Function, Leave, ModuleFacts
from scanner.inspect.code.values import UNKNOWN

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
    patched: set[str] = field(default_factory=set)
    """The names, dotted, that code which has run gave to modules that lack them."""

    def lacks(self, module: str, name: str) -> bool:
        """Whether a standard-library module is there without this name, and nothing has given it one."""
        return self.runtime.lacks(module, name) and f"{module}.{name}" not in self.patched

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
    function: Function | None = None
    instance: tuple[Frame, str] | None = None
    """In a method: the class of ``self``, by the frame of its module and its name."""
    result: object = UNKNOWN
    """What the function gave back; UNKNOWN where it may be one of several things."""
    yielded: list[object] | None = None
    """In a generator that is followed: what it gave so far."""
    returned: dict[tuple[str, str], object] = field(default_factory=dict)
    """What calls from here gave back last, by the function's module and name."""

    def lookup(self, name: str) -> object:
        """The value that a name has now; a function of its own module is a reference to it."""
        if name in self.values:
            return self.values[name]
        if self.function is not None and self.parent is not None:
            inner = f"{self.function.name}.{name}"
            if inner in self.module.functions:
                return Reference(f"{self.module.facts.name}.{inner}", is_module=False)
            return UNKNOWN if name in self.function.locals else self.parent.lookup(name)
        if name in self.module.functions or name in self.module.classes:
            return Reference(f"{self.module.facts.name}.{name}", is_module=False)
        known = {
            "__name__": self.module.facts.name,
            "__package__": self.package,
            "__debug__": True,
            "TYPE_CHECKING": False,
        }
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
        if rest in frame.module.functions:
            return Reference(f"{frame.module.facts.name}.{rest}", is_module=False)
        return frame.values.get(rest, UNKNOWN)

    def call(self, function: Expression) -> object:
        """What the last call of a function from here gave back, or what one gives that does nothing else."""
        called = evaluate(function, self, self.world.runtime)
        found = self.world.locate(called.dotted) if isinstance(called, Reference) else None
        if found is None:
            return UNKNOWN
        frame, name = found
        key = (frame.module.facts.name, name)
        if key in self.returned:
            return self.returned[key]
        return self._only_value(frame, frame.module.functions.get(name))

    def provides(self, module: str) -> object:
        """Whether importing a module finds anything."""
        runtime, site = self.world.runtime, self.world.site
        if runtime.is_standard(module):
            return runtime.why_missing(module) is None
        return site.find(module) is not None or module in site.namespaces or site.is_opaque(module)

    def enter(self, owner: Frame, function: Function, instance: tuple[Frame, str] | None) -> Frame:
        """The frame of a call from here; a function defined inside another one sees that one's names."""
        outer, _, _ = function.name.rpartition(".")
        around: Frame | None = self
        while around is not None and not (
            around.module is owner.module and around.function is not None and around.function.name == outer
        ):
            around = around.parent
        inner = Frame(self.world, owner.module, parent=around or owner, function=function, instance=instance)
        for name, default in function.parameters:
            inner.values[name] = evaluate(default, owner, self.world.runtime)
        return inner

    @property
    def package(self) -> str:
        """What relative imports start from."""
        name = self.module.facts.name
        return name if self.module.facts.is_package else name.rpartition(".")[0]

    @property
    def module_frame(self) -> Frame:
        """The frame of the module that this one belongs to."""
        return self.parent.module_frame if self.parent is not None else self

    def _only_value(self, frame: Frame, function: Function | None) -> object:
        if function is None or function.is_deferred:
            return UNKNOWN
        match function.body:
            case (Leave(kind="return", value=value),):
                try:
                    return evaluate(value, self.enter(frame, function, None), self.world.runtime)
                except RecursionError:
                    return UNKNOWN
        return UNKNOWN
