"""The parsers of all formats, each imported when a file of its format is read: most scans read one or two."""

# ruff: noqa: PLC0415 - this module exists for imports on demand

from __future__ import annotations

from scanner.inputs.formats.document import Document, Parsed


def parse_conda(document: Document) -> Parsed:
    """A conda environment."""
    from scanner.inputs.formats.conda import environment as conda

    return conda.parse_conda(document)


def parse_conda_lock(document: Document) -> Parsed:
    """A lock file of conda-lock."""
    from scanner.inputs.formats.conda import lock as conda_lock

    return conda_lock.parse_conda_lock(document)


def parse_inspect_report(document: Document) -> Parsed:
    """A report of `pip inspect`."""
    from scanner.inputs.formats.locks import pip_inspect as inspect_report

    return inspect_report.parse_inspect_report(document)


def parse_pdm_lock(document: Document) -> Parsed:
    """A pdm.lock."""
    from scanner.inputs.formats.locks import pdm as pdm_lock

    return pdm_lock.parse_pdm_lock(document)


def parse_pipfile(document: Document) -> Parsed:
    """A Pipfile."""
    from scanner.inputs.formats.manifests import pipfile

    return pipfile.parse_pipfile(document)


def parse_pipfile_lock(document: Document) -> Parsed:
    """A Pipfile.lock."""
    from scanner.inputs.formats.locks import pipfile as pipfile_lock

    return pipfile_lock.parse_pipfile_lock(document)


def parse_poetry_lock(document: Document) -> Parsed:
    """A poetry.lock."""
    from scanner.inputs.formats.locks import poetry as poetry_lock

    return poetry_lock.parse_poetry_lock(document)


def parse_pylock(document: Document) -> Parsed:
    """A pylock.toml."""
    from scanner.inputs.formats.locks import pylock

    return pylock.parse_pylock(document)


def parse_pyproject(document: Document) -> Parsed:
    """A pyproject.toml."""
    from scanner.inputs.formats import pyproject

    return pyproject.parse_pyproject(document)


def parse_requirements(document: Document) -> Parsed:
    """A requirements file."""
    from scanner.inputs.formats import requirements

    return requirements.parse_requirements(document)


def parse_script(document: Document) -> Parsed:
    """A script with inline metadata."""
    from scanner.inputs.formats.manifests import script

    return script.parse_script(document)


def parse_setup_cfg(document: Document) -> Parsed:
    """A setup.cfg."""
    from scanner.inputs.formats.manifests import setup_cfg

    return setup_cfg.parse_setup_cfg(document)


def parse_setup_py(document: Document) -> Parsed:
    """A setup.py."""
    from scanner.inputs.formats.manifests import setup_py

    return setup_py.parse_setup_py(document)


def parse_uv_lock(document: Document, member: str | None = None) -> Parsed:
    """A uv.lock, or the part of it that one member of its workspace reaches."""
    from scanner.inputs.formats.locks import uv as uv_lock

    return uv_lock.parse_uv_lock(document, member)
