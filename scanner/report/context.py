"""What a reporter gets besides the report itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportContext:
    """The circumstances of one output; decided by the command line, never looked up by a reporter.

    The stream that comes with it must take every character of Unicode (or replace what it cannot encode).
    """

    version: str
    """The version of compat-scan that made the report."""
    color: bool = False
    """Whether the terminal reporter colours; NO_COLOR and the like have been weighed before."""
    width: int = 100
    """The width of the terminal, in cells."""
    height: int | None = None
    """The height of the terminal, in lines; None where the output is no terminal."""
    verbose: int = 0
    """0 tells what needs attention, 1 lists what runs, what is skipped and the evidence, 2 also the files chosen."""
    quiet: bool = False
    """Whether the terminal reporter stops after the summary line."""
    working_folder: PurePath | None = None
    """The absolute folder that relative paths of locations count from; None where it does not matter."""
    root: PurePath | None = None
    """The absolute folder that paths are told relative to, such as a repository; None leaves them as named."""
    rules_url: str | None = None
    """The page that documents the rules; a code in lower case is an anchor on it (``…#cs101``)."""
    markdown_bytes: int = 65_000
    """What the Markdown may weigh in UTF-8: a comment on GitHub takes 65,536 characters, a job summary 1 MiB."""

    def rule_url(self, code: str) -> str | None:
        """The address of one rule's documentation, or None where no page is known."""
        return f"{self.rules_url}#{code.lower()}" if self.rules_url else None
