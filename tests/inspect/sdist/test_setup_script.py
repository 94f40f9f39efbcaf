"""What build scripts compile, by default and on the target, read without running them."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inspect.sdist.setup_script import Certainty, SetupScript, parse_setup_script
from scanner.runtime.target import choose_target

TARGET = choose_target()
CERTAIN, OPTIONAL, CONDITIONAL, ELSEWHERE = (
    Certainty.CERTAIN,
    Certainty.OPTIONAL,
    Certainty.CONDITIONAL,
    Certainty.ELSEWHERE,
)


def _parse(text: str) -> SetupScript:
    return parse_setup_script(textwrap.dedent(text), TARGET)


@pytest.mark.parametrize(
    "text",
    [
        "setup(name='a')",
        "setup(ext_modules=[])",
        "setup(ext_modules=None, cffi_modules=())",
        "x = []\nsetup(ext_modules=x)",
        "setup(ext_modules=[] or None)",
        "if sys.platform == 'win32':\n    x = [Extension('a')]\nelse:\n    x = []\nsetup(ext_modules=x)",
        "setup(ext_modules=[Extension('a')] if os.name == 'nt' else [])",
        "if platform.system() in ('Linux', 'Darwin'):\n    Extension('a')",
        "if platform.machine().startswith('x86'):\n    Extension('a')",
        "if sys.version_info < (3, 3) or sys.version_info[0] == 2:\n    Extension('a')",
        "if sys.maxsize > 2**32:\n    pass\nsetup()",
        "if os.environ.get('A_USE_CYTHON'):\n    cythonize('a.pyx')",
        "USE = os.getenv('A_MYPYC', '0') == '1'\nif USE:\n    mypycify(['a.py'])",
        "if '--cython' in sys.argv:\n    cythonize('a.pyx')",
        "if 'A_EXT' in os.environ and Unknown:\n    Extension('a')",
        "def f():\n    if True:\n        return []\n    return [Extension('a')]",
        "if hasattr(sys, 'pypy_version_info'):\n    Extension('a')",
        "from setuptools import Extension\nclass MyExtension(Extension):\n    pass",
        "while False:\n    pass\nsetup(libraries=['z'])",
        "x = Extension('a', sources=['a.py'])\nsetup(name='a')",
        "",
    ],
)
def test_a_script_that_compiles_nothing_on_the_target_is_told_so(text: str) -> None:
    assert _parse(text).compiled == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("setup(ext_modules=[Extension('a', ['a.c'])])", 1),
        ("x = [setuptools.Extension('a')]\nsetup(ext_modules=x)", 1),
        ("x = []\nx.append(Extension('a'))", 2),
        ("setup(\n  ext_modules=cythonize('a.pyx'))", 2),
        ("setup(ext_modules=mypycify(['a.py']))", 1),
        ("setup(rust_extensions=[RustExtension('a')])", 1),
        ("setup(cffi_modules=['build.py:ffi'])", 1),
        ("kw = {'ext_modules': [CMakeExtension('a')]}\nsetup(**kw)", 1),
        ("kw = dict(ext_modules=[Pybind11Extension('a')])", 1),
        ("kw = {}\nkw['cffi_modules'] = ['x']", 2),
        ("if os.name == 'posix':\n  Extension('a')", 2),
        ("x = (1 if sys.platform == 'emscripten' else 0)\nif x in {1, 2}:\n  Extension('a')", 3),
        ("if not os.environ.get('A_PURE'):\n  Extension('a')", 2),
        ("if platform.python_implementation() == 'CPython':\n  Extension('a')", 2),
        ("try:\n  from Cython.Build import cythonize\nexcept ImportError:\n  cythonize = None\nExtension('a')", 5),
        ("try:\n  x = cythonize('a.pyx')\nexcept ImportError:\n  x = [Extension('a')]", 2),
        ("try:\n  x = Extension('a')\nexcept E:\n  sys.exit(1)", 2),
        ("if unknown:\n  x = cythonize('a.pyx')\nelse:\n  x = Extension('a')", 2),
        ("x = cythonize('a.pyx') if unknown else [Extension('a')]", 1),
        ("if unknown():\n  raise SystemExit('no compiler')\nExtension('a')", 3),
        ("def ext():\n  for n in ('a',):\n    yield Extension(n)", 3),
        ("from skbuild import setup\nsetup()", 1),
        ("with open('a') as f:\n  Extension('a')", 2),
        ("x = Extension('a')\nsetup(**keywords)", 1),
        ("x = Extension('a')\nsetup()\ndistribution.ext_modules = [x]", 1),
        ("class D(Distribution):\n  def has_ext_modules(self):\n    return True", 2),
        ("class D(Distribution):\n  def has_ext_modules():\n    return not installing", 2),
        ("class B(bdist_wheel):\n  def f(self):\n    self.root_is_pure = False", 3),
        ("class B(bdist_wheel):\n  def is_pure(self):\n    return False", 2),
        ("if __name__ == '__main__':\n  setup(ext_modules=[Extension('a')])", 2),
        ("def f(flag):\n  global USE\n  USE = flag\nUSE = False\nf(1)\nExtension('a')", 6),
        ("if str(1) == '1' and bool('x') and int('3') > 2 and 'Ab'.lower() == 'ab':\n  Extension('a')", 2),
        ("if sys.version_info[:2] >= (3, 4) and sys.platform[0] == 'e':\n  Extension('a')", 2),
    ],
)
def test_what_is_surely_compiled_is_found_with_its_line(text: str, line: int) -> None:
    first = _parse(text).compiled[0]
    assert (first.certainty, first.line, first.why) == (CERTAIN, line, "")


@pytest.mark.parametrize(
    ("text", "certainty", "why"),
    [
        ("if unknown():\n  Extension('a')", CONDITIONAL, "it depends on «unknown()»"),
        ("if x < y:\n  pass\nelse:\n  Extension('a')", CONDITIONAL, "it depends on «x < y»"),
        ("z = [Extension('a')] if unknown else []", CONDITIONAL, "it depends on «unknown»"),
        ("def f(ext):\n  if ext:\n    Extension('a')", CONDITIONAL, "it depends on «ext»"),
        ("def f(x):\n  if x:\n    return []\n  return [Extension('a')]", CONDITIONAL, "it depends on «x»"),
        ("try:\n  pass\nexcept E:\n  Extension('a')", CONDITIONAL, "something else failed"),
        ("for x in y:\n  z = x\nif z:\n  Extension('a')", CONDITIONAL, "it depends on «z»"),
        ("a = True\na += 1\nif a == 2:\n  Extension('a')", CONDITIONAL, "it depends on «a == 2»"),
        ("b: bool = True\nif b:\n  Extension('a')", CONDITIONAL, "it depends on «b»"),
        ("if 'A' < 1:\n  Extension('a')", CONDITIONAL, "it depends on «'A' < 1»"),
        ("if int('x'):\n  Extension('a')", CONDITIONAL, "it depends on «int('x')»"),
        ("if 'x' in {'x', unknown}:\n  Extension('a')", CONDITIONAL, "it depends on"),
        ("if sys.version_info[:2:1] and sys.argv[9]:\n  Extension('a')", CONDITIONAL, "it depends on"),
        ("if str({}) and int('9' * 2):\n  Extension('a')", CONDITIONAL, "it depends on"),
        ("x = (1 if unknown else 2)\nif x:\n  Extension('a')", CONDITIONAL, "it depends on «x»"),
        ("try:\n  setup(ext_modules=[Extension('a')])\nexcept E:\n  setup()", OPTIONAL, "it is tried"),
        ("setup(ext_modules=[Extension('a', optional=True)])", OPTIONAL, "marked as optional"),
        ("setup(ext_modules=cythonize([Extension('a', optional=os.environ)]))", OPTIONAL, "marked as optional"),
        ("from helper import ext\nsetup(ext_modules=ext)", ELSEWHERE, "«ext» is computed elsewhere"),
        ("setup(ext_modules=helper.get())", ELSEWHERE, "«helper.get()» is computed elsewhere"),
    ],
)
def test_what_cannot_be_told_for_sure_says_what_it_depends_on(text: str, certainty: Certainty, why: str) -> None:
    (item,) = _parse(text).compiled
    assert item.certainty is certainty
    assert why in item.why


def test_an_extension_that_is_expressly_not_optional_is_certain() -> None:
    assert _parse("Extension('a', optional=False)").compiled[0].certainty is CERTAIN


OPTIONAL_BUILD = """
    class optional_build_ext(build_ext):
        def {method}(self, *args):
            try:
                build_ext.run(self)
            except {caught}:
                {reaction}
    setup(ext_modules=[Extension('a')], cmdclass=dict(build_ext=optional_build_ext))
"""


@pytest.mark.parametrize(
    ("method", "reaction", "expected"),
    [
        ("run", "print('no')", OPTIONAL),
        ("build_extension", "self.warn('no')", OPTIONAL),
        ("run", "raise", CERTAIN),
        ("run", "raise RuntimeError('no')", CERTAIN),
        ("run", "sys.exit(1)", CERTAIN),
        ("finalize_options", "print('no')", CERTAIN),
    ],
)
def test_a_build_ext_that_goes_on_makes_all_optional(method: str, reaction: str, expected: Certainty) -> None:
    script = _parse(OPTIONAL_BUILD.format(method=method, caught="CompileError", reaction=reaction))
    assert [item.certainty for item in script.compiled] == [expected]


def test_a_build_ext_whose_own_failure_is_caught_again_makes_all_optional() -> None:
    text = OPTIONAL_BUILD.format(method="run", caught="CompileError", reaction="raise BuildFailed()")
    script = _parse(textwrap.dedent(text) + "\ntry:\n  run()\nexcept (KeyError, BuildFailed):\n  run()")
    assert [item.certainty for item in script.compiled] == [OPTIONAL]


def test_switches_are_the_variables_that_may_turn_compiling_off() -> None:
    script = _parse(
        """
        os.environ.get("A_NO_EXTENSIONS"), os.getenv("A_PURE_PYTHON", "0"), os.environ["A_SKIP_CYTHON"]
        "A_DISABLE_SPEEDUPS" in os.environ, os.environ.get("A_PURE_PYTHON"), os.environ.get(name)
        os.environ.get("CFLAGS"), os.environ.get("A_FORCE_CYTHON"), os.environ.get("A_EXTRA_LIBRARIES")
        """
    )
    assert script.switches == ("A_NO_EXTENSIONS", "A_PURE_PYTHON", "A_SKIP_CYTHON", "A_DISABLE_SPEEDUPS")


def test_programs_that_the_script_starts_are_told_by_their_lines_and_git_is_none() -> None:
    script = _parse('subprocess.run(["make"])\nsubprocess.check_output(["git", "describe"])\nos.system("./configure")')
    assert script.process_lines == (1, 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("setup()", True), ("setuptools.setup()", True), ("exec(open('real.py').read())", False), ("setup", False)],
)
def test_whether_setup_is_called_is_told(text: str, *, expected: bool) -> None:
    assert _parse(text).calls_setup is expected


@pytest.mark.parametrize(
    "text",
    [
        "print 'Python 2'",
        "a\0b",
        "(" * 5000,
        "-" * 50_000 + "1",
        "x = " + "+".join(["1"] * 50_000),
        "a" + ".b" * 50_000,
        "x = " + "9" * 10_000,
        "#" * 300_000,
    ],
)
def test_a_script_that_no_parser_takes_is_told_and_never_fails(text: str) -> None:
    script = parse_setup_script(text, TARGET)
    assert script.unreadable is not None or script.compiled == ()


def test_an_odd_escape_is_no_concern_of_the_user() -> None:
    assert _parse(r"x = '\d'").unreadable is None


STATEMENTS = [
    "if {e}:\n  {s}",
    "try:\n  {s}\nexcept E:\n  {s}",
    "def f({n}):\n  {s}",
    "{n} = {e}",
    "for {n} in {e}: pass",
    "setup(ext_modules={e})",
]
EXPRESSIONS = [
    "sys.platform", "Extension('a')", "os.environ.get('A')", "[]", "n", "not n", "sys.version_info[0:1]", "1 < 'a'",
    "n in n", "'' in sys.argv", "hasattr(sys, n)", "int()", "str(1, 2)", "'x'.startswith()", "sys.version_info['a']",
    "(n := 1)", "lambda: 1", "[x for x in y]", "{**n}", "f(*n, **n)", "os.getenv()", "sys.version_info[99]", "1 is 2",
]  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(STATEMENTS), st.sampled_from(EXPRESSIONS)), max_size=8))
def test_no_combination_of_statements_makes_the_reader_fail(parts: list[tuple[str, str]]) -> None:
    text = "\n".join(statement.format(e=expression, s=f"n = {expression}", n="n") for statement, expression in parts)
    script = _parse(text)
    assert script.unreadable is None or "SyntaxError" in script.unreadable


@pytest.mark.parametrize("answer", ["False", "None", "bool(self.ext_modules)"])
def test_an_overridden_question_that_binds_to_no_platform(answer: str) -> None:
    assert _parse(f"class D(Distribution):\n  def has_ext_modules(self):\n    return {answer}\n").compiled == ()
