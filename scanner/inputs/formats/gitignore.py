"""What .gitignore files exclude, as git reads them, without running git."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.inputs.formats.reading import read_head

if TYPE_CHECKING:  # loaded only where there is such a file
    from pathspec import GitIgnoreSpec

MAX_IGNORE_FILE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """The .gitignore files that apply in one folder, the outermost first.

    The user's global excludes are not read, and files count as ignored even where git already tracks them.
    """

    files: tuple[tuple[Path, GitIgnoreSpec], ...] = ()

    @classmethod
    def above(cls, folder: Path) -> IgnoreRules:
        """The rules from the folders above, up to the root of the repository; none outside of a repository.

        None as well where they exclude the folder itself: who names an ignored folder wants it read.
        """
        folder = folder.absolute()
        root = next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)
        if root is None:
            return cls()
        rules = cls().with_file(root / ".git" / "info" / "exclude", root)
        for each in reversed([parent for parent in folder.parents if parent.is_relative_to(root)]):
            rules = rules.below(each)
        return cls() if rules.ignores(folder, is_folder=True) else rules

    def below(self, folder: Path) -> IgnoreRules:
        """These rules and those of a .gitignore in the folder, if it has one."""
        return self.with_file(folder / ".gitignore", folder)

    def ignores(self, path: Path, *, is_folder: bool) -> bool:
        """Whether the path is excluded; the innermost .gitignore that names it decides."""
        absolute = path.absolute()
        for base, spec in reversed(self.files):
            if absolute.is_relative_to(base) and absolute != base:
                relative = absolute.relative_to(base).as_posix()
                verdict = spec.check_file(f"{relative}/" if is_folder else relative).include
                if verdict is not None:
                    return verdict
        return False

    def with_file(self, file: Path, base: Path) -> IgnoreRules:
        """These rules and those of one file, whose patterns are relative to the folder ``base``."""
        lines = read_head(str(file), MAX_IGNORE_FILE_BYTES).decode("utf-8", "replace").splitlines()
        if not lines:
            return self
        return IgnoreRules((*self.files, (base.absolute(), _parse_patterns(lines))))


def _parse_patterns(lines: list[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - heavy

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))


def _is_pattern(line: str) -> bool:
    """Whether the line alone is a pattern; git skips those that are not."""
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - heavy

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
