"""Where reports go: standard output, files, the summary of a job; and what a report is told of its surroundings."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from scanner import __version__
from scanner.cli.encoding import drop_output, fit_encoding
from scanner.inputs.replacing import open_replacing
from scanner.model.errors import SourceError

if TYPE_CHECKING:
    from scanner.model.report import Report
    from scanner.report.context import ReportContext


def report_context(
    options: Mapping[str, Any], stream: TextIO, *, form: str = "terminal", path: str | None = None
) -> ReportContext:
    """How a report in this format on this stream, or in this file, is to look."""
    import shutil  # noqa: PLC0415  # only where something is printed

    size = shutil.get_terminal_size((100, 24)) if stream.isatty() else None

    from scanner.report import REPORTERS  # noqa: PLC0415
    from scanner.report.context import ReportContext  # noqa: PLC0415

    return ReportContext(
        version=__version__,
        color=wants_color(options.get("color", "auto"), stream),
        width=size.columns if size else 100,
        height=size.lines if size else None,
        verbose=options.get("verbose", 0),
        quiet=options.get("quiet", False),
        working_folder=Path.cwd(),
        root=_repository_root() if REPORTERS[form].roots_paths else None,
        markdown_bytes=1_000_000 if _is_job_summary(path) else 65_000,
    )


def _repository_root() -> Path | None:
    """The folder that services tell paths from: the workspace of a GitHub job, else the nearest with a .git."""
    folder = Path.cwd()
    workspace = os.environ.get("GITHUB_WORKSPACE")
    if workspace and folder.is_relative_to(workspace):
        return Path(workspace)
    return next((parent for parent in (folder, *folder.parents) if (parent / ".git").exists()), None)


def _is_job_summary(path: str | None) -> bool:
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    return bool(path and summary) and Path(str(path)).absolute() == Path(str(summary)).absolute()


def wants_color(choice: str, stream: TextIO) -> bool:
    """Whether to colour: the option, then NO_COLOR (no-color.org), FORCE_COLOR, then whether it is a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def write_report(report: Report, form: str, path: str | None, options: Mapping[str, Any]) -> None:
    """Writes one report, to a file whole or not at all.

    Raises:
        SourceError: the file cannot be written.
    """
    from scanner.report import REPORTERS  # noqa: PLC0415  # heavy

    with open_output(path, form=form) as stream:
        REPORTERS[form].write(report, stream, report_context(options, stream, form=form, path=path))


def write_notes(notes: Sequence[str], outputs: Sequence[tuple[str, str | None]], *, quiet: bool) -> None:
    """Writes the notes of a report to standard error, unless the terminal report has them."""
    from scanner.report.escape import clean  # noqa: PLC0415  # heavy

    if not quiet and ("terminal", None) not in outputs:
        for note in dict.fromkeys(notes):
            click.echo(f"compat-scan: note: {clean(note)}", err=True)


@contextmanager
def open_output(path: str | None, *, form: str = "terminal") -> Iterator[TextIO]:
    """Standard output, or a file in UTF-8 that appears under its name only when it is whole.

    Raises:
        SourceError: the file, or standard output, cannot be written.
        BrokenPipeError: whoever reads standard output has enough of it.
    """
    if path is None or path == "-":
        fit_encoding(sys.stdout, for_programs=form != "terminal")
        try:
            yield sys.stdout
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            drop_output(sys.stdout)
            raise SourceError("standard output", None, f"cannot be written: {error.strerror}") from error
        return
    try:
        # The steps of a job share their summary, and a pipe or device cannot be replaced.
        appends = _is_job_summary(path) or (os.path.exists(path) and not os.path.isfile(path))  # noqa: PTH110, PTH113
        with _appending(path) if appends else open_replacing(Path(path)) as stream:
            yield stream
    except OSError as error:
        raise SourceError(path, None, f"cannot be written: {error.strerror}") from error


@contextmanager
def _appending(path: str) -> Iterator[TextIO]:
    with Path(path).open("a", encoding="utf-8", newline="") as stream:
        yield stream
