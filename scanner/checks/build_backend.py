"""What building a source distribution would do, by its build backend (PEP 517) and that backend's settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import tomli

from scanner.checks.build import Build, Outcome, from_script, unclear
from scanner.checks.setup_script import parse_setup_script
from scanner.contents import SdistContents
from scanner.model import Strength, Target

_Table = Mapping[str, object]
_Reader = Callable[[SdistContents, _Table, Target], Build]

_LEGACY_BACKEND = "setuptools.build_meta:__legacy__"
"""What installers take where pyproject.toml names no backend (PEP 517)."""

_HATCH_COMPILERS = frozenset({"mypyc", "cython", "cmake", "scikit-build", "cext", "zig", "cpp", "rust", "gcc"})
_PLATFORM_SIGNS = re.compile(
    r"pure_python|infer_tag|is_purelib|root_is_pure|\bExtension\(|cythonize|mypycify|build_ext|subprocess|\bcmake\b"
)
"""What a build hook says when it compiles or starts something that may."""

_MESON_LANGUAGE = re.compile(
    r"\b(?:project|add_languages)\s*\([^)]*?'(c|cpp|cython|rust|fortran|cuda|objc|d)'\s*[,\])]", re.DOTALL
)
_EXTENSION_SECTION = re.compile(r"^\[extension[=:]", re.MULTILINE)


def read_build(contents: SdistContents, target: Target) -> Build:
    """What building the source distribution would do on the target; nothing of it is run."""
    if not contents.has("pyproject.toml"):
        return _read_setuptools(contents, {}, target)
    text = contents.text("pyproject.toml")
    if text is None:
        return unclear("an unknown backend", "pyproject.toml is larger than 1 MiB")
    try:
        pyproject = tomli.loads(text)
    except (tomli.TOMLDecodeError, RecursionError, ValueError) as error:
        return unclear("an unknown backend", f"pyproject.toml does not parse: {error}")
    system = _table(pyproject, "build-system")
    if "backend-path" in system:
        return _read_own_backend(contents, pyproject, target)
    return _choose_reader(_backend_module(system))(contents, pyproject, target)


def _backend_module(system: _Table) -> str:
    name = system.get("build-backend", _LEGACY_BACKEND)
    return name.partition(":")[0] if isinstance(name, str) else ""


def _choose_reader(module: str) -> _Reader:
    """The reader of the longest known prefix, so that ``scikit_build_core.setuptools`` is not plain CMake."""
    known = [prefix for prefix in _READERS if module == prefix or module.startswith(f"{prefix}.")]
    return _READERS[max(known, key=len)] if known else _read_unknown


def _read_setuptools(contents: SdistContents, pyproject: _Table, target: Target) -> Build:
    name = "setuptools"
    tool = _table(pyproject, "tool")
    declared = (
        ("tool.setuptools.ext-modules", _table(tool, "setuptools").get("ext-modules")),
        ("tool.setuptools-rust", _table(tool, "setuptools-rust").get("ext-modules")),
        ("tool.setuptools-rust", _table(tool, "setuptools-rust").get("bins")),
        ("tool.scikit-build", tool.get("scikit-build")),
    )
    for key, value in declared:
        if value:
            return Build(outcome=Outcome.COMPILES, backend=name, facts=(f"pyproject.toml has {key}",))
    if _EXTENSION_SECTION.search(contents.text("setup.cfg") or ""):
        return Build(outcome=Outcome.COMPILES, backend=name, facts=("setup.cfg has an [extension=…] section",))
    if contents.has("setup.py"):
        return from_script(contents, "setup.py", name, target)
    if "project" not in pyproject and not contents.has("setup.cfg"):
        return unclear(name, "neither setup.py nor a [project] table says what is built")
    return Build(outcome=Outcome.PURE, backend=name, facts=("setuptools is given no extension module",))


def _read_own_backend(contents: SdistContents, pyproject: _Table, target: Target) -> Build:
    """A backend that the distribution brings along usually wraps setuptools; what it adds cannot be told."""
    build = _read_setuptools(contents, pyproject, target)
    if build.outcome is Outcome.COMPILES or (build.outcome is Outcome.PURE and not contents.source_count):
        return Build(
            outcome=build.outcome,
            backend="a backend of its own",
            facts=(*build.facts, "pyproject.toml sets backend-path"),
            strength=Strength.GUESSED,
            switches=build.switches,
        )
    return unclear("a backend of its own", "it brings its own build backend (backend-path) and sources to compile")


def _read_hatchling(contents: SdistContents, pyproject: _Table, target: Target) -> Build:  # noqa: ARG001  # one shape for all
    name = "hatchling"
    settings = _table(_table(_table(pyproject, "tool"), "hatch"), "build")
    wheel = _table(_table(settings, "targets"), "wheel")
    hooks = {**_table(settings, "hooks"), **_table(wheel, "hooks")}
    enabled = {hook: table for hook, table in hooks.items() if _is_enabled(table)}
    compiling = sorted(hook for hook in enabled if hook.removeprefix("build-") in _HATCH_COMPILERS)
    if compiling:
        return Build(outcome=Outcome.COMPILES, backend=name, facts=(f"pyproject.toml enables the hook {compiling[0]}",))
    if "custom" in enabled:
        path = _text(_table(enabled, "custom"), "path") or "hatch_build.py"
        return _read_hook(contents, path, name)
    return Build(outcome=Outcome.PURE, backend=name, facts=("hatchling is given no hook that compiles",))


def _is_enabled(table: object) -> bool:
    return not (isinstance(table, dict) and table.get("enable-by-default") is False)


def _read_poetry(contents: SdistContents, pyproject: _Table, target: Target) -> Build:
    poetry = _table(_table(pyproject, "tool"), "poetry")
    build = poetry.get("build")
    script = build if isinstance(build, str) else _text(_table(poetry, "build"), "script")
    if script is None:
        return Build(outcome=Outcome.PURE, backend="poetry-core", facts=("poetry-core is given no build script",))
    return from_script(contents, script, "poetry-core", target)


def _read_pdm(contents: SdistContents, pyproject: _Table, target: Target) -> Build:
    name = "pdm-backend"
    settings = _table(_table(_table(pyproject, "tool"), "pdm"), "build")
    if settings.get("is-purelib") is False:
        return Build(outcome=Outcome.COMPILES, backend=name, facts=("pyproject.toml sets is-purelib = false",))
    script = _text(settings, "setup-script")
    if script is not None or settings.get("run-setuptools") is True:
        return from_script(contents, script or "setup.py", name, target)
    hook = _text(settings, "custom-hook") or "pdm_build.py"
    if contents.has(hook) or "custom-hook" in settings:
        return _read_hook(contents, hook, name, target)
    return Build(outcome=Outcome.PURE, backend=name, facts=("pdm-backend is given no hook and no setup script",))


def _read_hook(contents: SdistContents, path: str, backend: str, target: Target | None = None) -> Build:
    """A hook is a program: what it calls says most, and the sources that lie there the rest."""
    text = contents.text(path)
    if text is None:
        return unclear(backend, f"its build hook {path} was not read")
    if target is not None and any(item.line for item in parse_setup_script(text, target).compiled):
        return from_script(contents, path, backend, target)
    sign = _PLATFORM_SIGNS.search(text)
    if sign is None:
        fact = f"its build hook {path} calls no compiler"
        return Build(outcome=Outcome.PURE, backend=backend, facts=(fact,), strength=Strength.GUESSED)
    if contents.source_count:
        fact = f"its build hook {path} says «{sign[0]}», and there are sources to compile"
        return Build(outcome=Outcome.COMPILES, backend=backend, facts=(fact,), strength=Strength.GUESSED)
    return unclear(backend, f"its build hook {path} says «{sign[0]}»")
