"""What the packages that run add together, and what moves out where it is too much."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

from scanner.judge.bundle import Verdicts, Weighed, weigh_bundle
from scanner.model.finding import Level
from scanner.model.report import Verdict
from scanner.model.rule import Rule

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run

W, C, U = Verdict.WORKERS, Verdict.CONTAINER, Verdict.UNKNOWN
MIB = 1024 * 1024


def _weigh(own: dict[str, Verdict], edges: dict[str, list[str]], sizes: dict[str, int], *, limit_bytes: int) -> Weighed:
    """The bundle of a tree whose roots are what nothing requires."""
    required = {child for children in edges.values() for child in children}
    roots = [name for name in own if name not in required]
    return weigh_bundle(Verdicts(own=own, edges=edges, roots=roots), sizes, limit_bytes=limit_bytes)


def test_what_runs_is_summed_and_the_five_largest_are_named() -> None:
    sizes = {name: number * 10 for number, name in enumerate("abcdef", 1)}
    bundle = _weigh(dict.fromkeys(sizes, W), {}, sizes, limit_bytes=1000).bundle
    assert bundle is not None
    assert (bundle.uncompressed_bytes, bundle.limit_bytes) == (210, 1000)
    assert bundle.largest == (("f", 60), ("e", 50), ("d", 40), ("c", 30), ("b", 20))
    assert bundle.unsized == ()


def test_what_only_blocked_requirements_reach_is_left_out_and_an_unknown_one_counts() -> None:
    own = {"a": W, "b": W, "c": C, "d": U, "e": W}
    bundle = _weigh(own, {"b": ["c", "e"]}, dict.fromkeys(own, 100), limit_bytes=1000).bundle
    assert bundle is not None
    assert bundle.largest == (("a", 100), ("d", 100))


def test_a_package_that_a_requirement_of_the_worker_reaches_too_is_weighed() -> None:
    own = {"torch": C, "sympy": W, "web": W, "shared": W}
    edges = {"torch": ["sympy", "shared"], "web": ["shared"]}
    bundle = _weigh(own, edges, {"sympy": 60, "shared": 5, "web": 5}, limit_bytes=50).bundle
    assert bundle is not None
    assert (bundle.uncompressed_bytes, bundle.unsized) == (10, ())


def test_the_largest_move_out_in_order_until_the_rest_fits() -> None:
    sizes = {"a": 60, "b": 50, "c": 40, "d": 10}
    weighed = _weigh(dict.fromkeys(sizes, W), {}, sizes, limit_bytes=55)
    assert list(weighed.findings) == ["a", "b"]
    finding = weighed.findings["a"]
    assert (finding.rule, finding.level) == (Rule.CS401, Level.BLOCKER)
    assert "without it together with b the rest fits" in finding.message
    assert [evidence.origin for evidence in finding.evidence] == ["a", "b", "c", "d"]


def test_what_hangs_on_a_package_that_moves_moves_with_it() -> None:
    sizes = {"app": 45, "lib": 60, "other": 50}
    weighed = _weigh(dict.fromkeys(sizes, W), {"app": ["lib"]}, sizes, limit_bytes=50)
    assert list(weighed.findings) == ["lib"]


def test_a_bundle_that_is_nearly_full_is_a_caution_on_the_largest() -> None:
    weighed = _weigh({"a": W, "b": W}, {}, {"a": 30 * MIB, "b": 25 * MIB}, limit_bytes=64 * MIB)
    assert list(weighed.findings) == ["a"]
    assert weighed.findings["a"].level is Level.CAUTION
    assert "9.0 MiB are left" in weighed.findings["a"].message


def test_four_fifths_of_the_limit_are_not_told() -> None:
    assert _weigh({"a": W}, {}, {"a": 80}, limit_bytes=100).findings == {}


def test_a_bundle_that_fits_exactly_does_not_move() -> None:
    findings = _weigh({"a": W}, {}, {"a": 100}, limit_bytes=100).findings
    assert findings["a"].level is Level.CAUTION


def test_packages_of_unknown_size_make_the_sum_a_lower_bound() -> None:
    weighed = _weigh({"a": W, "numpy": W}, {}, {"a": 120}, limit_bytes=100)
    assert weighed.bundle is not None
    assert weighed.bundle.unsized == ("numpy",)
    assert "at least" in weighed.findings["a"].message
    assert "numpy" in weighed.findings["a"].evidence[-1].fact


def test_without_any_known_size_there_is_no_bundle() -> None:
    weighed = _weigh({"numpy": W}, {}, {}, limit_bytes=100)
    assert weighed.bundle is None
    assert weighed.findings == {}


def test_two_versions_of_one_name_are_told_by_the_name() -> None:
    bundle = _weigh({"a==1": W, "a==2": W}, {}, {"a==1": 5, "a==2": 6}, limit_bytes=100).bundle
    assert bundle is not None
    assert bundle.largest == (("a", 6), ("a", 5))


def test_a_tree_over_the_limit_needs_a_container_for_its_largest_package(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    noise = random.Random(401)  # noqa: S311  # bytes that do not shrink
    index.add(make_wheel("big", "1.0", files={"big/__init__.py": "", "big/model.txt": noise.randbytes(40 * MIB)}))
    index.add(make_wheel("small", "1.0", files={"small/__init__.py": "", "small/model.txt": noise.randbytes(30 * MIB)}))
    result = run("requirements.txt", "--format", "json", files={"requirements.txt": "big\nsmall\n"})
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert {row["name"]: row["verdict"] for row in report["projects"][0]["dependencies"]} == {
        "big": "container",
        "small": "workers",
    }
    assert report["projects"][0]["bundle"]["bytes"] > 70 * MIB
    assert report["projects"][0]["bundle"]["limit_bytes"] == 64 * MIB
    assert [row["name"] for row in report["projects"][0]["bundle"]["largest"]] == ["big", "small"]


def test_compiled_python_does_not_count(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha", "1.0", files={"alpha/__init__.py": "x = 1\n"}))
    index.add(make_wheel("beta", "1.0", files={"beta/__init__.py": "x = 1\n", "beta/a.pyc": b"\0" * 5000}))
    result = run("requirements.txt", "--format", "json", files={"requirements.txt": "alpha\nbeta\n"})
    sizes = {row["name"]: row["bytes"] for row in json.loads(result.stdout)["projects"][0]["bundle"]["largest"]}
    assert abs(sizes["alpha"] - sizes["beta"]) < 200


def test_without_a_look_inside_no_size_is_told(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha", "1.0"))
    result = run("requirements.txt", "--format", "json", "--no-inspect", files={"requirements.txt": "alpha\n"})
    assert json.loads(result.stdout)["projects"][0]["bundle"] is None
