"""What a source distribution requires if its PKG-INFO is too old to declare it (before metadata 2.2, PEP 643).

setuptools writes the computed requirements to ``<name>.egg-info/requires.txt``, and a script that never mentions
requirements has none. If the script depends on the machine it ran on, the requirements stay unknown.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Collection, Iterator, Mapping

_DEPENDS_ON_MACHINE = re.compile(
    r"\bsys\.platform\b|\bos\.name\b|\bplatform\.\w+\(|\bversion_info\b|\benviron\b|\bgetenv\b"
)
_READ_FILES = ("requires.txt", "top_level.txt", "entry_points.txt")
_REQUIREMENT_WORDS = re.compile(r"requir|pbr|cffi_modules", re.IGNORECASE)
_REQUIRES_KEYWORDS = re.compile(r"\b(?:install_requires|extras_require)\b")
_SECTION = re.compile(r"\[(?P<extra>[^:\]]*)(?::(?P<marker>.*))?\]")
_FIRST_RELIABLE_VERSION = (2, 2)
_REPLACED_HEADERS = ("metadata-version:", "requires-dist:", "provides-extra:", "dynamic:")


def is_egg_info_file(path: str) -> bool:
    """Return whether the file is read from an egg-info folder, at the root or in the src folder."""
    parts = path.split("/")
    return parts[-1] in _READ_FILES and len(parts) <= 4 and len(parts) >= 2 and parts[-2].endswith(".egg-info")


def complete_metadata(metadata: str, paths: Collection[str], texts: Mapping[str, str | None]) -> str:
    """Return the metadata as version 2.2 if the requirements are elsewhere in the distribution; else unchanged.

    ``paths`` are all files below the distribution's folder, ``texts`` those of them that were read.
    """
    if not metadata or _is_reliable(metadata) or not _is_settled(texts):
        return metadata
    folders = {path.rpartition("/")[0] for path in paths if path.rpartition("/")[0].endswith(".egg-info")}
    if folders:
        found = [path for path in texts if path.endswith("/requires.txt")]
        if any(texts[path] is None for path in found) or len(found) > 1:
            return metadata
        lines = [line for path in found for line in parse_requires(texts[path] or "")]
        return _with_requires(metadata, lines)
    words = "".join(texts.get(name) or "" for name in ("setup.py", "setup.cfg"))
    if words and "pyproject.toml" not in paths and not _REQUIREMENT_WORDS.search(words):
        return _with_requires(metadata, [])
    return metadata


def parse_requires(text: str) -> Iterator[str]:
    """Yield the header lines for an egg-info's requires.txt: sections are extras and markers."""
    extra = marker = ""
    for line in map(str.strip, text.splitlines()):
        section = _SECTION.fullmatch(line)
        if section is not None:
            extra, marker = section["extra"].strip(), (section["marker"] or "").strip()
            if extra:
                yield f"Provides-Extra: {extra}"
        elif line and not line.startswith("#"):
            conditions = [f"({marker})"] if marker else []
            conditions += [f'extra == "{extra}"'] if extra else []
            yield f"Requires-Dist: {line}" + (f" ; {' and '.join(conditions)}" if conditions else "")


def _is_reliable(metadata: str) -> bool:
    match = re.search(r"(?mi)^metadata-version:\s*(\d{1,4})\.(\d{1,4})", metadata)
    return match is not None and (int(match[1]), int(match[2])) >= _FIRST_RELIABLE_VERSION


def _is_settled(texts: Mapping[str, str | None]) -> bool:
    """Return whether the script was read and computes the same requirements on every machine."""
    script = texts.get("setup.py", "")
    if script is None:
        return False
    varies, mentions = _DEPENDS_ON_MACHINE.search(script), _REQUIREMENT_WORDS.search(script)
    return not (varies and mentions) or _names_requirements_literally(script)


def _names_requirements_literally(script: str) -> bool:
    """Return whether ``setup()`` gets its requirements as literals, so that the machine cannot change them.

    A script that mentions requirements anywhere else may compute them.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(script)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    literal = 0
    for node in ast.walk(tree):
        match node:
            case ast.keyword(arg="install_requires" | "extras_require", value=value):
                if not _is_literal(value):
                    return False
                literal += 1
    return literal > 0 and len(_REQUIRES_KEYWORDS.findall(script)) == literal


def _is_literal(node: ast.expr) -> bool:
    return all(isinstance(inner, ast.Constant | ast.List | ast.Tuple | ast.Dict | ast.Load) for inner in ast.walk(node))


def _with_requires(metadata: str, lines: list[str]) -> str:
    """The same as metadata 2.2, where Requires-Dist is final unless a Dynamic header names it (PEP 643)."""
    kept = [line for line in metadata.splitlines() if not line.lower().startswith(_REPLACED_HEADERS)]
    return "\n".join(["Metadata-Version: 2.2", *kept, *lines])
