from __future__ import annotations

from collections.abc import Callable

import pytest

from scanner.inspect.code.site import (
    Kind,
    WheelCode,
    build_site,
    entry_modules,
    find_excluded_requirement,
    find_modules,
    is_aside,
)

MakeWheelCode = Callable[..., WheelCode]


@pytest.mark.parametrize(
    ("files", "name", "main", "besides"),
    [
        (["pkg/__init__.py", "pkg/a.py"], "pkg", ("pkg",), ()),
        (["pkg.py"], "pkg", ("pkg",), ()),
        (["bs4/__init__.py"], "beautifulsoup4", ("bs4",), ()),
        (["attr/__init__.py", "attrs/__init__.py"], "attrs", ("attrs",), ("attr",)),
        (["a/__init__.py", "b/__init__.py"], "other", ("a", "b"), ()),
        (["yaml/__init__.py", "_yaml/__init__.py"], "PyYAML", ("yaml",), ("_yaml",)),
        (["google/cloud/storage/__init__.py"], "google_cloud_storage", ("google.cloud.storage",), ()),
        (["pkg/__init__.py", "tests/__init__.py", "docs/conf.py"], "pkg", ("pkg",), ()),
        (["pkg-1.data/purelib/pkg/__init__.py", "pkg-1.data/scripts/run.py"], "pkg", ("pkg",), ()),
        (["pkg-1.dist-info/METADATA", "data/x.txt"], "pkg", (), ()),
    ],
)
def test_the_entry_modules_are_what_importing_the_distribution_means(
    make_wheel_code: MakeWheelCode, files: list[str], name: str, main: tuple[str, ...], besides: tuple[str, ...]
) -> None:
    wheel = make_wheel_code(dict.fromkeys(files, ""), name=name)
    assert entry_modules(wheel) == (main, besides)


@pytest.mark.parametrize(
    ("file", "runs_native", "kind"),
    [
        ("pkg/a.cpython-314-wasm32-emscripten.so", True, Kind.NATIVE),
        ("pkg/a.abi3.so", True, Kind.NATIVE),
        ("pkg/a.so", True, Kind.NATIVE),
        ("pkg/a.cpython-314-wasm32-emscripten.so", False, Kind.FOREIGN),
        ("pkg/a.cpython-314-x86_64-linux-gnu.so", True, Kind.FOREIGN),
        ("pkg/a.cp314-win_amd64.pyd", True, Kind.FOREIGN),
    ],
)
def test_an_extension_runs_where_its_wheel_and_its_suffix_are_the_targets(
    make_wheel_code: MakeWheelCode, file: str, *, runs_native: bool, kind: Kind
) -> None:
    (found,) = find_modules(make_wheel_code({file: b""}, runs_native=runs_native))
    assert (found.module, found.kind) == ("pkg.a", kind)


def test_a_source_file_stands_in_for_an_extension_that_the_target_does_not_look_for(
    make_wheel_code: MakeWheelCode,
) -> None:
    site = build_site([make_wheel_code({"pkg/a.cpython-314-x86_64-linux-gnu.so": b"", "pkg/a.py": ""})])
    found = site.find("pkg.a")
    assert found is not None
    assert found.kind is Kind.SOURCE


def test_an_extension_with_a_suffix_of_the_target_comes_before_a_source_file(make_wheel_code: MakeWheelCode) -> None:
    site = build_site([make_wheel_code({"pkg/a.abi3.so": b"", "pkg/a.py": ""})])
    found = site.find("pkg.a")
    assert found is not None
    assert found.kind is Kind.FOREIGN


def test_wheels_share_a_namespace_package(make_wheel_code: MakeWheelCode) -> None:
    site = build_site([make_wheel_code({"ns/a/__init__.py": ""}), make_wheel_code({"ns/b/__init__.py": ""}, name="b")])
    assert site.find("ns.a") is not None
    assert site.find("ns.b") is not None
    assert "ns" in site.namespaces


def test_of_an_opaque_wheel_every_module_is_there(make_wheel_code: MakeWheelCode) -> None:
    site = build_site([make_wheel_code({}, name="numpy", opaque_names=("numpy",))])
    assert site.is_opaque("numpy.linalg")
    assert not site.is_opaque("numpydoc")


@pytest.mark.parametrize(
    ("requirement", "module", "found"),
    [
        ("python-xlib", "Xlib.display", True),
        ("evdev", "evdev", True),
        ("pywin32", "win32api", False),
        ("six", "sixth", False),
    ],
)
def test_a_requirement_that_the_target_leaves_out_is_known_by_its_name(
    make_wheel_code: MakeWheelCode, requirement: str, module: str, *, found: bool
) -> None:
    wheel = make_wheel_code({}, excluded_requirements=(requirement,))
    assert (find_excluded_requirement(wheel, module) == requirement) is found


@pytest.mark.parametrize(
    ("module", "aside"),
    [
        ("pkg.tests.a", True),
        ("pkg.test_a", True),
        ("pkg.__main__", True),
        ("setup", True),
        ("pkg.a", False),
        ("testtools.a", False),
    ],
)
def test_tests_programs_and_build_scripts_stand_aside(module: str, *, aside: bool) -> None:
    assert is_aside(module) is aside
