"""What code is known by before it is read: the words in its source."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scanner.inspect.code.hazards import HAZARDS

_SHORT = 4
"""Names up to this length are too common to look for; they are found in modules that are parsed anyway."""

_TOLD_BY_NAME = re.compile(r"(os|\*|time|sys)\.")
_IN_WORDS = (string.ascii_letters + string.digits + "_").encode()
_NO_WORD = bytes(code if code in _IN_WORDS else ord(" ") for code in range(256))

_AT_IMPORT_WORDS = frozenset(
    {
        b"platform", b"import_module", b"__import__", b"random", b"secrets", b"uuid", b"urandom", b"getrandom",
        b"tempfile",
    }
)  # fmt: skip
_INDENTED_IMPORT = re.compile(rb"\n[ \t]+(?:from|import)\s")
_IMPORTED = re.compile(rb"\b(?:from|import)\s((?:[^\n\\]|\\\s)*)")
"""What follows the words of an import statement on its line, and on those that backslashes add to it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """What code is known by before it is read."""

    suspicious: frozenset[bytes]
    """The words that a module's bytes hold wherever its functions can run into something."""
    telling: frozenset[bytes]
    """Words that tell by themselves that a function, in a module that is parsed, can run into something."""
    modules: frozenset[bytes]
    """The missing modules of one word, which only an import statement can mean."""
    names: Mapping[bytes, frozenset[frozenset[bytes]]]
    """Of every other name that functions can run into all words, by the last of them."""
    every: frozenset[bytes]
    """All of the words that anything is known by."""
    removed: Mapping[bytes, tuple[tuple[bytes, frozenset[bytes]], ...]]
    """The dotted names that only older Pythons had, each with its words, by the last of them. Many have the words of
    what there is today, as ``collections.Mapping`` and ``string.find``: they count only where they are written out."""


def collect_words(missing: Iterable[str], attributes: Iterable[str], removed: Iterable[str] = ()) -> Words:
    """The words of a target that lacks these modules, and these dotted names in others; ``removed`` are as these, but
    of older Pythons only.
    """
    missing, attributes = frozenset(missing), frozenset(attributes)
    hazards = [name for name, row in HAZARDS.items() if row.is_deferred]
    told = {name.rpartition(".")[2] for name in hazards if _TOLD_BY_NAME.match(name)}
    alone = {name.encode() for name in (*told, *(module.rpartition(".")[2] for module in missing))}
    lacking = {name.rpartition(".")[2].encode() for name in attributes}
    rooted = {name.partition(".")[0].encode() for name in hazards} - {b"os", b"*", b"time", b"sys"}
    names: dict[bytes, set[frozenset[bytes]]] = {}
    for name in (*hazards, *attributes, *(module for module in missing if "." in module)):
        *_, last = words = list_words(name.encode())
        names.setdefault(last, set()).add(frozenset(words))
    written: dict[bytes, tuple[tuple[bytes, frozenset[bytes]], ...]] = {}
    for dotted in sorted(name.encode() for name in removed):
        *_, last = words = list_words(dotted)
        written[last] = (*written.get(last, ()), (dotted, frozenset(words)))
    suspicious = frozenset(alone | rooted).union(name for name in lacking if len(name) > _SHORT)
    parts = (word for sets in names.values() for needed in sets for word in needed)
    removed_parts = (word for several in written.values() for _, needed in several for word in needed)
    return Words(
        suspicious=suspicious,
        telling=frozenset(alone | lacking | _AT_IMPORT_WORDS | {b"import"}),
        modules=frozenset(module.encode() for module in missing if "." not in module),
        names={last: frozenset(needed) for last, needed in names.items()},
        every=suspicious.union(_AT_IMPORT_WORDS, removed_parts, (module.encode() for module in missing), parts),
        removed=written,
    )


def find_words(data: bytes, words: Words) -> frozenset[bytes]:
    """Those of the words that a source holds."""
    return words.every.intersection(list_words(data))


def has_telling_functions(data: bytes, suspicious: frozenset[bytes], found: Iterable[bytes] | None = None) -> bool:
    """Whether the functions of a module can matter even when they are called while it is imported.

    ``found`` are the words of the source, or at least those that ``find_words`` gives; None where nobody has looked.
    """
    listed = list_words(data) if found is None else found
    if not suspicious.isdisjoint(listed) or not _AT_IMPORT_WORDS.isdisjoint(listed):
        return True
    return _INDENTED_IMPORT.search(data) is not None


def is_suspicious(data: bytes, module: str, words: Words) -> bool:
    """Whether functions of a module can run into something, by its bytes; else it needs no parsing.

    A name of another module is written out in the module that uses it, as its parts or as one that its own package's
    name completes; only the missing modules of one word have nothing beside them but the import statement.
    """
    listed = find_words(data, words)
    if not words.suspicious.isdisjoint(listed):
        found = listed.union(list_words(module.encode()))
        if any(needed <= found for last in words.names.keys() & found for needed in words.names[last]):
            return True
        if not words.modules.isdisjoint(found) and not words.modules.isdisjoint(_list_imported(data)):
            return True
    return bool(find_removed(data, listed, words))


def find_removed(data: bytes, found: frozenset[bytes], words: Words) -> frozenset[bytes]:
    """The last words of names of older Pythons that a source has written out; ``found`` are those of ``find_words``."""
    return frozenset(
        last
        for last in found & words.removed.keys()
        if any(needed <= found and _is_written(dotted, data) for dotted, needed in words.removed[last])
    )


def _is_written(dotted: bytes, data: bytes) -> bool:
    """Whether a dotted name is written out, or taken from its module by an import statement that is not at the top."""
    module, _, name = dotted.rpartition(b".")
    if dotted in data and re.search(rb"(?<![\w.])%b\b" % re.escape(dotted), data) is not None:
        return True
    if b"from %b import" % module not in data:
        return False
    taken = rb"\n[ \t]+from %b import (?:[ \t]*\([^)]*|[^\n]*)\b%b\b" % (re.escape(module), re.escape(name))
    return re.search(taken, data) is not None


def list_words(data: bytes) -> list[bytes]:
    """The words of a source in order, whatever they stand in: names, keywords, numbers, parts of strings and comments.

    Blanking everything else and splitting takes half the time of a regular expression.
    """
    return data.translate(_NO_WORD).split()


def _list_imported(data: bytes) -> list[bytes]:
    return list_words(b" ".join(_IMPORTED.findall(data)))
