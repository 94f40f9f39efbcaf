"""The target that stands for the image."""

from __future__ import annotations

from packaging.tags import Tag

from scanner.plan.container_tree import make_linux_target
from scanner.runtime.target import choose_target


def test_the_linux_target_takes_manylinux_wheels_and_linux_markers() -> None:
    target = make_linux_target(choose_target())
    assert Tag("cp313", "cp313", "manylinux_2_28_x86_64") in target.tags
    assert Tag("cp311", "abi3", "manylinux2014_x86_64") in target.tags
    assert Tag("py3", "none", "any") in target.tags
    assert not any("wasm" in tag.platform for tag in target.tags)
    assert (target.markers["sys_platform"], target.markers["platform_machine"]) == ("linux", "x86_64")
    assert set(target.markers) == set(choose_target().markers)
