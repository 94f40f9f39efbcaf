from __future__ import annotations

import keyword
from dataclasses import replace
from datetime import date

import pytest

from scanner.inspect.code.deferred import find_deferred_uses
from scanner.inspect.code.frames import World
from scanner.inspect.code.hazards import HAZARDS
from scanner.inspect.code.module_facts import read_facts
from scanner.inspect.code.runtime import Runtime
from scanner.inspect.code.site import build_site
from scanner.inspect.code.words import Words, collect_words, is_suspicious
from scanner.inspect.imports import build_runtime
from scanner.runtime.tables import load_stdlib
from scanner.runtime.target import choose_target


@pytest.fixture
def words(runtime: Runtime) -> Words:
    return collect_words((*runtime.missing, *runtime.removed), runtime.lacking_names(), runtime.removed_names())


def has_uses(source: str, runtime: Runtime) -> bool:
    facts = read_facts(source.encode(), name="pkg.a", path="pkg/a.py", is_package=False, runtime=runtime)
    return any(find_deferred_uses(facts, World(replace(runtime, sockets=False), build_site(()))))


@pytest.mark.parametrize("name", sorted(name for name, row in HAZARDS.items() if row.is_deferred))
def test_a_module_that_makes_a_call_that_fails_is_suspicious(name: str, runtime: Runtime, words: Words) -> None:
    owner = name.partition("()")[0].rpartition(".")[0]
    source = f"def f(loop):\n    {name.replace('*', 'loop')}()\n"
    if owner != "*":
        source = f"import {owner}\n{source}"
    assert has_uses(source, runtime)
    assert is_suspicious(source.encode(), "pkg.a", words)


def test_a_module_that_imports_what_is_missing_is_suspicious(runtime: Runtime, words: Words) -> None:
    for module in (*runtime.missing, *runtime.removed):
        owner, _, last = module.rpartition(".")
        for statement in (
            f"import {module}",
            f"import os, \\\n  {module} as m",
            f"from {owner or module} import {last}",
        ):
            source = f"def f():\n    {statement}\n"
            assert has_uses(source, runtime), source
            assert is_suspicious(source.encode(), "pkg.a", words), source


def test_a_module_that_uses_a_name_that_is_missing_is_suspicious(runtime: Runtime, words: Words) -> None:
    for dotted in runtime.lacking_names():
        module, _, name = dotted.rpartition(".")
        if len(name) > 4:  # shorter ones are looked for only in modules that are read anyway
            source = f"import {module}\ndef f():\n    return {dotted}\n"
            assert is_suspicious(source.encode(), "pkg.a", words), source


def test_a_name_of_older_pythons_is_found_where_it_is_written_out() -> None:
    runtime = build_runtime(choose_target(date(2026, 11, 17)), load_stdlib("3.14"))
    words = collect_words((*runtime.missing, *runtime.removed), runtime.lacking_names(), runtime.removed_names())
    assert {"types.InstanceType", "collections.Mapping", "urllib.urlopen"} <= runtime.removed_names()
    for dotted in runtime.removed_names():
        module, _, name = dotted.rpartition(".")
        if keyword.iskeyword(name):
            continue  # asyncio.async
        for text in (
            f"import {module}\ndef f(x):\n    return {dotted}\n",
            f"def f(x):\n    from {module} import a, {name}\n",
            f"def f(x):\n    from {module} import (\n        a,\n        {name} as b,\n    )\n",
        ):
            source = text.encode()
            assert is_suspicious(source, "pkg.a", words), source
            facts = read_facts(source, name="pkg.a", path="pkg/a.py", is_package=False, runtime=runtime, words=words)
            uses = find_deferred_uses(facts, World(replace(runtime, sockets=False), build_site(())))
            assert any(use.name == dotted for use in uses), source


@pytest.mark.parametrize(
    "source", [b"from collections import OrderedDict\nfrom typing import Mapping\n", b"# x.collections.Mapping\n"]
)
def test_a_name_of_today_with_the_same_words_makes_no_module_suspicious(source: bytes) -> None:
    runtime = build_runtime(choose_target(date(2026, 11, 17)), load_stdlib("3.14"))
    words = collect_words((), (), runtime.removed_names())
    assert not is_suspicious(source, "pkg.a", words)


def test_the_modules_own_name_completes_what_it_imports(words: Words) -> None:
    source = b"from .thread import ThreadPoolExecutor\nfrom asyncio import run\n"
    assert is_suspicious(source, "concurrent.futures.later", words)
    assert not is_suspicious(source, "pkg.later", words)


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    return x.resource\n",
        "def f(x):\n    '''Take a resource.'''\n    return g(resource=x)\n",
        "import logging\nlogger = logging.getLogger()\n",
        "import asyncio\nasync def f():\n    await asyncio.sleep(1)\n",
        "import http.client\ndef f(x):\n    return http.client.responses[x]\n",
        "def f(system):\n    return system.wait()\n",
        "import collections.abc\ndef f(x):\n    return isinstance(x, collections.abc.Mapping)\n",
        "def f(x):\n    return x.string.find(' ')\n",
    ],
)
def test_a_word_alone_makes_nothing_suspicious(source: str, runtime: Runtime, words: Words) -> None:
    assert not has_uses(source, runtime)
    assert not is_suspicious(source.encode(), "pkg.a", words)
