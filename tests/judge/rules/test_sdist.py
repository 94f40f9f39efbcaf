"""What building a source distribution takes: a compiler, only Python, or what cannot be told."""

from __future__ import annotations

import pytest

from scanner.judge.rules.sdist import find_build
from scanner.model.contents import BuildFile, SdistContents
from scanner.model.finding import Finding, Level, Strength
from scanner.model.rule import Rule
from scanner.runtime.target import choose_target

TARGET = choose_target()
NAME = "a-1.0.tar.gz"
SETUP = "setup(name='a')"
COMPILES = "setup(ext_modules=[Extension('a')])"


def _find(files: dict[str, str | None], sources: tuple[str, ...] = ()) -> Finding:
    contents = SdistContents(
        filename=NAME,
        file_count=10,
        unpacked_bytes=1000,
        build_files=tuple(BuildFile(path=path, text=text) for path, text in sorted(files.items())),
        sources=sources,
        source_count=len(sources),
        python_count=3,
        metadata="",
    )
    (finding,) = find_build(contents, TARGET)
    return finding


def _pyproject(backend: str, rest: str = "") -> str:
    return f'[build-system]\nrequires = []\nbuild-backend = "{backend}"\n[project]\nname = "a"\n{rest}'


def _settings(backend: str, rest: str) -> dict[str, str | None]:
    return {"pyproject.toml": _pyproject(backend, rest)}


C = ("a/_x.c",)
HATCH_BUILD = "[tool.hatch.build.hooks"
WHEEL_HOOKS = "[tool.hatch.build.targets.wheel.hooks"

PURE: dict[str, tuple[dict[str, str | None], tuple[str, ...], Strength]] = {
    "flit": (_settings("flit_core.buildapi", ""), C, Strength.PROVEN),
    "uv": (_settings("uv_build", ""), C, Strength.PROVEN),
    "hatchling": (_settings("hatchling.build", ""), C, Strength.PROVEN),
    "hatchling with a harmless hook": (_settings("hatchling.build", f"{HATCH_BUILD}.vcs]"), (), Strength.PROVEN),
    "a hook that is not enabled": (
        _settings("hatchling.build", f"{WHEEL_HOOKS}.mypyc]\nenable-by-default = false"),
        C,
        Strength.PROVEN,
    ),
    "a custom hook without a compiler": (
        {**_settings("hatchling.build", f"{HATCH_BUILD}.custom]"), "hatch_build.py": "class Hook: pass"},
        C,
        Strength.GUESSED,
    ),
    "poetry": (_settings("poetry.core.masonry.api", "[tool.poetry]"), C, Strength.PROVEN),
    "poetry with a script that makes nothing": (
        {**_settings("poetry.core.masonry.api", '[tool.poetry]\nbuild = "build.py"'), "build.py": "def build(): pass"},
        (),
        Strength.GUESSED,
    ),
    "pdm": (_settings("pdm.backend", ""), C, Strength.PROVEN),
    "scikit-build-core without CMake": (
        _settings("scikit_build_core.build", "[tool.scikit-build.wheel]\ncmake = false"),
        C,
        Strength.PROVEN,
    ),
    "meson without a language": (
        {**_settings("mesonpy", ""), "meson.build": "project('a', version: '1')"},
        (),
        Strength.GUESSED,
    ),
    "setup.py": ({"setup.py": SETUP}, C, Strength.PROVEN),
    "setup.py beside pyproject": ({"pyproject.toml": "[tool.black]", "setup.py": SETUP}, C, Strength.PROVEN),
    "setup.py that starts programs but has nothing to compile": (
        {"setup.py": f"os.system('npm run build')\n{SETUP}"},
        (),
        Strength.PROVEN,
    ),
    "setuptools without setup.py": (_settings("setuptools.build_meta", ""), C, Strength.PROVEN),
    "setup.cfg and pyproject": (
        {"pyproject.toml": '[build-system]\nbuild-backend = "setuptools.build_meta"', "setup.cfg": "[metadata]"},
        (),
        Strength.PROVEN,
    ),
    "a setup.py that hands over": ({"setup.py": "exec(open('x').read())"}, (), Strength.GUESSED),
    "an unknown backend and nothing to compile": (_settings("some.backend", ""), (), Strength.GUESSED),
    "a backend of its own and nothing to compile": (
        {"pyproject.toml": '[build-system]\nbuild-backend = "b"\nbackend-path = ["."]\n[project]\nname = "a"'},
        (),
        Strength.GUESSED,
    ),
}


@pytest.mark.parametrize(("files", "sources", "strength"), PURE.values(), ids=PURE)
def test_a_pure_build_is_a_caution_that_names_the_setting(
    files: dict[str, str | None], sources: tuple[str, ...], strength: Strength
) -> None:
    finding = _find(files, sources)
    assert (finding.rule, finding.level) == (Rule.CS103, Level.CAUTION)
    assert "allow-build = true" in finding.message
    assert finding.remedy is not None
    assert [evidence.strength for evidence in finding.evidence] == [strength]
    assert finding.evidence[0].origin == NAME


NATIVE: dict[str, tuple[dict[str, str | None], tuple[str, ...], str, Strength]] = {
    "maturin": (_settings("maturin", ""), ("src/lib.rs",), "maturin always compiles", Strength.PROVEN),
    "sip": (_settings("sipbuild.api", ""), (), "sip always compiles", Strength.PROVEN),
    "scikit-build-core": (_settings("scikit_build_core.build", ""), C, "CMake", Strength.PROVEN),
    "scikit-build in setuptools": (
        {**_settings("scikit_build_core.setuptools.build_meta", ""), "CMakeLists.txt": "", "setup.py": SETUP},
        C,
        "CMakeLists.txt",
        Strength.PROVEN,
    ),
    "meson": (
        {**_settings("mesonpy", ""), "meson.build": "project(\n  'a',\n  'c', 'cython',\n  version: '1',\n)"},
        C,
        "meson.build asks for a compiler",
        Strength.PROVEN,
    ),
    "hatchling with mypyc": (_settings("hatchling.build", f"{WHEEL_HOOKS}.mypyc]"), (), "mypyc", Strength.PROVEN),
    "a custom hook with sources": (
        {
            **_settings("hatchling.build", f'{HATCH_BUILD}.custom]\npath = "my_build.py"'),
            "my_build.py": "infer_tag = True",
        },
        C,
        "my_build.py says «infer_tag»",
        Strength.GUESSED,
    ),
    "a custom hook that makes one": (
        {**_settings("hatchling.build", f"{HATCH_BUILD}.custom]"), "hatch_build.py": "x = cythonize('a.pyx')"},
        (),
        "hatch_build.py:1 cythonize",
        Strength.PROVEN,
    ),
    "poetry": (
        {
            **_settings("poetry.core.masonry.api", '[tool.poetry.build]\nscript = "build.py"'),
            "build.py": "def build(kw):\n  kw.update(ext_modules=cythonize('a.pyx'))",
        },
        C,
        "build.py:2 cythonize",
        Strength.PROVEN,
    ),
    "pdm with setuptools": (
        {**_settings("pdm.backend", "[tool.pdm.build]\nrun-setuptools = true"), "pdm_build.py": "x = Extension('a')"},
        C,
        "pdm_build.py:1 Extension",
        Strength.PROVEN,
    ),
    "pdm with a setup script": (
        {**_settings("pdm.backend", '[tool.pdm.build]\nsetup-script = "my_setup.py"'), "my_setup.py": COMPILES},
        C,
        "my_setup.py:1",
        Strength.PROVEN,
    ),
    "pdm that says so": (
        _settings("pdm.backend", "[tool.pdm.build]\nis-purelib = false"),
        C,
        "is-purelib",
        Strength.PROVEN,
    ),
    "setup.py": ({"setup.py": COMPILES}, C, "setup.py:1 Extension('a')", Strength.PROVEN),
    "ext-modules in pyproject": (
        _settings("setuptools.build_meta", "[[tool.setuptools.ext-modules]]\nname = 'a'"),
        C,
        "tool.setuptools.ext-modules",
        Strength.PROVEN,
    ),
    "Rust in setuptools": (
        _settings("setuptools.build_meta", "[[tool.setuptools-rust.ext-modules]]\ntarget = 'a'"),
        ("src/lib.rs",),
        "tool.setuptools-rust.ext-modules",
        Strength.PROVEN,
    ),
    "an extension section": (
        {"setup.py": SETUP, "setup.cfg": "[metadata]\n[extension=a]\nsources = a.c"},
        C,
        "[extension=…]",
        Strength.PROVEN,
    ),
    "extension modules from elsewhere, with sources": (
        {"setup.py": "from h import e\nsetup(ext_modules=e)"},
        C,
        "ext_modules=e, beside 1 source to compile, a/_x.c first",
        Strength.GUESSED,
    ),
    "a Python 2 script that names them": (
        {"setup.py": "print 'x'\nsetup(ext_modules=[Extension('a')])"},
        C,
        "it does not parse as Python 3",
        Strength.GUESSED,
    ),
    "a backend of its own": (
        {"pyproject.toml": '[build-system]\nbuild-backend = "b"\nbackend-path = ["."]', "setup.py": COMPILES},
        C,
        "setup.py:1",
        Strength.PROVEN,
    ),
}


@pytest.mark.parametrize(("files", "sources", "fact", "strength"), NATIVE.values(), ids=NATIVE)
def test_a_build_that_compiles_needs_a_container_and_says_where_it_was_seen(
    files: dict[str, str | None], sources: tuple[str, ...], fact: str, strength: Strength
) -> None:
    finding = _find(files, sources)
    assert (finding.rule, finding.level) == (Rule.CS102, Level.BLOCKER)
    assert fact in finding.evidence[0].fact
    assert finding.evidence[0].strength is strength
    assert finding.remedy is not None


UNCLEAR: dict[str, tuple[dict[str, str | None], tuple[str, ...], str]] = {
    "nothing": ({}, C, "neither setup.py, setup.cfg nor a [project] table"),
    "setup.cfg alone": ({"setup.cfg": "[metadata]"}, (), "neither pyproject.toml nor setup.py is there"),
    "pyproject that says nothing": ({"pyproject.toml": "[tool.black]"}, (), "nor a [project] table"),
    "pyproject that does not parse": ({"pyproject.toml": "[project"}, (), "pyproject.toml does not parse"),
    "pyproject that is nested too deep": ({"pyproject.toml": f"a = {'[' * 9000}"}, (), "pyproject.toml does not parse"),
    "pyproject that is too large": ({"pyproject.toml": None}, (), "pyproject.toml is larger than 1 MiB"),
    "setup.py that is too large": ({"setup.py": None}, (), "setup.py is larger than 1 MiB"),
    "an optional extension": ({"setup.py": "Extension('a', optional=True)"}, C, "it is marked as optional"),
    "a condition": ({"setup.py": "if unknown:\n  Extension('a')"}, C, "it depends on «unknown»"),
    "extension modules from elsewhere, without sources": (
        {"setup.py": "setup(ext_modules=e)"},
        (),
        "computed elsewhere",
    ),
    "a Python 2 script": ({"setup.py": "print 'x'"}, (), "does not parse as Python 3"),
    "programs beside sources": ({"setup.py": f"os.system('make')\n{SETUP}"}, C, "setup.py:1 starts a program"),
    "a script that hands over beside sources": ({"setup.py": "exec('x')"}, C, "setup.py calls no setup()"),
    "a backend of its own beside sources": (
        {"pyproject.toml": '[build-system]\nbuild-backend = "b"\nbackend-path = ["."]\n[project]'},
        C,
        "a build backend of its own",
    ),
    "an unknown backend beside sources": (_settings("some.backend", ""), C, "some.backend is not known here"),
    "a backend that is no text": ({"pyproject.toml": "[build-system]\nbuild-backend = 7"}, C, "not known here"),
    "a hook that was not read": (
        _settings("hatchling.build", f"{HATCH_BUILD}.custom]"),
        C,
        "hatch_build.py was not read",
    ),
    "a hook with a sign but no source": (
        {**_settings("hatchling.build", f"{HATCH_BUILD}.custom]"), "hatch_build.py": "subprocess.run(['npm'])"},
        (),
        "hatch_build.py says «subprocess»",
    ),
    "meson without its file": (_settings("mesonpy", ""), C, "meson.build was not read"),
    "meson with sources but no language": (
        {**_settings("mesonpy", ""), "meson.build": "project('a')"},
        C,
        "meson.build names no compiler",
    ),
}


@pytest.mark.parametrize(("files", "sources", "reason"), UNCLEAR.values(), ids=UNCLEAR)
def test_what_only_a_build_would_tell_stays_unknown_with_the_reason(
    files: dict[str, str | None], sources: tuple[str, ...], reason: str
) -> None:
    finding = _find(files, sources)
    assert (finding.rule, finding.level) == (Rule.CS503, Level.CAUTION)
    assert finding.rule.leaves_unknown
    assert reason in finding.message
    assert finding.evidence[0].strength is Strength.GUESSED


@pytest.mark.parametrize(
    ("sources", "languages"),
    [
        (("a.c",), "C"),
        (("a.pyx", "b.c", "c.cpp"), "C, C++, Cython"),
        (("src/lib.rs",), "Rust"),
        (("a.F90", "b.f"), "Fortran"),
        ((), "an extension module"),
    ],
)
def test_the_message_names_the_languages(sources: tuple[str, ...], languages: str) -> None:
    message = _find({"setup.py": COMPILES}, sources).message
    assert message == f"{NAME} compiles {languages} when it is built (setuptools)"


def test_the_sources_are_told_as_evidence_of_what_compiles() -> None:
    facts = [evidence.fact for evidence in _find({"setup.py": COMPILES}, ("a.c", "b.c", "c.c")).evidence]
    assert facts[-1] == "3 files to compile, for example a.c, b.c"


def test_a_switch_that_turns_compiling_off_is_the_remedy() -> None:
    remedy = _find({"setup.py": f"if not os.environ.get('A_PURE'):\n  {COMPILES}"}, C).remedy
    assert remedy is not None
    assert "A_PURE" in remedy


@pytest.mark.parametrize(
    "text", ["tool = 7", "[tool]\nhatch = 7", "[tool.hatch.build]\nhooks = [1]", "build-system = 1"]
)
@pytest.mark.parametrize(
    "backend", ["hatchling.build", "poetry.core", "pdm.backend", "setuptools.build_meta", "mesonpy"]
)
def test_settings_of_the_wrong_shape_never_fail(backend: str, text: str) -> None:
    head = f'[build-system]\nbuild-backend = "{backend}"\n'
    assert _find({"pyproject.toml": f"{text}\n{head}" if "=" in text.partition("\n")[0] else f"{head}{text}"})
