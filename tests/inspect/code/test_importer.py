from __future__ import annotations

from collections.abc import Callable

import pytest

from scanner.inspect.code.engine import import_entry, make_machine
from scanner.inspect.code.failure import Cause, Failure, OutOfBudget
from scanner.inspect.code.site import WheelCode, build_site
from scanner.inspect.code.state.limits import MAX_STEPS
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.target import Runtime

ImportAll = Callable[..., tuple[Failure | None, Machine]]
ImportPackage = Callable[..., Failure | None]


@pytest.fixture
def import_package(import_all: ImportAll) -> ImportPackage:
    """Gives what importing ``pkg`` ends in; a string is the whole of ``pkg/__init__.py``."""
    return lambda files: import_all(files)[0]


FAILING = {
    "a plain import of a missing module": "import pwd",
    "a from import of a missing module": "from pwd import getpwnam",
    "a missing submodule named in from": "from multiprocessing import shared_memory",
    "a missing submodule imported as a whole": "import multiprocessing.shared_memory",
    "a name that the module lacks": "from os import geteuid",
    "a use of a name that the module lacks": "import os\nEUID = os.geteuid()",
    "a use under an alias": "import os as system\nsystem.geteuid()",
    "a removed module": "import distutils.core",
    "a class body": "class A:\n    import pwd",
    "a decorator": "import os\n@os.geteuid\ndef f(): pass",
    "a default argument": "import os\ndef f(uid=os.geteuid()): pass",
    "a with statement": "with open('x') as f:\n    import pwd",
    "a loop that is entered": "for x in ('a', 'b'):\n    import pwd",
    "the branch for the target": "import sys\nif sys.platform == 'emscripten':\n    import pwd",
    "the branch for Posix": "import os\nif os.name == 'posix':\n    import pwd",
    "else of a check for Windows": "import sys\nif sys.platform.startswith('win'):\n    pass\nelse:\n    import pwd",
    "platform.system": "import platform\nif platform.system() != 'Windows':\n    import pwd",
    "a flag of the module": "import os\nWINDOWS = os.name == 'nt'\nif not WINDOWS:\n    import pwd",
    "both branches of an unknown condition": (
        "import time\nif time.time() > 5:\n    import pwd\nelse:\n    import curses"
    ),
    "a handler for another exception": "try:\n    import pwd\nexcept ValueError:\n    pass",
    "a handler that raises again": "try:\n    import pwd\nexcept ImportError:\n    raise",
    "a handler that imports what is missing too": "try:\n    import curses\nexcept ImportError:\n    import pwd",
    "finally": "try:\n    pass\nfinally:\n    import pwd",
    "else of a try statement": "try:\n    pass\nexcept ImportError:\n    pass\nelse:\n    import pwd",
    "import_module": "import importlib\nimportlib.import_module('pwd')",
    "__import__": "__import__('pwd')",
    "a function called at import": "def setup():\n    import pwd\nsetup()",
    "a function that calls another": "def a():\n    b()\ndef b():\n    import pwd\na()",
    "a class that is instantiated": "class A:\n    def __init__(self):\n        import pwd\nA()",
    "a method called on self": (
        "class A:\n    def __init__(self):\n        self.go()\n    def go(self):\n        import pwd\nA()"
    ),
    "a base's maker": "class A:\n    def __init__(self):\n        import pwd\nclass B(A): pass\nB()",
    "a raise for other platforms": (
        "import sys\nif sys.platform in ('linux', 'darwin'):\n    pass\nelse:\n    raise RuntimeError('no')"
    ),
    "a name that is given to a module too late": "import os\nx = os.geteuid()\nos.geteuid = os.getpid",
    "another name that is given to a module": "import os\nos.sched_getaffinity = len\nx = os.geteuid()",
    "a name that nobody gives to a module": "import os\ndef mend():\n    os.geteuid = os.getpid\nx = os.geteuid()",
    "an assertion about the platform": "import sys\nassert sys.platform == 'linux'",
    "a process": "import subprocess\nsubprocess.run(['ls'])",
    "a process by its bare name": "from subprocess import check_output\ncheck_output(['ls'])",
    "a thread": "import threading\nthreading.Thread(target=print).start()",
    "a thread kept in a name": "import threading\nt = threading.Thread(target=print)\nt.start()",
    "a lock between processes": "import multiprocessing\nLOCK = multiprocessing.Lock()",
    "a system library": "import ctypes\nctypes.CDLL('libc.so.6')",
    "a match on the platform": (
        "import sys\nmatch sys.platform:\n    case 'win32':\n        pass\n    case _:\n        import pwd"
    ),
    "a conditional expression": "import os, sys\nx = None if sys.platform == 'win32' else os.geteuid()",
    "the right side of and": "import os\nx = os.name == 'posix' and os.geteuid()",
    "an unset environment variable": "import os\nif not os.environ.get('PKG_PURE'):\n    import pwd",
    "find_spec": "import importlib.util\nif importlib.util.find_spec('pwd') is None:\n    import curses",
    "an argument that names the module": (
        "import importlib\ndef load(name):\n    importlib.import_module(name)\nload('pwd')"
    ),
    "a default that names the module": (
        "import importlib\ndef load(name='pwd'):\n    importlib.import_module(name)\nload()"
    ),
    "a loop over names": "import importlib\nfor name in ('json', 'pwd'):\n    importlib.import_module(name)",
    "a result that a condition asks for": (
        "from ctypes.util import find_library\ndef find():\n    return find_library('pq')\n"
        "if not find():\n    raise ImportError"
    ),
    "candidates that all fail": (
        "def a():\n    import pwd\ndef b():\n    import curses\ndef pick():\n"
        "    for candidate in (a, b):\n        try:\n"
        "            return candidate()\n        except ImportError:\n            pass\n"
        "    raise ImportError('none')\npick()"
    ),
    "Python 2": "print 'hello'",
    "a generator's candidates that all fail": (
        "import ctypes, sys\nfrom ctypes.util import find_library\ndef names():\n    yield find_library('magic')\n"
        "    if sys.platform == 'linux':\n        yield 'libmagic.so.1'\ndef load():\n    for name in names():\n"
        "        if name is None:\n            continue\n        try:\n            return ctypes.CDLL(name)\n"
        "        except OSError:\n            pass\n    else:\n        raise ImportError('no libmagic')\nlib = load()"
    ),
    "back ends by computed names": (
        "import importlib, sys\ndef backend(package):\n    if sys.platform == 'darwin':\n        names = ['curses']\n"
        "    else:\n        names = ['p' + 'wd']\n    errors = []\n    for name in names:\n        try:\n"
        "            return importlib.import_module(name, package)\n        except ImportError as error:\n"
        "            errors.append(error)\n    raise ImportError(f'none of {errors}')\nbackend(__name__)"
    ),
    "a regular expression on the machine": (
        "import platform, re\nclass Machine:\n    text = platform.machine()\ndef parse(text):\n"
        "    arch, bits = None, None\n    text = text.lower()\n    if re.match(r'^x86$|^i\\d86$', text):\n"
        "        arch, bits = 'X86', 32\n    return (arch, bits)\ndef check():\n"
        "    arch, bits = parse(Machine.text)\n    if not arch in ['X86', 'ARM']:\n"
        "        raise Exception('only X86 and ARM')\ncheck()"
    ),
    "a compiled regular expression": (
        "import platform, re\nPATTERN = re.compile('linux|darwin', re.I)\n"
        "if not PATTERN.match(platform.system()):\n    raise OSError('no')"
    ),
    "a dict by platform": (
        "import sys\nNAMES = {'linux': 'epoll', 'emscripten': 'pwd'}\n__import__(NAMES.get(sys.platform, 'json'))"
    ),
    "an f-string that names the module": "import importlib\nname = 'wd'\nimportlib.import_module(f'p{name}')",
    "a formatted name": "__import__('{}wd'.format('p'))",
    "the machine of uname": "import os\nif os.uname().machine not in ('x86_64', 'aarch64'):\n    import pwd",
    "else of a loop without break": "for name in ('a', 'b'):\n    pass\nelse:\n    import pwd",
}

WORKING = {
    "a guarded import": "try:\n    import pwd\nexcept ImportError:\n    pwd = None",
    "a name that is given to a module": (
        "import os\nif not hasattr(os, 'geteuid'):\n    os.geteuid = os.getpid\nx = os.geteuid()"
    ),
    "a name that a handler gives to a module": (
        "import collections\ntry:\n    collections.Callable\nexcept AttributeError:\n"
        "    collections.Callable = dict\nfrom collections import Callable"
    ),
    "a name that a function gives to a module": (
        "import collections as c\ndef mend():\n    c.Callable = dict\nmend()\nx = c.Callable"
    ),
    "a bare handler": "try:\n    import pwd\nexcept:\n    pass",
    "a handler with several classes": "try:\n    import pwd\nexcept (AttributeError, ModuleNotFoundError):\n    pass",
    "suppress": "from contextlib import suppress\nwith suppress(ImportError):\n    import pwd",
    "contextlib.suppress": "import contextlib\nwith contextlib.suppress(Exception):\n    import pwd",
    "a function that nothing calls": "def f():\n    import pwd",
    "a coroutine that is only made": "async def f():\n    import pwd\nf()",
    "a lambda": "f = lambda: __import__('pwd')",
    "TYPE_CHECKING": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pwd",
    "typing.TYPE_CHECKING": "import typing as t\nif t.TYPE_CHECKING:\n    import pwd",
    "__main__": "if __name__ == '__main__':\n    import pwd",
    "if False": "if False:\n    import pwd",
    "the branch for Windows": "import sys\nif sys.platform == 'win32':\n    import msvcrt",
    "an older Python": "import sys\nif sys.version_info < (3, 0):\n    import pwd",
    "IronPython": "import sys\nif 'IronPython' in sys.version:\n    import pwd",
    "PyPy": "import platform\nif platform.python_implementation() == 'PyPy':\n    import pwd",
    "hasattr of a name that is not there": "import os\nif hasattr(os, 'geteuid'):\n    os.geteuid()",
    "getattr with a default": "import os\nf = getattr(os, 'geteuid', None)\nif f:\n    f()",
    "a guarded use": "import os\ntry:\n    os.geteuid()\nexcept AttributeError:\n    pass",
    "a flag set by a handler": (
        "try:\n    import pwd\n    HAS = True\nexcept ImportError:\n    HAS = False\nif HAS:\n    import curses"
    ),
    "a module that a handler replaces": (
        "try:\n    import pwd\nexcept ImportError:\n    pwd = None\nif pwd:\n    import curses"
    ),
    "one branch of an unknown condition": "import time\nif time.time() > 5:\n    import pwd",
    "a process in a handler's shelter": (
        "import subprocess\ntry:\n    subprocess.run(['ls'])\nexcept OSError:\n    pass"
    ),
    "the program itself as a library": "import ctypes\nctypes.CDLL(None)",
    "a library that is looked for": "import ctypes, ctypes.util\nctypes.CDLL(ctypes.util.find_library('c'))",
    "a parameter that hides a module": (
        "import os\nclass A:\n    def geteuid(self):\n        return 0\ndef f(os):\n    return os.geteuid()\nf(A())"
    ),
    "an import of the name in the other branch": (
        "import sys\nif sys.version_info < (3, 10):\n    from collections import Callable\nelse:\n"
        "    from collections.abc import Callable\nNAME = Callable.__name__"
    ),
    "a return before it": "import sys\ndef f():\n    if sys.platform != 'linux':\n        return\n    import pwd\nf()",
    "a loop that is left before": "for x in (1, 2):\n    break\n    import pwd",
    "a name in the environment": "import os\nif 'PKG_DEBUG' in os.environ:\n    import pwd",
    "a raise under an unknown condition": (
        "import time\ndef f(x):\n    if x:\n        raise ValueError\nf(time.time() > 5)"
    ),
    "a module that the runtime provides": "import js, pyodide.ffi",
    "an override that does nothing": (
        "class A:\n    def __init__(self):\n        raise NotImplementedError\nclass B(A):\n    def __init__(self):\n"
        "        pass\nB()"
    ),
    "a subclass that is not made": "import threading\nclass T(threading.Thread):\n    pass",
    "a thread that is not started": "import threading\nt = threading.Thread(target=print)",
    "else of a loop with break": "for name in ('a', 'b'):\n    break\nelse:\n    import pwd",
    "a generator's candidate that works": (
        "def names():\n    yield 'pwd'\n    yield 'json'\ndef load():\n    for name in names():\n        try:\n"
        "            return __import__(name)\n        except ImportError:\n            pass\n"
        "    raise ImportError\nload()"
    ),
    "a generator that gives what only running tells": (
        "import os\ndef names():\n    for name in os.listdir('.'):\n        yield name\ndef load():\n"
        "    for name in names():\n        return name\n    raise ImportError\nload()"
    ),
    "a list that is filled later": "import time\nnames = []\nnames.append(time.time())\nif not names:\n    import pwd",
    "a dict that is filled later": "import time\nnames = {}\nnames['x'] = time.time()\nif not names:\n    import pwd",
    "a regular expression on unknown text": "import re, time\nif not re.match('a', time.ctime()):\n    import pwd",
    "a regular expression that takes long": (
        "import re\nif not re.match('(a+)+$', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'):\n    import pwd"
    ),
    "a class's own name for another platform": "class pwd:\n    x = None\nif pwd.x:\n    import curses",
    "what stands in where lazy imports cannot be had": (
        "import time\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING or time.time() > 5:\n    import pwd"
    ),
    "a pool that is not used": "from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(1)",
}


@pytest.mark.parametrize("source", FAILING.values(), ids=FAILING.keys())
def test_an_import_fails_where_the_target_would_fail(import_package: ImportPackage, source: str) -> None:
    assert import_package(source) is not None


@pytest.mark.parametrize("source", WORKING.values(), ids=WORKING.keys())
def test_an_import_works_where_the_target_would_not_get_there(import_package: ImportPackage, source: str) -> None:
    assert import_package(source) is None


def test_the_chain_names_every_import_from_the_package_to_the_missing_module(import_package: ImportPackage) -> None:
    failure = import_package(
        {"pkg/__init__.py": "\nfrom . import a", "pkg/a.py": "from .sub.b import f", "pkg/sub/__init__.py": "",
         "pkg/sub/b.py": "\n\nimport pwd\ndef f(): pass"}
    )  # fmt: skip
    assert failure is not None
    assert failure.cause is Cause.MISSING
    assert [(hop.path, hop.line) for hop in failure.chain] == [
        ("pkg/__init__.py", 2),
        ("pkg/a.py", 1),
        ("pkg/sub/b.py", 3),
    ]
    assert failure.chain[-1].text == "import pwd"


def test_a_package_runs_before_its_submodule(import_package: ImportPackage) -> None:
    failure = import_package({"pkg/__init__.py": "import pkg.a.b", "pkg/a/__init__.py": "import pwd", "pkg/a/b.py": ""})
    assert failure is not None
    assert failure.chain[-1].path == "pkg/a/__init__.py"


def test_a_name_of_the_package_comes_before_a_submodule_of_the_same_name(import_package: ImportPackage) -> None:
    files = {"pkg/__init__.py": "def main(): pass\nfrom pkg.user import x",
             "pkg/user.py": "from pkg import main\nx = 1", "pkg/main.py": "import pwd"}  # fmt: skip
    assert import_package(files) is None


def test_a_flag_of_another_module_decides(import_package: ImportPackage) -> None:
    files = {"pkg/__init__.py": "from .compat import WINDOWS\nif WINDOWS:\n    import msvcrt",
             "pkg/compat.py": "import sys\nWINDOWS = sys.platform == 'win32'"}  # fmt: skip
    assert import_package(files) is None


def test_a_function_of_another_module_decides(import_package: ImportPackage) -> None:
    files = {"pkg/__init__.py": "from . import compat\nif not compat.is_windows():\n    import pwd",
             "pkg/compat.py": "import os\ndef is_windows():\n    return os.name == 'nt'"}  # fmt: skip
    assert import_package(files) is not None


@pytest.mark.parametrize(
    ("arguments", "is_found"),
    [
        ("'.part', 'pkg'", True),
        ("'.part', __name__", True),
        ("'..part', 'pkg.inner'", True),
        ("'.other', 'pkg'", False),
        ("'.part', 'pkg.inner'", False),
        ("'.', 'pkg'", True),
        ("'.part'", True),
        ("'..part', 'pkg'", True),
    ],
)
def test_a_specification_is_found_by_a_relative_name(
    import_package: ImportPackage, arguments: str, *, is_found: bool
) -> None:
    source = f"import importlib.util\nif not importlib.util.find_spec({arguments}):\n    raise ImportError('none')"
    failure = import_package({"pkg/__init__.py": source, "pkg/part.py": "", "pkg/inner/__init__.py": ""})
    assert (failure is None) == is_found


ABSENT = "try:\n    from . import _fast as impl\nexcept ImportError:\n    from . import _slow as impl"


def test_the_fallback_for_a_submodule_that_is_not_there_is_taken(import_package: ImportPackage) -> None:
    files = {"pkg/__init__.py": "from . import a", "pkg/a.py": ABSENT, "pkg/_slow.py": "import pwd"}
    failure = import_package(files)
    assert failure is not None
    assert [hop.path for hop in failure.chain] == ["pkg/__init__.py", "pkg/a.py", "pkg/_slow.py"]


@pytest.mark.parametrize(
    "source",
    [
        "_fast = None\n",
        "for _fast in (1, 2):\n    pass\n",
        "def __getattr__(name):\n    return 1\n",
        "globals()['_fa' + 'st'] = 1\n",
        "import time\nglobals().update({time.ctime(): 1})\n",
        "import sys\nsys.modules[__name__ + '._fast'] = sys\n",
        "exec('_fast = 1')\n",
        "from other import *\n",
        "def f():\n    global _fast\n    _fast = 1\nf()\n",
        "if (_fast := 1):\n    pass\n",
    ],
)
def test_a_name_that_may_be_there_is_no_submodule_that_is_not(import_package: ImportPackage, source: str) -> None:
    files = {"pkg/__init__.py": f"{source}from . import a", "pkg/a.py": ABSENT, "pkg/_slow.py": "import pwd"}
    assert import_package(files) is None


def test_a_name_that_nothing_binds_fails(import_package: ImportPackage) -> None:
    failure = import_package({"pkg/__init__.py": "from . import a", "pkg/a.py": "from . import _fast"})
    assert failure is not None
    assert (failure.error, failure.subject) == ("ImportError", "pkg._fast")


def test_a_cycle_of_imports_ends(import_package: ImportPackage) -> None:
    assert (
        import_package(
            {"pkg/__init__.py": "from . import a", "pkg/a.py": "from . import b", "pkg/b.py": "import pkg.a"}
        )
        is None
    )


def test_a_module_that_failed_fails_again_and_not_only_the_first_time(import_package: ImportPackage) -> None:
    failure = import_package(
        {
            "pkg/__init__.py": "try:\n    from . import a\nexcept ImportError:\n    pass\nfrom . import a",
            "pkg/a.py": "import pwd",
        }
    )
    assert failure is not None
    assert [hop.line for hop in failure.chain] == [5, 1]


def test_a_lazy_branch_for_another_name_is_not_taken(import_package: ImportPackage) -> None:
    lazy = (
        "def __getattr__(name):\n    if name == 'bad':\n        import pwd\n    if name == 'good':\n        import json"
    )
    assert import_package({"pkg/__init__.py": "from pkg.lazy import good", "pkg/lazy.py": lazy}) is None
    assert import_package({"pkg/__init__.py": "from pkg.lazy import bad", "pkg/lazy.py": lazy}) is not None


def test_a_failure_is_followed_into_the_wheel_of_a_dependency(
    make_wheel_code: Callable[..., WheelCode], import_all: ImportAll
) -> None:
    dependency = make_wheel_code({"dep/__init__.py": "", "dep/server.py": "import pwd"}, name="dep")
    failure, _ = import_all("import dep.server", dependency)
    assert failure is not None
    assert [hop.wheel for hop in failure.chain] == ["pkg-1-py3-none-any.whl", "dep-1-py3-none-any.whl"]
    assert import_all("", dependency, entry="dep")[0] is None


def test_a_missing_standard_module_that_the_closure_provides_is_found_there(
    make_wheel_code: Callable[..., WheelCode], import_all: ImportAll
) -> None:
    assert import_all("import pwd", make_wheel_code({"pwd.py": ""}, name="standin"))[0] is None


def test_a_native_module_of_another_platform_fails_and_the_fallback_is_taken(import_package: ImportPackage) -> None:
    files = {"pkg/__init__.py": "try:\n    from . import _fast\nexcept ImportError:\n    import pwd",
             "pkg/_fast.cpython-314-x86_64-linux-gnu.so": b"\x7fELF"}  # fmt: skip
    failure = import_package(files)
    assert failure is not None
    assert failure.chain[-1].text == "import pwd"


def test_what_nothing_provides_is_noted_and_does_not_end_the_import(import_all: ImportAll) -> None:
    failure, machine = import_all("import yaml\nimport pwd")
    assert failure is not None
    assert failure.subject == "pwd"
    assert [(note.kind, note.subject) for note in machine.notes] == [("unprovided", "yaml")]


def test_a_failure_on_one_unknown_branch_is_kept_as_a_possibility(import_all: ImportAll) -> None:
    end, machine = import_all("import time\nif time.time() > 5:\n    import pwd")
    assert end is None
    assert [(module, failure.subject) for module, failure in machine.possible] == [("pkg", "pwd")]


def test_entropy_at_import_is_noted_and_works(import_all: ImportAll) -> None:
    end, machine = import_all("import uuid\nSESSION = uuid.uuid4()")
    assert end is None
    assert [(note.kind, note.subject) for note in machine.notes] == [("forbidden", "uuid.uuid4")]


def test_a_stand_in_that_nothing_provides_fails_because_of_what_it_stands_for(import_package: ImportPackage) -> None:
    failure = import_package("try:\n    import pwd\nexcept ImportError:\n    import winpwd as pwd")
    assert failure is not None
    assert failure.cause is Cause.STANDIN
    assert "the target has no pwd" in failure.detail


def test_a_stand_in_that_is_guarded_itself_is_optional(import_package: ImportPackage) -> None:
    inner = "    try:\n        import winpwd as pwd\n    except ImportError:\n        pwd = None"
    assert import_package(f"try:\n    import pwd\nexcept ImportError:\n{inner}") is None


def test_a_long_chain_of_method_calls_is_read_once_and_not_twice_at_each_link(import_package: ImportPackage) -> None:
    chain = "".join(f".add({number})" for number in range(60))
    failure = import_package(f"import os\nx = str(os.geteuid()){chain}")
    assert failure is not None
    assert failure.subject == "os.geteuid"


def test_an_analysis_that_would_not_end_gives_up(make_wheel_code: Callable[..., WheelCode], runtime: Runtime) -> None:
    wheel = make_wheel_code("for a in range(500):\n    for b in range(500):\n        print(a)")
    machine = make_machine(runtime, build_site([wheel]))
    machine.steps = MAX_STEPS - 500
    with pytest.raises(OutOfBudget):
        import_entry(machine, "pkg")


def test_calls_that_would_not_end_leave_the_rest_to_be_followed(import_package: ImportPackage) -> None:
    calls = "\n".join(f"def f{i + 1}():\n" + f"    f{i}()\n" * 20 for i in range(12))
    failure = import_package(f"def f0():\n    import json\n{calls}\n" + "f8()\n" * 20 + "import pwd")
    assert failure is not None
    assert failure.subject == "pwd"


def test_a_chain_of_imports_that_is_absurdly_long_gives_up(import_package: ImportPackage) -> None:
    files = {f"pkg/m{i}.py": f"from . import m{i + 1}" for i in range(2000)}
    with pytest.raises(OutOfBudget):
        import_package({"pkg/__init__.py": "from . import m0", **files, "pkg/m2000.py": ""})


def test_a_long_chain_of_imports_is_followed_to_its_end(import_package: ImportPackage) -> None:
    files = {f"pkg/m{i}.py": f"from . import m{i + 1}" for i in range(50)}
    failure = import_package({"pkg/__init__.py": "from . import m0", **files, "pkg/m50.py": "import pwd"})
    assert failure is not None
    assert len(failure.chain) == 52
