"""`compat-scan tree` from outside: the drawing, its JSON, and the way up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run

LINUX = "cp314-cp314-manylinux_2_28_x86_64"


@pytest.fixture
def packages(index: FakeIndex, make_wheel: MakeWheel) -> None:
    """top → middle → bottom (Linux only), top → bottom, and side → middle."""
    index.add(make_wheel("top", requires=["middle", "bottom"]))
    index.add(make_wheel("side", requires=["middle"]))
    index.add(make_wheel("middle", requires=["bottom", "leaf"]))
    index.add(make_wheel("bottom", tag=LINUX))
    index.add(make_wheel("leaf"))


@pytest.mark.usefixtures("packages")
def test_the_tree_is_drawn_with_marks_and_what_was_drawn_before_is_not_drawn_again(run: Run) -> None:
    result = run("tree", "requirements.txt", "--no-inspect", files={"requirements.txt": "top\nside\n"})
    assert result.exit_code == 1
    assert result.stdout.splitlines()[:8] == [
        "✗ top 1.0",
        "├── ✗ bottom 1.0 CS101",
        "└── ✗ middle 1.0",
        "    ├── ✗ bottom 1.0 CS101",
        "    └── ✓ leaf 1.0",
        "✗ side 1.0",
        "└── ✗ middle 1.0 (*)",
        "",
    ]


@pytest.mark.usefixtures("packages")
def test_inverted_it_tells_who_needs_a_package_up_to_the_lines_of_the_file(run: Run) -> None:
    files = {"requirements.txt": "top\nside\n"}
    result = run("tree", "--invert", "Leaf", "requirements.txt", "--no-inspect", files=files)
    assert result.stdout.splitlines()[:4] == [
        "✓ leaf 1.0",
        "└── ✗ middle 1.0",
        "    ├── ✗ side 1.0 (requirements.txt:2)",
        "    └── ✗ top 1.0 (requirements.txt:1)",
    ]


@pytest.mark.usefixtures("packages")
def test_a_package_that_is_not_in_the_tree_is_misuse(run: Run) -> None:
    result = run("tree", "--invert", "ghost", "--no-inspect", files={"requirements.txt": "top\n"})
    assert result.exit_code == 2
    assert "ghost" in result.stderr
    assert result.stdout == ""


@pytest.mark.usefixtures("packages")
def test_the_json_has_each_package_once_with_what_it_requires(run: Run) -> None:
    result = run("tree", "--format", "json", "--no-inspect", files={"requirements.txt": "top\n"})
    document = json.loads(result.stdout)
    assert document["schema"] == "compat-scan/tree/2"
    (document,) = document["projects"]
    assert document["roots"] == ["top==1.0"]
    requires = {package["name"]: package["requires"] for package in document["packages"]}
    assert requires == {
        "bottom": [],
        "leaf": [],
        "middle": ["bottom==1.0", "leaf==1.0"],
        "top": ["bottom==1.0", "middle==1.0"],
    }


def test_a_circle_is_marked_and_ends(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("a", requires=["b"]))
    index.add(make_wheel("b", requires=["a"]))
    result = run("tree", "--no-inspect", files={"requirements.txt": "a\n"})
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:3] == ["✓ a 1.0", "└── ✓ b 1.0", "    └── ✓ a 1.0 (circle)"]


def test_what_one_extra_alone_brings_says_so_in_both_directions(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("web", requires=["leaf", "loop; extra == 'fast'"], extras=["fast"]))
    index.add(make_wheel("leaf"))
    index.add(make_wheel("loop", tag=LINUX))
    files = {"requirements.txt": "web[fast]\n"}
    down = run("tree", "requirements.txt", "--no-inspect", files=files)
    up = run("tree", "--invert", "loop", "requirements.txt", "--no-inspect", files=files)
    assert "└── ✗ loop 1.0 (extra fast) CS101" in down.stdout.splitlines()
    assert "├── ✓ leaf 1.0" in down.stdout.splitlines()
    assert "└── ✗ web 1.0 (extra fast) (requirements.txt:1)" in up.stdout.splitlines()


@pytest.mark.usefixtures("packages")
def test_the_signs_that_occur_are_explained_and_no_others(run: Run) -> None:
    told = run("tree", "requirements.txt", "--no-inspect", files={"requirements.txt": "top\nside\n"}).stdout
    explained = " ".join(told.partition("\n\n")[2].split())
    assert "✓ runs · ✗ needs a container" in explained
    assert "(*) drawn above with its dependencies" in explained
    assert "circle" not in explained
    assert "with limits" not in explained
