"""The facts of modules, each read once: from a digest where there is one, else from the wheel's bytes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from scanner.inspect.code.digest import CodeDigest
from scanner.inspect.code.module_facts import read_facts
from scanner.inspect.code.runtime import Runtime
from scanner.inspect.code.site import SourceFile, WheelCode
from scanner.inspect.code.steps import ModuleFacts
from scanner.inspect.code.words import Words, collect_words, is_suspicious
from scanner.model.errors import ArtifactError

MAX_PARSED_BYTES = 400 * 1024 * 1024
"""What all analyses of one scan may parse together; whatever is beyond counts as unread."""

_TOO_MUCH = "there is too much code to read"


class CodeReader:
    """One for a whole scan: packages share their dependencies."""

    def __init__(self, runtime: Runtime, digests: Mapping[str, CodeDigest] | None = None) -> None:
        self.runtime = runtime
        self._modules: dict[str, dict[str, ModuleFacts]] = {}
        self._quiet: dict[str, set[str]] = {}
        self._unweighed: dict[str, set[str]] = {}
        """Modules that were read because something imports them: whether they are suspicious nobody has asked."""
        self._bytes_left = MAX_PARSED_BYTES
        for filename, digest in (digests or {}).items():
            if digest.python == self._python:
                self._modules[filename] = dict(digest.modules)
                self._quiet[filename] = set(digest.quiet)

    def read(self, file: SourceFile) -> ModuleFacts:
        """The facts of a module; one that cannot be read has facts that say so."""
        known = self._modules.setdefault(file.wheel.filename, {})
        facts = known.get(file.module)
        if facts is None:
            facts = known[file.module] = self._parse(file)
            self._unweighed.setdefault(file.wheel.filename, set()).add(file.module)
        return facts

    def read_suspicious(self, file: SourceFile) -> ModuleFacts | None:
        """The facts of a module whose bytes look as if its functions could run into something, else None.

        The answer hangs on the bytes alone, not on whether something else had the module read before.
        """
        known = self._modules.setdefault(file.wheel.filename, {})
        quiet = self._quiet.setdefault(file.wheel.filename, set())
        if file.module in quiet:
            return None
        facts = known.get(file.module)
        if facts is None or file.module in self._unweighed.get(file.wheel.filename, ()):
            data = _read_bytes(file)
            if isinstance(data, str) or not is_suspicious(data, file.module, self._words):
                quiet.add(file.module)
                return None
            if facts is None:
                facts = known[file.module] = self._parse_bytes(data, file)
        return facts

    def is_cut_short(self, wheel: WheelCode) -> bool:
        """Whether a module of the wheel is unread that another scan, with less before it, would read."""
        return any(facts.unread == _TOO_MUCH for facts in self._modules.get(wheel.filename, {}).values())

    def digest(self, wheel: WheelCode) -> CodeDigest:
        """What is known of a wheel's code by now."""
        modules = self._modules.get(wheel.filename, {})
        return CodeDigest(
            python=self._python, modules=dict(modules), quiet=frozenset(self._quiet.get(wheel.filename, ()))
        )

    @property
    def _python(self) -> str:
        return ".".join(map(str, self.runtime.python))

    @cached_property
    def _words(self) -> Words:
        runtime = self.runtime
        return collect_words((*runtime.missing, *runtime.removed), runtime.lacking_names(), runtime.removed_names())

    def _parse(self, file: SourceFile) -> ModuleFacts:
        data = _read_bytes(file)
        if isinstance(data, str):
            return ModuleFacts(file.module, file.path, file.is_package, unread=data)
        return self._parse_bytes(data, file)

    def _parse_bytes(self, data: bytes, file: SourceFile) -> ModuleFacts:
        self._bytes_left -= len(data)
        if self._bytes_left < 0:
            return ModuleFacts(file.module, file.path, file.is_package, unread=_TOO_MUCH)
        return read_facts(
            data, name=file.module, path=file.path, is_package=file.is_package, runtime=self.runtime, words=self._words
        )


def _read_bytes(file: SourceFile) -> bytes | str:
    try:
        return file.wheel.read(file.path)
    except ArtifactError as error:
        return error.reason
