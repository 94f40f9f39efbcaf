"""Trees that are out of order: each ends in a verdict or a located problem, and never takes the rest with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeSdist, MakeWheel, Run

LINUX = "cp314-cp314-manylinux_2_28_x86_64"
Rows = dict[str, dict[str, Any]]


@pytest.fixture
def rows(run: Run) -> Callable[..., Rows]:
    """Scans requirements and gives the dependencies by name."""

    def scan(text: str, *words: str, **keywords: Any) -> Rows:
        files = {"requirements.txt": text}
        result = run("requirements.txt", "--format", "json", "--no-inspect", *words, files=files, **keywords)
        return {row["name"]: row for row in json.loads(result.stdout)["projects"][0]["dependencies"]}

    return scan


def _rules(row: dict[str, Any]) -> set[str]:
    return {finding["rule"] for finding in row["findings"]}


def test_a_bound_that_no_release_meets_leaves_the_sdk_itself_resolved(
    rows: Callable[..., Rows], index: FakeIndex, make_wheel: MakeWheel
) -> None:
    for number in range(30):
        index.add(make_wheel("sdk", f"1.{number}", requires=[f"core==1.{number}"]))
        index.add(make_wheel("core", f"1.{number}", requires=["dates>=2.1,<3"]))
    index.add(make_wheel("dates", "2.9"))
    told = rows("sdk\ndates>=3\n")
    assert (told["sdk"]["version"], told["core"]["version"]) == ("1.29", "1.29")
    assert _rules(told["dates"]) & {"CS501", "CS502"}
    assert told["dates"]["verdict"] == "unknown"


def test_an_old_library_takes_an_sdk_of_two_thousand_releases_back_in_few_requests(
    rows: Callable[..., Rows], index: FakeIndex, make_wheel: MakeWheel
) -> None:
    for number in range(0, 2000, 2):
        bound = "net<2" if number < 700 else "net>=2"
        index.add(make_wheel("sdk", f"1.{number}", requires=[f"core==1.{number}"]))
        index.add(make_wheel("core", f"1.{number}", requires=[bound]))
    index.add(make_wheel("net", "1.9"))
    index.add(make_wheel("net", "2.0"))
    assert rows("sdk\nnet<2\n")["sdk"]["version"] == "1.698"
    assert len(index.requests) < 150


def test_circular_dependencies_are_judged_once_each(
    rows: Callable[..., Rows], index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("a", requires=["b"]))
    index.add(make_wheel("b", requires=["a", "c"]))
    index.add(make_wheel("c", tag=LINUX))
    told = rows("a\n")
    assert {name: row["verdict"] for name, row in told.items()} == dict.fromkeys("abc", "container")
    assert told["c"]["via"] == [["a", "b", "c"]]


def test_a_dependency_that_does_not_exist_is_unknown_and_makes_its_parent_so(
    rows: Callable[..., Rows], index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("a", requires=["ghost", "b"]))
    index.add(make_wheel("b"))
    told = rows("a\n")
    assert {name: row["verdict"] for name, row in told.items()} == {"a": "unknown", "b": "workers", "ghost": "unknown"}
    assert _rules(told["ghost"]) == {"CS501"}


def test_a_project_with_four_thousand_releases_takes_two_requests(
    rows: Callable[..., Rows], index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add_names("many", [f"many-0.{number}-py3-none-any.whl" for number in range(4000)])
    index.add(make_wheel("many", "1.0"))
    assert rows("many\n")["many"]["version"] == "1.0"
    assert len(index.requests) <= 2


@pytest.mark.parametrize("field", [{"Name": "other"}, {"Version": "9.9"}])
def test_metadata_that_lies_about_what_it_is_is_not_believed(
    rows: Callable[..., Rows], index: FakeIndex, make_wheel: MakeWheel, field: dict[str, str]
) -> None:
    index.add(make_wheel("a", "1.0", requires=["b"], metadata=field))
    index.add(make_wheel("c"))
    told = rows("a\nc\n")
    assert "b" not in told
    assert (told["a"]["verdict"], told["c"]["verdict"]) == ("unknown", "workers")
    assert "CS505" in _rules(told["a"])


def test_metadata_of_ten_megabytes_is_read_as_far_as_it_matters(
    rows: Callable[..., Rows], index: FakeIndex, make_wheel: MakeWheel
) -> None:
    text = "Metadata-Version: 2.1\nName: a\nVersion: 1.0\nRequires-Dist: b\n\n" + "word " * 2_000_000
    index.add(make_wheel("a", metadata_text=text))
    index.add(make_wheel("b"))
    assert set(rows("a\n")) == {"a", "b"}


def test_a_marker_that_cannot_be_evaluated_lets_its_requirement_come_along(
    rows: Callable[..., Rows], index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("a", requires=["b; python_version >= 'snake'", "c; sys_platform == 'win32'"]))
    index.add(make_wheel("b"))
    told = rows("a\n")
    assert "c" not in told
    assert told["a"]["verdict"] in {"workers", "unknown"}


@pytest.mark.parametrize("ranges", [True, False])
def test_without_a_metadata_sidecar_the_wheel_itself_tells_what_it_requires(
    rows: Callable[..., Rows], index: FakeIndex, make_wheel: MakeWheel, *, ranges: bool
) -> None:
    index.ranges = ranges
    index.add(make_wheel("a", requires=["b"]), core_metadata=False)
    index.add(make_wheel("b"), core_metadata=False)
    assert set(rows("a\n")) == {"a", "b"}


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ("Metadata-Version: 2.2\n", True),
        ("Metadata-Version: 2.2\nDynamic: Requires-Dist\n", False),
        ("Metadata-Version: 2.1\n", False),
    ],
)
def test_a_source_distribution_tells_what_it_requires_only_where_it_promises_to(
    rows: Callable[..., Rows], index: FakeIndex, make_sdist: MakeSdist, *, header: str, known: bool
) -> None:
    index.add(make_sdist("a", pkg_info=f"{header}Name: a\nVersion: 1.0\nRequires-Dist: b\n\n"))
    assert ("b" in rows("a\n")) is known


def test_a_yanked_release_and_one_for_another_python_are_passed_by(
    rows: Callable[..., Rows], index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("a", requires=["b", "c"]))
    index.add(make_wheel("b", "1.0"))
    index.add(make_wheel("b", "2.0"), yanked="broken")
    index.add(make_wheel("c", "1.0"))
    index.add(make_wheel("c", "2.0", requires_python=">=3.99"))
    told = rows("a\n")
    assert (told["b"]["version"], told["c"]["version"]) == ("1.0", "1.0")


def test_a_direct_url_in_the_metadata_is_unknown_and_stays_unasked(
    rows: Callable[..., Rows], index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("a", requires=["b @ git+https://git.example.org/b", "c"]))
    index.add(make_wheel("c"))
    told = rows("a\n")
    assert {name: row["verdict"] for name, row in told.items()} == {"a": "unknown", "b": "unknown", "c": "workers"}
    assert _rules(told["b"]) == {"CS503"}
    assert index.count("b") == 0


def test_of_several_indexes_the_first_that_has_a_project_is_taken(
    rows: Callable[..., Rows], index: FakeIndex, start_index: Callable[[], FakeIndex], make_wheel: MakeWheel
) -> None:
    private = start_index()
    private.add(make_wheel("a", "1.0", requires=["b"]))
    index.add(make_wheel("a", "9.0"))
    index.add(make_wheel("b", "2.0"))
    told = rows("a\n", "--extra-index-url", private.url)
    assert (told["a"]["version"], told["b"]["version"]) == ("1.0", "2.0")


def test_a_requirement_that_cannot_be_read_leaves_its_package_unknown(
    rows: Callable[..., Rows], index: FakeIndex, make_wheel: MakeWheel
) -> None:
    text = "Metadata-Version: 2.1\nName: a\nVersion: 1.0\nRequires-Dist: b\nRequires-Dist: c what\n\n"
    index.add(make_wheel("a", metadata_text=text))
    index.add(make_wheel("b"))
    told = rows("a\n")
    assert {name: row["verdict"] for name, row in told.items()} == {"a": "unknown", "b": "workers"}
    assert "c what" in told["a"]["findings"][0]["message"]


def test_an_old_release_with_broken_metadata_that_was_only_looked_at_says_nothing_of_the_chosen_one(
    rows: Callable[..., Rows], index: FakeIndex, make_wheel: MakeWheel
) -> None:
    for number in range(12):
        broken = {"Name": "other"} if number == 0 else None
        requires = ["native"] if number > 5 else []
        index.add(make_wheel("a", f"1.{number}", requires=requires, metadata=broken))
    index.add(make_wheel("native", tag=LINUX))
    told = rows("a\n")
    assert (told["a"]["version"], told["a"]["verdict"]) == ("1.5", "workers")


def test_an_extra_that_does_not_exist_brings_nothing_and_breaks_nothing(
    rows: Callable[..., Rows], index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("a", requires=["b", "c; extra == 'real'"], extras=["real"]))
    index.add(make_wheel("b"))
    told = rows("a[imagined]\n")
    assert {name: row["verdict"] for name, row in told.items()} == {"a": "workers", "b": "workers"}
    assert len(index.requests) <= 4


def test_an_extra_that_asks_for_other_extras_of_its_own_package_brings_them_all(
    rows: Callable[..., Rows], index: FakeIndex, make_wheel: MakeWheel
) -> None:
    requires = ["a[x,y]; extra == 'all'", "b; extra == 'x'", "c; extra == 'y'", "d; extra == 'z'"]
    index.add(make_wheel("a", requires=requires, extras=["all", "x", "y", "z"]))
    index.add(make_wheel("b"))
    index.add(make_wheel("c", tag=LINUX))
    told = rows("a[all]\n")
    assert {name: row["verdict"] for name, row in told.items()} == {"a": "container", "b": "workers", "c": "container"}
    assert told["c"]["via"] == [["a", "c"]]


def test_an_upper_bound_in_the_middle_of_a_stack_takes_back_no_more_than_it_must(
    rows: Callable[..., Rows], index: FakeIndex, make_wheel: MakeWheel
) -> None:
    for number in range(400):
        index.add(make_wheel("sdk", f"1.{number}", requires=[f"core>=1.{number},<1.{number + 1}"]))
        index.add(make_wheel("core", f"1.{number}", requires=["net<2" if number < 150 else "net<3,>=2"]))
    index.add(make_wheel("client", requires=["net<2"]))
    for version in ("1.9", "2.0", "3.0"):
        index.add(make_wheel("net", version))
    told = rows("sdk\nclient\n")
    assert {name: row["version"] for name, row in told.items()} == {
        "sdk": "1.149",
        "core": "1.149",
        "client": "1.0",
        "net": "1.9",
    }
    assert len(index.requests) < 60


def test_a_constraint_and_an_override_hold_below_what_is_asked_for(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("a", requires=["b>=2", "c"]))
    for version in ("1.0", "2.0", "3.0"):
        index.add(make_wheel("b", version))
        index.add(make_wheel("c", version))
    pyproject = (
        '[project]\nname = "p"\nversion = "1"\ndependencies = ["a"]\n'
        '[tool.uv]\nconstraint-dependencies = ["c<3"]\noverride-dependencies = ["b==1.0"]\n'
    )
    result = run("pyproject.toml", "--format", "json", "--no-inspect", files={"pyproject.toml": pyproject})
    told = {row["name"]: row["version"] for row in json.loads(result.stdout)["projects"][0]["dependencies"]}
    assert told == {"a": "1.0", "b": "1.0", "c": "2.0"}
    assert len(index.requests) <= 6


def test_a_wheel_by_its_url_stands_for_every_requirement_on_its_name(
    rows: Callable[..., Rows], index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("a", requires=["b>=2"]))
    wheel = make_wheel("b", "1.0", requires=["c"])
    url = index.serve(f"/files/{wheel.filename}", wheel.data)
    index.add(make_wheel("c"))
    told = rows(f"a\nb @ {url}\n")
    assert {name: row["version"] for name, row in told.items()} == {"a": "1.0", "b": "1.0", "c": "1.0"}
    assert index.count("b") == 0


def test_a_part_that_is_blocked_in_every_release_is_told_with_few_requests(
    rows: Callable[..., Rows], index: FakeIndex, make_wheel: MakeWheel
) -> None:
    for number in range(300):
        index.add(make_wheel("web", f"1.{number}", requires=["server"]))
        index.add(make_wheel("server", f"1.{number}", requires=["loop"]))
    index.add(make_wheel("loop", tag=LINUX))
    told = rows("web\n")
    assert (told["web"]["version"], told["server"]["version"]) == ("1.299", "1.299")
    assert told["loop"]["verdict"] == "container"
    assert len(index.requests) < 30
