"""Writes docs/rules.md: the text of every rule from the scanner itself, with an example of what it says.

python tools/update_rules_page.py           writes the page
python tools/update_rules_page.py --check   exits 1 where the page is not what it would write
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from scanner.model.rule import Rule
from scanner.report.rule_help import RULE_HELP

PAGE = Path(__file__).resolve().parent.parent / "docs" / "rules.md"

_FAMILIES = {
    "CS1": "What is shipped",
    "CS2": "What is listed",
    "CS3": "How it behaves",
    "CS4": "The budget",
    "CS5": "What is unknown",
    "CS6": "The file",
    "CS7": "The Wrangler configuration",
}

_HEAD = """# Rules

Every finding carries the code of a rule. The codes are stable: a rule may learn to see more, but a code never comes to
mean something else. Ignore a finding on its line with `# compat-scan: ignore[CS202] reason`, or for a project in its
[configuration](configuration.md).

A **blocker** means that a package needs a container, a **caution** that it runs with limits, a **note** only informs. A
blocker of CS7xx is a deployment problem: the deployment fails although nothing needs a container. A finding of CS501 to
CS505 leaves the verdict unknown, and so do CS601 to CS603.

This page is written by `python tools/update_rules_page.py` from the texts that the reports themselves use.
"""

_EXAMPLES = {
    Rule.CS101: "`uvloop` has wheels for Linux and macOS, none for Python 3.14 on pyemscripten_2026_0_wasm32.",
    Rule.CS102: "A release with nothing but a source distribution whose `setup.py` lists `ext_modules`.",
    Rule.CS103: "An older pure-Python project that never uploaded a wheel, only `name-1.0.tar.gz`.",
    Rule.CS104: "A wheel named `name-1.0-py3-none-any.whl` with `name/bin/driver`, an ELF program.",
    Rule.CS105: '"runs as 2.50.1: the newest release 2.51.0 has no wheel for Python 3.14 on'
    ' pyemscripten_2026_0_wasm32".',
    Rule.CS106: "`name==1.0` with `Requires-Python: <3.13` on a target with Python 3.14.",
    Rule.CS107: '"only the pin ==0.10.0 blocks this: 0.19.0 has a compatible wheel".',
    Rule.CS108: "A pin to a release that its authors yanked because of a broken upload.",
    Rule.CS109: '"requires torch, which needs a container: sentence-transformers → torch".',
    Rule.CS110: "`firebase-admin` on a target where only a release of 2017 has a compatible wheel.",
    Rule.CS201: '"kept off Workers by policy (compat-scan\'s table); it would run: Pyodide has 2.4.6" for `numpy`.',
    Rule.CS202: '"not needed on Workers" for `uvicorn`: serve the app with `workers.asgi`.',
    Rule.CS301: '"importing pkg fails on the target: pkg/a.py:12 → pkg/b.py:3 import curses".',
    Rule.CS302: "A function that imports `resource` to measure memory.",
    Rule.CS303: "`subprocess.run([...])` in a method of a wrapper around a program.",
    Rule.CS304: "A client that starts a background thread when the first message is sent.",
    Rule.CS305: "A server that binds a port; on runtimes before Python 3.14 also every plain TCP client.",
    Rule.CS306: "`ctypes.CDLL(find_library('magic'))`.",
    Rule.CS307: "`KEY = os.urandom(32)` at the top level of a module of the package.",
    Rule.CS401: "A tree whose wheels come to 80 MiB where 64 MiB are allowed, with the five largest named.",
    Rule.CS501: "`requsts` (a typing mistake), or `requests==99`.",
    Rule.CS502: "`urllib3>=2` beside a package that requires `urllib3<2`.",
    Rule.CS503: "`name @ git+https://git.example.org/name`, or `-e .`.",
    Rule.CS504: "The index does not answer, refuses the credentials, or the scan runs with `--offline`.",
    Rule.CS505: "A listing that is no JSON, or a wheel with two central directories.",
    Rule.CS601: "`requests >= ` without a version.",
    Rule.CS602: "`-r base.txt` where there is no base.txt, or where base.txt names this file again.",
    Rule.CS603: '`"compatibility_flags": ["python_workers_20991231"]`.',
    Rule.CS604: "`--max-data-age 30` with tables that are 45 days old.",
    Rule.CS701: '`"containers": {"enabled": true, "memory": "2GB"}`.',
    Rule.CS702: '`"instance_type": "large"`.',
    Rule.CS703: '`"instance_type": "standard"`, which is standard-1 now.',
    Rule.CS704: '`{"vcpu": 0.5, "memory_mib": 16000}`, where 1 to 4 vCPU and at most 12,288 MiB are allowed.',
    Rule.CS705: '`getRandom(env.API, 8)` beside `"max_instances": 10`.',
    Rule.CS706: '`"class_name": "ApiContainer"` without a binding of that class.',
    Rule.CS707: '`"class_name": "ApiContainer"` with neither `exports` nor `migrations`.',
    Rule.CS708: '`"exports": {…}` beside `"migrations": […]`.',
    Rule.CS709: '`"new_classes": ["ApiContainer"]`.',
    Rule.CS710: '`"autoscale": true`, or `autoscale = true` in the class.',
    Rule.CS711: "`FROM --platform=linux/arm64 python:3.13-slim`.",
    Rule.CS712: '`CMD ["uvicorn", "app:app", "--reload"]`.',
    Rule.CS713: '`"main": "src/entry.py"` with an empty `compatibility_flags`.',
    Rule.CS714: "`no_python_workers_314`.",
    Rule.CS715: '`"max_instance": 5` in an entry of `containers`.',
    Rule.CS716: '`"max_instances": 2000` of standard-1, of which an account may run 1,536.',
    Rule.CS717: "`requirements.txt` beside `pyproject.toml` and `wrangler.jsonc`.",
    Rule.CS718: "`uv.lock` has pydantic-core 2.50.5, the Worker gets 2.46.4.",
    Rule.CS719: "`wrangler.toml` with a date of 2025 beside `wrangler.jsonc` with one of 2026.",
}


def main(arguments: list[str]) -> int:
    """Writes or checks the page; the exit code."""
    text = "\n".join(_lines())
    if "--check" in arguments:
        current = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
        if current != text:
            print("docs/rules.md is not current: run python tools/update_rules_page.py")
        return int(current != text)
    PAGE.write_text(text, encoding="utf-8")
    return 0


def _lines() -> Iterator[str]:
    yield _HEAD
    family = ""
    for rule in Rule:
        if rule.code[:3] != family:
            family = rule.code[:3]
            yield f"## {family}xx: {_FAMILIES[family]}\n"
        text = RULE_HELP[rule]
        yield f'<a id="{rule.code.lower()}"></a>\n'
        yield f"### {rule.code}\n"
        yield f"**{rule.title}** (`{rule.slug}`)\n"
        yield f"*What:* {text.what}\n"
        yield f"*Why:* {text.why}\n"
        yield f"*Remedy:* {text.remedy}\n"
        yield f"*Example:* {_EXAMPLES[rule]}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
