"""What .gitignore files exclude, as git reads them, without running git."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.inputs.formats.reading import read_head

if TYPE_CHECKING:  # imported only if there is a .gitignore
    from pathspec import GitIgnoreSpec
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

MAX_IGNORE_FILE_BYTES = 256 * 1024
# Each file of a folder is compared with all of them; real files have a few hundred.
MAX_PATTERNS = 2_000
MAX_PATTERN_CHARACTERS = 1_000

# The parts of the regular expressions that pathspec writes.
_STARS = re.compile(r"(?:\[\^/\]\*)+")
_CHARACTER = r"(?:\\.|\[\^/\](?![*+])|\[(?!\^/\])\^?\]?(?:\\.|[^\]\\])*\]|[^\\\[\]()/$^])"
_STAR_AND_MORE = re.compile(rf"\[\^/\]\*({_CHARACTER}+)(?=\[\^/\]\*)", re.DOTALL)
_FOLDERS = r"\(\?:/\.\+\)\?"
_PATH = r"((?:(?!\(\?:/\.\+\)\?)(?:\\.|.))+?)"
_FOLDERS_AND_MORE = re.compile(rf"{_FOLDERS}{_PATH}(?={_FOLDERS})", re.DOTALL)
_FIRST_FOLDERS_AND_MORE = re.compile(rf"\^\(\?:\.\+/\)\?{_PATH}(?=\(\?>\(\?:/\.\+\)\?\?|{_FOLDERS})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """The .gitignore files that apply to one folder, the outermost first.

    The user's global excludes are not read, and files count as ignored even where git already tracks them.
    """

    files: tuple[tuple[Path, GitIgnoreSpec], ...] = ()

    @classmethod
    def above(cls, folder: Path) -> IgnoreRules:
        """The rules from the folders above, up to the root of the repository; none outside of a repository.

        None as well if they exclude the folder itself: a folder given by the user is always read.
        """
        folder = folder.absolute()
        root = next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)
        if root is None:
            return cls()
        rules = cls().with_file(root / ".git" / "info" / "exclude", root)
        for each in reversed([parent for parent in folder.parents if parent.is_relative_to(root)]):
            rules = rules.below(each)
        return cls() if rules.ignores(folder, is_folder=True) else rules

    @classmethod
    def from_patterns(cls, patterns: Iterable[tuple[Path, str]]) -> IgnoreRules:
        """The rules of single patterns, each relative to its folder."""
        by_folder: dict[Path, list[str]] = {}
        for folder, text in patterns:
            by_folder.setdefault(folder.absolute(), []).append(text)
        return cls(tuple((folder, _parse_patterns(lines)) for folder, lines in by_folder.items()))

    def below(self, folder: Path) -> IgnoreRules:
        """These rules plus those of a .gitignore in the folder, if it has one."""
        return self.with_file(folder / ".gitignore", folder)

    def ignores(self, path: Path, *, is_folder: bool) -> bool:
        """Whether the path is excluded; the innermost .gitignore that matches it decides."""
        absolute = path.absolute()
        for base, spec in reversed(self.files):
            if absolute.is_relative_to(base) and absolute != base:
                relative = absolute.relative_to(base).as_posix()
                verdict = spec.check_file(f"{relative}/" if is_folder else relative).include
                if verdict is not None:
                    return verdict
        return False

    def with_file(self, file: Path, base: Path) -> IgnoreRules:
        """These rules plus those of one file, whose patterns are relative to the folder ``base``."""
        lines = read_head(str(file), MAX_IGNORE_FILE_BYTES).decode("utf-8", "replace").splitlines()
        if not lines:
            return self
        return IgnoreRules((*self.files, (base.absolute(), _parse_patterns(lines))))


def _parse_patterns(lines: list[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - heavy

    # A later pattern overrides an earlier one, so only the last of repeated lines counts.
    distinct = list(dict.fromkeys(reversed(lines)))[:MAX_PATTERNS]
    patterns = [pattern for line in reversed(distinct) if (pattern := _parse_pattern(line)) is not None]
    return GitIgnoreSpec(patterns, backend="simple")


def _parse_pattern(line: str) -> GitIgnoreSpecPattern | None:
    """The pattern of one line; None for comments, blank lines and invalid patterns, which git skips."""
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern  # noqa: PLC0415 - heavy

    if len(line) > MAX_PATTERN_CHARACTERS:
        return None
    try:
        regex, include = GitIgnoreSpecPattern.pattern_to_regex(line)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of sets that look like those of other languages
            return None if regex is None else GitIgnoreSpecPattern(re.compile(_make_linear(regex)), include)
    except (ValueError, re.error):
        return None


def _make_linear(regex: str) -> str:
    """The same pattern without exponential time: only the last star of a name, and of a path, tries other lengths.

    For every other star the shortest match is sufficient, because the next part may begin anywhere after it.
    """
    regex = _STAR_AND_MORE.sub(r"(?>[^/]*?\1)", _STARS.sub("[^/]*", regex))
    regex = _FOLDERS_AND_MORE.sub(r"(?>(?:/.+)??\1(?=/))", regex)
    return _FIRST_FOLDERS_AND_MORE.sub(r"^(?>(?:.+?/)??\1(?=/))", regex)
