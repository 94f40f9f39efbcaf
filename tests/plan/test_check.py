"""`compat-scan plan --check`: every fault in a small configuration, silence on a correct one, never a traceback."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from scanner.report import REPORTERS

if TYPE_CHECKING:
    from tests.conftest import Run

TYPESCRIPT = """\
import { Container, getRandom } from "@cloudflare/containers";
// getRandom(env.API_CONTAINER, 3) in a comment does not count
export class ApiContainer extends Container { defaultPort = 8080; sleepAfter = "5m"; }
export default {
  async fetch(request: Request, env: Env) { return (await getRandom(env.API_CONTAINER, 10)).fetch(request); },
};
"""
DOCKERFILE = 'FROM --platform=linux/amd64 python:3.13-slim\nUSER nobody\nCMD ["uvicorn", "app:app"]\n'


def _config(**changes: Any) -> dict[str, Any]:
    config: dict[str, Any] = {
        "name": "api",
        "main": "src/index.ts",
        "compatibility_date": "2026-11-17",
        "containers": [
            {
                "class_name": "ApiContainer",
                "image": "./container/Dockerfile",
                "instance_type": "basic",
                "max_instances": 10,
            }
        ],
        "durable_objects": {"bindings": [{"name": "API_CONTAINER", "class_name": "ApiContainer"}]},
        "exports": {"ApiContainer": {"type": "durable-object", "storage": "sqlite"}},
    }
    return {key: value for key, value in {**config, **changes}.items() if value is not None}


def _entry(**changes: Any) -> dict[str, Any]:
    entry = {**_config()["containers"][0], **changes}
    return _config(containers=[{key: value for key, value in entry.items() if value is not None}])


def _check(
    run: Run,
    config: dict[str, Any] | str,
    *,
    name: str = "wrangler.jsonc",
    code: str = TYPESCRIPT,
    dockerfile: str = DOCKERFILE,
) -> list[str]:
    """The faults as ``path:line code``."""
    text = config if isinstance(config, str) else json.dumps(config, indent=2)
    files = {name: text, "src/index.ts": code, "src/entry.py": "", "container/Dockerfile": dockerfile}
    result = run("plan", "--check", name, "--format", "json", files=files)
    problems = json.loads(result.stdout)["projects"][0]["problems"]
    assert result.exit_code == (1 if problems else 0), result.output
    return [f"{row['location']['path']}:{row['location']['line']} {row['rule']}" for row in problems]


def _line(config: dict[str, Any], words: str) -> int:
    lines = json.dumps(config, indent=2).splitlines()
    return next(number for number, line in enumerate(lines, start=1) if words in line)


def test_a_correct_configuration_has_no_faults(run: Run) -> None:
    assert _check(run, _config()) == []
    assert _check(run, _config(compatibility_flags=["no_python_workers_314"])) == [], "nothing in it is Python"


def test_the_smallest_valid_configuration_has_no_faults_in_any_encoding(run: Run) -> None:
    entry = {"class_name": "ApiContainer", "image": "docker.io/acme/api:1"}
    text = json.dumps({"name": "api", "containers": [entry], "exports": _config()["exports"]})
    code = TYPESCRIPT.replace("getRandom(env.API_CONTAINER, 10)", "ctx.exports.ApiContainer.getByName('a')")
    config = text.replace('"name"', '"main": "src/index.ts", "name"', 1)
    assert _check(run, config, code=code) == []
    assert _check(run, "\ufeff" + config.replace(",", ",\r\n"), code=code) == []


def test_comments_and_trailing_commas_are_understood_and_keep_the_lines(run: Run) -> None:
    text = (
        '{\n  // a comment with "quotes" and a comma,\n  "name": "api", /* two\n lines */\n'
        '  "compatibility_flags": ["no_python_workers_314",],\n  "vars": {"url": "https://example.org/,}"},\n}\n'
    )
    assert _check(run, text) == ["wrangler.jsonc:5 CS714"]


@pytest.mark.parametrize(
    ("config", "words", "rule"),
    [
        (_entry(instance_type="large"), '"instance_type"', "CS702"),
        (_entry(instance_type="standard"), '"instance_type"', "CS703"),
        (_entry(instance_type="dev"), '"instance_type"', "CS703"),
        (_entry(instance_type={"vcpu": 0.5, "memory_mib": 4096, "disk_mb": 2000}), '"vcpu"', "CS704"),
        (_entry(instance_type={"vcpu": 1, "memory_mib": 16000, "disk_mb": 2000}), '"memory_mib"', "CS704"),
        (_entry(instance_type={"vcpu": 4, "memory_mib": 8000, "disk_mb": 2000}), '"memory_mib"', "CS704"),
        (_entry(instance_type={"vcpu": 1, "memory_mib": 4096, "disk_mb": 20001}), '"disk_mb"', "CS704"),
        (_entry(instance_type={"vcpu": 1}), '"instance_type"', "CS704"),
        (_entry(max_instance=5), '"max_instance"', "CS715"),
        (_config(durable_objects=None), '"class_name"', "CS706"),
        (_config(exports=None), '"class_name"', "CS707"),
        (_config(migrations=[{"tag": "v1", "new_sqlite_classes": ["ApiContainer"]}]), '"migrations"', "CS708"),
        (_config(exports=None, migrations=[{"tag": "v1", "new_classes": ["ApiContainer"]}]), '"new_classes"', "CS709"),
        (_entry(autoscale=True), '"autoscale"', "CS710"),
        (
            _config(main="src/entry.py", compatibility_flags=["python_workers", "no_python_workers_314"]),
            '"no_python_workers_314"',
            "CS714",
        ),
        (_config(main="src/entry.py", containers=None), '"main"', "CS713"),
        (_config(compatability_date="2026-01-01"), '"compatability_date"', "CS715"),
        (_entry(image="./container/Dockerfil"), '"image"', "CS602"),
        (_config(main="src/missing.ts"), '"main"', "CS602"),
    ],
)
def test_each_fault_is_told_with_its_line(run: Run, config: dict[str, Any], words: str, rule: str) -> None:
    line = _line(config, words)
    assert f"wrangler.jsonc:{line} {rule}" in _check(run, config)


@pytest.mark.parametrize(
    ("dockerfile", "faults"),
    [
        ('FROM python:3.13-slim\nCMD ["gunicorn", "app:app"]\n', []),
        ("FROM --platform=$BUILDPLATFORM python:3.13-slim\n", []),
        ("FROM --platform=linux/arm64 python:3.13-slim\n", ["1 CS711"]),
        ("# one\nFROM arm64v8/python:3.13\n", ["2 CS711"]),
        ('FROM python:3.13-slim\nCMD ["uvicorn", "app:app", \\\n  "--reload"]\n', ["2 CS712"]),
        ("FROM python:3.13-slim\nCMD flask --app app run --host 0.0.0.0\n", ["2 CS712"]),
        ('FROM python:3.13-slim\nENTRYPOINT ["python", "manage.py", "runserver"]\n', ["2 CS712"]),
        ("FROM python:3.13-slim\nCMD fastapi dev main.py\n", ["2 CS712"]),
        ("FROM python:3.13-slim\nCMD fastapi run main.py\n", []),
        ("FROM python:3.13-slim\nENV FLASK_DEBUG=1\n", ["2 CS712"]),
    ],
)
def test_the_image_is_for_linux_amd64_and_runs_a_real_server(run: Run, dockerfile: str, faults: list[str]) -> None:
    assert _check(run, _config(), dockerfile=dockerfile) == [f"container/Dockerfile:{fault}" for fault in faults]


@pytest.mark.parametrize(
    ("code", "faults"),
    [
        (TYPESCRIPT.replace("API_CONTAINER, 10", "API_CONTAINER, 8"), ["5 CS705"]),
        (TYPESCRIPT.replace("API_CONTAINER, 10", "API_CONTAINER, N") + "const N = 8;\n", ["5 CS705"]),
        (TYPESCRIPT.replace("API_CONTAINER, 10", "API_CONTAINER, N") + "const N: number = 10;\n", []),
        (TYPESCRIPT.replace("API_CONTAINER, 10", "API_CONTAINER, unknown"), []),
        (TYPESCRIPT.replace("API_CONTAINER, 10", "API_CONTAINER"), ["5 CS705"]),
        (
            TYPESCRIPT.replace("getRandom(env.API_CONTAINER, 10", "getRandom<ApiContainer>(env.API_CONTAINER, 9,"),
            ["5 CS705"],
        ),
        (TYPESCRIPT.replace("defaultPort = 8080;", "autoscale = true;"), ["3 CS710"]),
    ],
)
def test_the_code_and_the_configuration_name_one_number(run: Run, code: str, faults: list[str]) -> None:
    assert _check(run, _config(), code=code) == [f"src/index.ts:{fault}" for fault in faults]


def test_get_random_eight_against_ten_instances_is_told_in_words(run: Run) -> None:
    files = {
        "wrangler.jsonc": json.dumps(_config()),
        "src/index.ts": TYPESCRIPT.replace(", 10)", ", 8)"),
        "container/Dockerfile": DOCKERFILE,
    }
    result = run("plan", "--check", "wrangler.jsonc", files=files)
    assert result.exit_code == 1
    told = " ".join(result.stdout.split())
    assert "src/index.ts:5:59 CS705 getRandom spreads requests over 8 instances, and max_instances is 10" in told
    assert told.endswith("wrangler.jsonc: 1 fault")


def test_the_class_may_be_reached_by_ctx_exports_instead_of_a_binding(run: Run) -> None:
    code = TYPESCRIPT.replace("env.API_CONTAINER", "ctx.exports.ApiContainer")
    assert _check(run, _config(durable_objects=None), code=code) == []


def test_a_class_that_the_code_does_not_have_is_told(run: Run) -> None:
    fault = f"wrangler.jsonc:{_line(_config(), 'class_name')} CS707"
    assert _check(run, _config(), code="export default {};\n") == [fault]
    assert _check(run, _config(), code=TYPESCRIPT.replace("export class", "class")) == [fault]
    assert _check(run, _config(), code=TYPESCRIPT.replace("export class", "// export class")) == [fault]


@pytest.mark.parametrize(
    "line",
    [
        "export { ApiContainer };",
        "export { Other, Api as ApiContainer, };",
        'export { ApiContainer } from "./container";',
        'export * from "./container";',
        "export abstract class ApiContainer extends Container {}",
    ],
)
def test_a_class_may_be_exported_in_any_form(run: Run, line: str) -> None:
    assert _check(run, _config(), code=f"{line}\nexport default {{}};\n") == []


def test_the_class_of_another_worker_need_not_be_here(run: Run) -> None:
    binding = {"name": "API_CONTAINER", "class_name": "ApiContainer", "script_name": "other"}
    config = _config(durable_objects={"bindings": [binding]})
    assert _check(run, config, code="export default {};\n") == []


def test_a_key_that_stands_twice_is_told_where_it_counts(run: Run) -> None:
    assert _check(run, '{\n  "name": "a",\n  "vars": {"A": "1",\n    "A": "2"},\n  "name": "b"\n}\n') == [
        "wrangler.jsonc:4 CS601",
        "wrangler.jsonc:5 CS601",
    ]


def test_the_shape_before_general_availability_is_told_key_by_key(run: Run) -> None:
    old = {"enabled": True, "image": "api", "memory": "2GB", "cpu": 1, "command": ["x"], "env": {"A": "1"}}
    config = _config(containers=old)
    faults = _check(run, config)
    assert [fault.split()[1] for fault in faults] == ["CS701"] * 6
    lines = [_line(config, f'"{key}"') for key in ("containers", "enabled", "memory", "cpu", "command", "env")]
    assert [fault.split()[0] for fault in faults] == [f"wrangler.jsonc:{line}" for line in lines]
    result = run("plan", "--check", "wrangler.jsonc")
    told = " ".join(result.stdout.split())
    for words in ("`memory` is now `instance_type`", "`env` is now `envVars`", "`command` is now the Dockerfile's CMD"):
        assert words in told


def test_more_instances_than_an_account_may_run_are_told(run: Run) -> None:
    config = _entry(max_instances=2000, instance_type="standard-1")
    code = TYPESCRIPT.replace(", 10)", ", 2000)")
    assert _check(run, config, code=code) == [f"wrangler.jsonc:{_line(config, 'max_instances')} CS716"]


def test_environments_are_checked_too(run: Run) -> None:
    objects = _config()["durable_objects"]
    staging = {"containers": _entry(instance_type="huge")["containers"], "durable_objects": objects}
    config = _config(env={"staging": staging})
    assert [fault.split()[1] for fault in _check(run, config)] == ["CS702"]


def test_an_environment_takes_over_exports_and_flags_but_no_bindings(run: Run) -> None:
    containers = _config()["containers"]
    assert [fault.split()[1] for fault in _check(run, _config(env={"production": {"containers": containers}}))] == [
        "CS706"
    ]
    told = " ".join(run("plan", "--check", "wrangler.jsonc").stdout.split())
    assert "of the environment `production`, which does not inherit bindings from the top level" in told
    objects = _config()["durable_objects"]
    config = _config(env={"production": {"containers": containers, "durable_objects": objects}})
    assert _check(run, config) == []


def test_toml_is_checked_with_its_lines(run: Run) -> None:
    text = (
        'name = "api"\nmain = "src/entry.py"\ncompatibility_flags = []\n\n'
        '[[containers]]\nclass_name = "Api"\nimage = "docker.io/a/b:1"\ninstance_type = "huge"\n'
    )
    faults = _check(run, text, name="wrangler.toml")
    assert "wrangler.toml:3 CS713" in faults
    assert "wrangler.toml:8 CS702" in faults


@pytest.mark.parametrize("form", sorted(set(REPORTERS) - {"terminal"}))
def test_every_reporter_tells_a_fault(run: Run, form: str) -> None:
    files = {"wrangler.jsonc": '{\n"compatibility_flags": ["no_python_workers_314"]\n}\n'}
    result = run("plan", "--check", "wrangler.jsonc", "--format", form, files=files)
    assert result.exit_code == 1
    if form != "csv":  # a table of dependencies, of which there is none
        assert "CS714" in result.stdout


def test_a_check_goes_with_nothing_else(run: Run) -> None:
    result = run("plan", "requirements.txt", "--check", "wrangler.jsonc", files={"wrangler.jsonc": "{}"})
    assert result.exit_code == 2
    assert "looks at a configuration alone" in result.output
    assert run("plan", "--check", "missing.jsonc").exit_code == 2
