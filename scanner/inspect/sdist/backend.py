"""What building a source distribution would do, by its build backend (PEP 517) and that backend's settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import tomli

from scanner.inspect.sdist.build import Build, Outcome, read_script, unclear
from scanner.model.contents import SdistContents
from scanner.model.finding import Strength
from scanner.model.target import Target

_Table = Mapping[str, object]

_LEGACY_BACKEND = "setuptools.build_meta:__legacy__"
"""What installers take where pyproject.toml names no backend (PEP 517)."""

_HATCH_COMPILERS = frozenset({"mypyc", "cython", "cmake", "scikit-build", "cext", "zig", "cpp", "rust", "gcc"})
_PLATFORM_SIGNS = re.compile(
    r"pure_python|infer_tag|is_purelib|root_is_pure|\bExtension\(|cythonize|mypycify|build_ext|subprocess|\bcmake\b"
)
"""What a build hook says when it compiles, or starts something that may."""

_MESON_LANGUAGE = re.compile(
    r"\b(?:project|add_languages)\s*\([^)]*?'(?:c|cpp|cython|rust|fortran|cuda|objc|d)'\s*[,\])]", re.DOTALL
)
_MESON_WINDOW = 64 * 1024  # project() stands at the top
_EXTENSION_SECTION = re.compile(r"^\[extension[=:]", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Project:
    contents: SdistContents
    pyproject: _Table
    target: Target

    def tool(self, *keys: str) -> _Table:
        """A table below ``[tool]``, empty where it is absent."""
        return _table(self.pyproject, "tool", *keys)


def read_build(contents: SdistContents, target: Target) -> Build:
    """What building the source distribution would do on the target; nothing of it is run."""
    text = contents.text("pyproject.toml")
    if text is None and contents.has("pyproject.toml"):
        return unclear("an unknown backend", "pyproject.toml is larger than 1 MiB")
    try:
        pyproject = tomli.loads(text or "")
    except (tomli.TOMLDecodeError, RecursionError, ValueError) as error:
        return unclear("an unknown backend", f"pyproject.toml does not parse: {error}")
    project = _Project(contents=contents, pyproject=pyproject, target=target)
    system = _table(pyproject, "build-system")
    if "backend-path" in system:
        return _read_own_backend(project)
    name = system.get("build-backend", _LEGACY_BACKEND)
    return _choose_reader(name.partition(":")[0] if isinstance(name, str) else "")(project)


def _choose_reader(module: str) -> Callable[[_Project], Build]:
    """The reader of the longest known prefix, since ``scikit_build_core.setuptools`` is a backend of its own."""
    known = [prefix for prefix in _READERS if module == prefix or module.startswith(f"{prefix}.")]
    return _READERS[max(known, key=len)] if known else _read_unknown


def _read_setuptools(project: _Project) -> Build:
    contents, name = project.contents, "setuptools"
    for path, key in (("setuptools", "ext-modules"), ("setuptools-rust", "ext-modules"), ("setuptools-rust", "bins")):
        if project.tool(path).get(key):
            return _compiles(name, f"pyproject.toml has tool.{path}.{key}")
    if _EXTENSION_SECTION.search(contents.text("setup.cfg") or ""):
        return _compiles(name, "setup.cfg has an [extension=…] section")
    if contents.has("setup.py"):
        return read_script(contents, "setup.py", name, project.target)
    if "project" not in project.pyproject and not contents.has("setup.cfg"):
        return unclear(name, "neither setup.py, setup.cfg nor a [project] table says what is built")
    if not contents.has("pyproject.toml"):
        return unclear(name, "neither pyproject.toml nor setup.py is there, so no installer builds it")
    return _pure(name, "setuptools is given no extension module")


def _read_cmake_in_setuptools(project: _Project) -> Build:
    if project.contents.has("CMakeLists.txt"):
        return _compiles("scikit-build", "CMakeLists.txt, which scikit-build hands to CMake")
    return _read_setuptools(project)


def _read_own_backend(project: _Project) -> Build:
    """A backend that the distribution brings along usually wraps setuptools; what it adds cannot be told."""
    name = "a build backend of its own"
    build = _read_setuptools(project)
    if build.outcome is Outcome.COMPILES:
        return replace(build, backend=name)
    if project.contents.source_count:
        return unclear(name, f"backend-path names {name}, and there is {project.contents.sources[0]} to compile")
    return _pure(name, "a build backend of its own, but no source to compile", Strength.GUESSED)


def _read_hatchling(project: _Project) -> Build:
    name = "hatchling"
    settings = project.tool("hatch", "build")
    hooks = {**_table(settings, "hooks"), **_table(settings, "targets", "wheel", "hooks")}
    enabled = {hook: table for hook, table in hooks.items() if _is_enabled(table)}
    compiling = sorted(hook for hook in enabled if hook.removeprefix("build-") in _HATCH_COMPILERS)
    if compiling:
        return _compiles(name, f"pyproject.toml enables the build hook {compiling[0]}")
    if "custom" in enabled:
        return _read_hook(project, _text(_table(enabled, "custom"), "path") or "hatch_build.py", name)
    return _pure(name, "hatchling is given no hook that compiles")


def _is_enabled(table: object) -> bool:
    return not (isinstance(table, dict) and table.get("enable-by-default") is False)


def _read_poetry(project: _Project) -> Build:
    name = "poetry-core"
    build = project.tool("poetry").get("build")
    script = build if isinstance(build, str) else _text(project.tool("poetry", "build"), "script")
    if script is None:
        return _pure(name, "poetry-core is given no build script")
    return read_script(project.contents, script, name, project.target)


def _read_pdm(project: _Project) -> Build:
    name = "pdm-backend"
    settings = project.tool("pdm", "build")
    if settings.get("is-purelib") is False:
        return _compiles(name, "pyproject.toml sets tool.pdm.build.is-purelib to false")
    hook = _text(settings, "custom-hook") or "pdm_build.py"
    script = _text(settings, "setup-script")
    if script is not None or settings.get("run-setuptools") is True:
        made_by_hook = script is None and not project.contents.has("setup.py")
        return read_script(project.contents, hook if made_by_hook else script or "setup.py", name, project.target)
    if "custom-hook" in settings or project.contents.has(hook):
        return _read_hook(project, hook, name)
    return _pure(name, "pdm-backend is given no hook and no setup script")


def _read_hook(project: _Project, path: str, name: str) -> Build:
    """A hook is a program: what it makes says most, then its words together with the sources that lie there."""
    text = project.contents.text(path)
    build = read_script(project.contents, path, name, project.target)
    if text is None or build.outcome is Outcome.COMPILES:
        return build
    sign = _PLATFORM_SIGNS.search(text)
    if sign is None:
        return _pure(name, f"its build hook {path} calls no compiler", Strength.GUESSED)
    if project.contents.source_count:
        fact = f"its build hook {path} says «{sign[0]}», and there is {project.contents.sources[0]} to compile"
        return _compiles(name, fact, Strength.GUESSED)
    return unclear(name, f"its build hook {path} says «{sign[0]}»")


def _read_scikit_build(project: _Project) -> Build:
    name = "scikit-build-core"
    if project.tool("scikit-build", "wheel").get("cmake") is False:
        return _pure(name, "pyproject.toml sets tool.scikit-build.wheel.cmake to false")
    return _compiles(name, "scikit-build-core hands CMakeLists.txt to CMake")


def _read_meson(project: _Project) -> Build:
    name, text = "meson-python", project.contents.text("meson.build")
    if text is None:
        return unclear(name, "meson.build was not read")
    if _MESON_LANGUAGE.search(text[:_MESON_WINDOW]):
        return _compiles(name, "meson.build asks for a compiler")
    if project.contents.source_count:
        return unclear(name, f"meson.build names no compiler, but there is {project.contents.sources[0]}")
    return _pure(name, "meson.build asks for no compiler", Strength.GUESSED)


def _read_unknown(project: _Project) -> Build:
    name = str(_table(project.pyproject, "build-system").get("build-backend"))[:80]
    if project.contents.source_count:
        return unclear(name, f"its build backend {name} is not known here, and there are sources to compile")
    return _pure(
        name, f"its build backend {name} is not known here, but there is no source to compile", Strength.GUESSED
    )


def _always_compiles(name: str) -> Callable[[_Project], Build]:
    return lambda _: _compiles(name, f"{name} always compiles")


def _never_compiles(name: str) -> Callable[[_Project], Build]:
    return lambda _: _pure(name, f"{name} never compiles")


def _compiles(backend: str, fact: str, strength: Strength = Strength.PROVEN) -> Build:
    return Build(outcome=Outcome.COMPILES, backend=backend, facts=(fact,), strength=strength)


def _pure(backend: str, fact: str, strength: Strength = Strength.PROVEN) -> Build:
    return Build(outcome=Outcome.PURE, backend=backend, facts=(fact,), strength=strength)


def _table(table: _Table, *keys: str) -> _Table:
    """A table inside another, empty where it is absent or something else."""
    for key in keys:
        value = table.get(key)
        table = value if isinstance(value, dict) else {}
    return table


def _text(table: _Table, key: str) -> str | None:
    value = table.get(key)
    return value if isinstance(value, str) else None


_READERS: Mapping[str, Callable[[_Project], Build]] = {
    "setuptools": _read_setuptools,
    "pbr": _read_setuptools,
    "jupyter_packaging": _read_setuptools,
    "skbuild": _read_cmake_in_setuptools,
    "scikit_build_core.setuptools": _read_cmake_in_setuptools,
    "scikit_build_core": _read_scikit_build,
    "hatchling": _read_hatchling,
    "poetry": _read_poetry,
    "poetry_dynamic_versioning": _read_poetry,
    "pdm.backend": _read_pdm,
    "pdm.pep517": _read_pdm,
    "mesonpy": _read_meson,
    "maturin": _always_compiles("maturin"),
    "py_build_cmake": _always_compiles("py-build-cmake"),
    "sipbuild": _always_compiles("sip"),
    "cmeel": _always_compiles("cmeel"),
    "flit_core": _never_compiles("flit-core"),
    "flit": _never_compiles("flit"),
    "flit_scm": _never_compiles("flit-scm"),
    "uv_build": _never_compiles("uv-build"),
    "whey": _never_compiles("whey"),
    "trampolim": _never_compiles("trampolim"),
}
"""By the module that ``build-backend`` names, or the package that it lies in."""
