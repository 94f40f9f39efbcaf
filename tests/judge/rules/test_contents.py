"""Native code in wheels that install on the target: when it decides, when it only limits, when nobody runs it."""

from __future__ import annotations

import pytest
from packaging.utils import parse_wheel_filename

from scanner.judge.rules.contents import find_native_code
from scanner.model.artifact import Artifact, ArtifactKind
from scanner.model.contents import NativeKind, NativeMember, NativeRole, WheelContents
from scanner.model.finding import Finding, Level, Strength
from scanner.model.rule import Rule
from scanner.runtime.target import choose_target

TARGET = choose_target()
PURE = "a-1.0-py3-none-any.whl"
WASM_TAG = "a-1.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl"
ELF, PE, MACHO, WASM, JAVA = NativeKind.ELF, NativeKind.PE, NativeKind.MACHO, NativeKind.WASM, NativeKind.JAVA
EXTENSION, LIBRARY, PROGRAM = NativeRole.EXTENSION, NativeRole.LIBRARY, NativeRole.PROGRAM
Native = tuple[str, NativeKind, NativeRole]


def _find(
    *native: Native,
    modules: tuple[str, ...] = ("a", "a.b"),
    filename: str = PURE,
    imported: frozenset[str] | None = None,
) -> list[Finding]:
    contents = WheelContents(
        filename=filename,
        member_count=len(native) + len(modules),
        uncompressed_bytes=1000,
        native=tuple(
            NativeMember(path=path, kind=kind, role=role, detail=f"{kind} {role}", size_bytes=9)
            for path, kind, role in native
        ),
        python_modules=modules,
        top_level=("a",),
        console_scripts=(),
        metadata="",
        is_purelib=True,
    )
    tags = parse_wheel_filename(filename)[3]
    artifact = Artifact(filename=filename, url="", kind=ArtifactKind.WHEEL, tags=tags)
    return list(find_native_code(contents, artifact, TARGET, import_time_modules=imported))


LINUX_SO = ".cpython-311-x86_64-linux-gnu.so"


@pytest.mark.parametrize(
    ("native", "modules"),
    [
        ((f"a/_x{LINUX_SO}", ELF, EXTENSION), ("a", "a.b")),
        ((f"_x{LINUX_SO}", ELF, EXTENSION), ("a",)),
        (("a/_x.so", ELF, EXTENSION), ("a", "a.x")),  # a.x wraps a._x, as SWIG writes it
        (("a/b.so", ELF, EXTENSION), ("a", "a.b")),  # a plain .so shadows the module beside it
        (("a/_x.cp311-win_amd64.pyd", PE, EXTENSION), ("a", "a.b")),
        (("a/_x.cpython-311-darwin.so", MACHO, EXTENSION), ("a", "a.b")),
        (("n/_x.so", ELF, EXTENSION), ("n.b",)),  # a namespace package has no __init__
    ],
)
def test_an_extension_module_without_a_python_half_needs_a_container(native: Native, modules: tuple[str, ...]) -> None:
    (finding,) = _find(native, modules=modules)
    assert (finding.rule, finding.level) == (Rule.CS104, Level.BLOCKER)
    assert native[0] in finding.message
    assert [evidence.strength for evidence in finding.evidence] == [Strength.PROVEN, Strength.GUESSED]
    assert {evidence.origin for evidence in finding.evidence} == {PURE}


@pytest.mark.parametrize(
    ("native", "modules", "beside"),
    [
        ((f"a/b{LINUX_SO}", ELF, EXTENSION), ("a", "a.b"), "a/b.py"),
        (("a/b.pyd", PE, EXTENSION), ("a", "a.b"), "a/b.py"),
        ((f"b{LINUX_SO}", ELF, EXTENSION), ("b",), "b.py"),
        (("a/_speedups.so", ELF, EXTENSION), ("a", "a._native"), "a/_native.py"),
        (("a/_x.so", ELF, EXTENSION), ("a", "a._x_py"), "a/_x_py.py"),
        (("a/_x.so", ELF, EXTENSION), ("a", "a.fallback_x"), "a/fallback_x.py"),
        (("a/_x.so", ELF, EXTENSION), ("a", "a._pyx"), "a/_pyx.py"),
    ],
)
def test_with_a_python_half_beside_it_is_a_caution_that_names_it(
    native: Native, modules: tuple[str, ...], beside: str
) -> None:
    (finding,) = _find(native, modules=modules)
    assert finding.level is Level.CAUTION
    assert f"{beside} does the same in Python" in finding.message


def test_what_importing_the_package_imports_decides_where_it_is_known() -> None:
    native = (f"a/b{LINUX_SO}", ELF, EXTENSION)
    (needed,) = _find(native, imported=frozenset({"a", "a.b"}))
    assert needed.level is Level.BLOCKER
    assert needed.evidence[-1].strength is Strength.PROVEN
    (spared,) = _find(("a/_x.so", ELF, EXTENSION), imported=frozenset({"a"}))
    assert spared.level is Level.CAUTION
    assert "importing the package does not need it" in spared.message


def test_files_for_several_platforms_side_by_side_are_not_needed() -> None:
    findings = _find(
        ("a/_x.cp39-win_amd64.pyd", PE, EXTENSION), ("a/x.dylib", MACHO, LIBRARY), ("a/_y.so", ELF, EXTENSION)
    )
    assert {finding.level for finding in findings} == {Level.CAUTION}
    assert "files for several platforms" in findings[0].message


def test_an_extension_module_that_no_import_can_reach_is_a_library() -> None:
    (finding,) = _find(("a/data/linux/_x.so", ELF, EXTENSION))
    assert finding.level is Level.CAUTION
    assert "no native library can be loaded" in finding.message


@pytest.mark.parametrize(
    ("native", "words"),
    [
        (("a/driver/node", ELF, PROGRAM), "no program can be started"),
        (("a-1.0.data/scripts/tool", MACHO, PROGRAM), "no program can be started"),
        (("a/libz.so.1", ELF, LIBRARY), "no native library can be loaded"),
        (("a/z.dll", PE, LIBRARY), "no native library can be loaded"),
        (("a/x.jar", JAVA, LIBRARY), "a Java virtual machine"),
        (("a/x.wasm", WASM, LIBRARY), "cannot start a WebAssembly module"),
    ],
)
def test_programs_and_libraries_beside_python_modules_are_a_caution(native: Native, words: str) -> None:
    (finding,) = _find(native)
    assert (finding.rule, finding.level) == (Rule.CS104, Level.CAUTION)
    assert words in finding.message
    assert "2 Python modules in the same wheel, in a" in [evidence.fact for evidence in finding.evidence]


def test_windows_launchers_are_no_more_than_a_note() -> None:
    (finding,) = _find(*((f"a/t{number}.exe", PE, PROGRAM) for number in range(5)))
    assert finding.level is Level.NOTE
    assert "a/t0.exe (pe program), a/t1.exe (pe program), a/t2.exe (pe program) and 2 more" in finding.message


def test_a_windows_program_among_others_counts_with_them() -> None:
    (finding,) = _find(("a/linux/tool", ELF, PROGRAM), ("a/windows/tool.exe", PE, PROGRAM))
    assert finding.level is Level.CAUTION


@pytest.mark.parametrize("kind", [ELF, JAVA, WASM, PE])
def test_a_wheel_with_nothing_but_native_code_needs_a_container(kind: NativeKind) -> None:
    (finding,) = _find(("a-1.0.data/scripts/tool", kind, PROGRAM), modules=())
    assert finding.level is Level.BLOCKER
    assert "has no Python module" in finding.message


@pytest.mark.parametrize("role", [EXTENSION, LIBRARY])
def test_a_wheel_that_is_tagged_for_webassembly_must_hold_it(role: NativeRole) -> None:
    (finding,) = _find(("a/_x.so", ELF, role), filename=WASM_TAG)
    assert finding.level is Level.BLOCKER
    assert "tagged for WebAssembly but holds a/_x.so" in finding.message


@pytest.mark.parametrize(
    ("native", "filename"),
    [
        (("a/_x.cpython-314-wasm32-emscripten.so", WASM, EXTENSION), WASM_TAG),
        (("a/lib/libz.so", WASM, LIBRARY), WASM_TAG),
        (("a/libz.a", NativeKind.STATIC_LIBRARY, LIBRARY), WASM_TAG),
        (("a/libz.a", NativeKind.STATIC_LIBRARY, LIBRARY), PURE),
        (("a/_x.so", ELF, EXTENSION), "a-1.0-cp314-cp314-manylinux_2_28_x86_64.whl"),
    ],
)
def test_what_belongs_where_it_is_stays_quiet(native: Native, filename: str) -> None:
    assert _find(native, filename=filename) == []


def test_a_program_in_a_wheel_for_webassembly_is_a_caution_beside_its_modules() -> None:
    (finding,) = _find(
        ("a/_x.abi3.so", WASM, EXTENSION), ("a/tool", ELF, PROGRAM), filename=WASM_TAG, modules=("a", "a.b")
    )
    assert finding.level is Level.CAUTION


def test_webassembly_with_the_targets_own_name_in_a_pure_wheel_is_a_caution() -> None:
    name = f".cpython-{''.join(TARGET.python.split('.')[:2])}-wasm32-emscripten.so"
    (finding,) = _find((f"a/_x{name}", WASM, EXTENSION))
    assert finding.level is Level.CAUTION
    assert "WebAssembly with the target's own tag" in finding.message


def test_a_wheel_without_native_code_stays_quiet() -> None:
    assert _find() == []
    assert _find(modules=()) == []
