"""Fails on guillemets and on words outside of plain English, in the package and the docs.

Usage: python tools/check_english.py
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

NOT_YET_CLEAN: tuple[str, ...] = (
    "README.md",
    "docs/accuracy.md",
    "docs/ci.md",
    "docs/formats.md",
    "docs/getting-started.md",
    "docs/performance.md",
    "docs/resolution.md",
    "docs/rules.md",
    "docs/verdicts.md",
    "scanner/cli",
    "scanner/index",
    "scanner/inputs/__init__.py",
    "scanner/inputs/masking.py",
    "scanner/inputs/projects",
    "scanner/inputs/rewriting",
    "scanner/inputs/setting_values.py",
    "scanner/inputs/settings.py",
    "scanner/inputs/table_rows.py",
    "scanner/inspect",
    "scanner/judge",
    "scanner/pipeline.py",
    "scanner/refresh",
    "scanner/report/context.py",
    "scanner/report/entries.py",
    "scanner/report/escape.py",
    "scanner/report/html",
    "scanner/report/junit.py",
    "scanner/report/markdown",
    "scanner/report/places.py",
    "scanner/report/rule_help.py",
    "scanner/report/terminal",
    "scanner/report/wording.py",
    "scanner/resolve",
)
"""Files and folders that are skipped; this list only shrinks."""

_FORBIDDEN = (
    r"[«»]",
    r"\b(?:un)?told\b",
    r"\btelling\b",
    r"\b(?:ask|asks|asked|asking) for\b",
    r"\b(?:come|comes|came) along\b",
    r"\b(?:brings?|brought) along\b",
    r"\b(?:stand|stands|stood) in\b",
    r"\b(?:hang|hangs) on\b",
    r"\bfor want of\b",
    r"\bwhoever\b",
    r"\bwhat it takes\b",
    r"\baside\b",
    r"\bbesides?\b",
    r"\bmisfits?\b",
    r"\bwants\b",
)
_PATTERN = re.compile("|".join(_FORBIDDEN), re.IGNORECASE)


def find_words(text: str) -> Iterator[tuple[int, str]]:
    """Each forbidden word with its line, counted from 1."""
    for number, line in enumerate(text.splitlines(), start=1):
        yield from ((number, match.group()) for match in _PATTERN.finditer(line))


def list_files(root: Path) -> Iterator[Path]:
    """The checked files, relative to the root, except those that are not yet clean."""
    for path in sorted([*root.glob("scanner/**/*.py"), *root.glob("docs/*.md"), root / "README.md"]):
        relative = path.relative_to(root)
        if not any(relative.is_relative_to(each) for each in NOT_YET_CLEAN):
            yield relative


def main() -> int:
    """The exit code; prints one line for each forbidden word."""
    found = [
        f"{path}:{line}: {word!r} is not plain English"
        for path in list_files(ROOT)
        for line, word in find_words((ROOT / path).read_text(encoding="utf-8"))
    ]
    print("\n".join(found) or "no forbidden words")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
