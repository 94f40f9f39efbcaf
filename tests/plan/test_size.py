"""Which instance type fits, and how far an account reaches."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.plan.model import ContainerTree, InstanceSize, Package, PlanOptions, SizeChoice
from scanner.plan.size import (
    choose_size,
    custom_size,
    find_capacity,
    find_out_of_bounds,
    named_sizes,
    worker_processes,
)
from scanner.runtime.tables import load_containers, load_workloads


def _tree(megabytes: int | None) -> ContainerTree:
    unpacked = None if megabytes is None else megabytes * 1_000_000
    return ContainerTree(packages=(Package(name="alpha", version="1", unpacked_bytes=unpacked),), source="a test")


def _choose(megabytes: int | None = 100, *names: str, **options: Any) -> SizeChoice:
    return choose_size(names, _tree(megabytes), PlanOptions(**options), load_containers(), load_workloads())


def _name(choice: SizeChoice) -> str:
    assert choice.size is not None
    return choice.size.name


def test_ten_instances_with_five_requests_each_hold_fifty() -> None:
    size = named_sizes(load_containers())[0]
    assert find_capacity(size, 10, 5, load_containers().account).requests_at_once == 50


@pytest.mark.parametrize(
    ("name", "most", "limited_by"),
    [("lite", 15_000, "disk"), ("standard-1", 1_536, "memory"), ("standard-4", 375, "vCPU")],
)
def test_the_account_admits_so_many_instances(name: str, most: int, limited_by: str) -> None:
    size = next(size for size in named_sizes(load_containers()) if size.name == name)
    capacity = find_capacity(size, 1, 1, load_containers().account)
    assert (capacity.most_instances, capacity.limited_by) == (most, limited_by)


@pytest.mark.parametrize(
    ("megabytes", "memory", "name"),
    [
        (100, 200, "lite"),
        (100, 300, "basic"),
        (2_000, 200, "basic"),
        (5_000, 200, "standard-1"),
        (9_000, 1, "standard-2"),
    ],
)
def test_the_smallest_type_with_enough_memory_and_disk_is_taken(megabytes: int, memory: int, name: str) -> None:
    assert _name(_choose(megabytes, memory_mib=memory)) == name


def test_a_known_minimum_raises_the_type_and_is_called_a_guess() -> None:
    choice = _choose(100, "torch")
    assert _name(choice) == "standard-1"
    reason = next(reason for reason in choice.reasons if "torch requires 3072 MiB" in reason.text)
    assert reason.is_guess
    assert "not measured" in reason.text


def test_what_the_options_say_of_memory_goes_before_minimums() -> None:
    choice = _choose(100, "torch", memory_mib=700)
    assert not [reason for reason in choice.reasons if reason.quantity == "memory" and reason.is_guess]
    assert max(reason.amount for reason in choice.reasons if reason.quantity == "memory") == 700


def test_a_cheaper_size_of_ones_own_is_named_beside_the_type() -> None:
    choice = _choose(100, memory_mib=9_000)
    assert _name(choice) == "standard-4"
    assert choice.custom == InstanceSize(name="custom", vcpu=1, memory_mib=9_216, disk_mb=500)


def test_nothing_is_chosen_beyond_the_largest() -> None:
    choice = _choose(100, memory_mib=13_000)
    assert choice.size is None
    assert "no instance type has 13000 MiB" in choice.text


def test_a_named_type_is_taken_as_asked_and_told_where_it_is_too_small() -> None:
    choice = _choose(100, "torch", instance_type="lite")
    assert _name(choice) == "lite"
    assert "though it has too little memory and vCPU" in choice.text


def test_a_package_of_unknown_size_is_named() -> None:
    assert any("no size is known of alpha" in reason.text for reason in _choose(None).reasons)


def test_a_size_of_ones_own_keeps_to_its_bounds() -> None:
    bounds = load_containers().custom
    assert custom_size(1, 0.1, 1, bounds) == InstanceSize(name="custom", vcpu=1, memory_mib=3_072, disk_mb=500)
    assert custom_size(1, 5, 1, bounds) is None
    assert custom_size(1, 1, 20_001, bounds) is None
    bad = InstanceSize(name="custom", vcpu=0.5, memory_mib=16_000, disk_mb=21_000)
    assert len(list(find_out_of_bounds(bad, bounds))) == 3
    few = InstanceSize(name="custom", vcpu=2, memory_mib=4_096, disk_mb=2_000)
    assert list(find_out_of_bounds(few, bounds)) == ["memory_mib is 4096; 2 vCPU require at least 6144"]


@pytest.mark.parametrize(("name", "processes"), [("lite", 1), ("standard-2", 1), ("standard-3", 2), ("standard-4", 4)])
def test_the_server_has_a_process_for_each_vcpu(name: str, processes: int) -> None:
    assert worker_processes(next(s for s in named_sizes(load_containers()) if s.name == name)) == processes


def test_the_reason_names_what_the_next_smaller_type_lacks() -> None:
    assert _choose(7000).text.endswith(": standard-1 has too little disk")
    assert _choose(100, memory_mib=5000).text.endswith(": standard-1 has too little memory")
    assert ":" not in _choose(10, memory_mib=100).text, "nothing is smaller than the smallest"
