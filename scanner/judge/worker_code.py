"""What of the Worker's own code fails at its deployment, although everything that it requires runs (CS307, CS301)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from scanner.inputs.projects import Project
from scanner.inspect.distributions import Inspected
from scanner.inspect.import_report import StartupStop
from scanner.inspect.worker_code import find_undeclared, read_worker_code
from scanner.model.finding import Level, Problem, When
from scanner.model.own_code import PackageImport, StartupCall, WorkerCode
from scanner.model.rule import Rule
from scanner.model.target import Target
from scanner.resolve import Graph
from scanner.runtime.tables import load_pyodide, load_workers_sdk


def add_own_code(project: Project, main: str, graph: Graph, inspected: Mapping[str, Inspected]) -> Project:
    """The project with the problems and notes of what its Worker's main module reaches."""
    code = read_worker_code(main, project.target)
    return replace(
        project,
        problems=(*project.problems, *find_startup_problems(code, graph, inspected)),
        notes=(*project.notes, *describe_own_code(code, graph, inspected, project.target)),
    )


def find_startup_problems(code: WorkerCode, graph: Graph, inspected: Mapping[str, Inspected]) -> Iterator[Problem]:
    """The places of the Worker's own code that fail while it starts; those that may fail are cautions."""
    for call in code.calls:
        yield _judge_call(call)
    for each in code.imports:
        for key, inside in inspected.items() if each.at_startup else ():
            stop = _find_stop(inside, each.module)
            if stop is not None:
                yield _judge_import(each, str(graph.nodes[key].name), stop)
                break


def describe_own_code(
    code: WorkerCode, graph: Graph, inspected: Mapping[str, Inspected], target: Target
) -> Iterator[str]:
    """What else there is to know: modules that cannot be read, and imports that no requirement provides."""
    for problem in code.problems:
        place = f"{problem.location.path}:{problem.location.line}: " if problem.location else ""
        yield f"{place}{problem.message}"
    provided = _find_provided(graph, inspected, target)
    for each in find_undeclared(code, provided) if provided is not None else ():
        yield f"{each.location.path}:{each.location.line}: imports {each.module}, which no requirement provides"


def _judge_call(call: StartupCall) -> Problem:
    rule = Rule[call.rule]
    is_missing = rule is Rule.CS301
    what = f"imports {call.name}" if is_missing else f"calls {call.name.replace('()', '')}()"
    return Problem(
        rule=rule,
        level=Level.BLOCKER if call.is_certain else Level.CAUTION,
        when=When.IMPORT if is_missing else When.STARTUP,
        message=f"{what} at the top level of the Worker: it {call.outcome}",
        location=call.location,
        remedy="do without it, or run this part in a container" if is_missing else "call it inside the handler",
    )


def _judge_import(each: PackageImport, name: str, stop: StartupStop) -> Problem:
    fails = "fails" if stop.is_certain else "may fail"
    return Problem(
        rule=Rule.CS307,
        level=Level.BLOCKER if stop.is_certain else Level.CAUTION,
        when=When.STARTUP,
        message=(
            f"imports {each.module} at the top level of the Worker, which {fails} at deployment: {name} {stop.outcome}"
        ),
        location=each.location,
        remedy="import it inside the handler",
    )


def _find_stop(inside: Inspected, module: str) -> StartupStop | None:
    """What importing a module of a package runs into that Workers forbid."""
    stops = inside.imports.startup if inside.imports else ()
    return next((stop for stop in stops if f"{module}.".startswith(f"{stop.module}.")), None)


def _find_provided(graph: Graph, inspected: Mapping[str, Inspected], target: Target) -> frozenset[str] | None:
    """The top-level modules of all that is installed and of the runtime; None where those of a package are unknown."""
    sdk, packages = load_workers_sdk(), load_pyodide(target.pyodide).packages
    provided = set(sdk.provided | sdk.injected)
    for key, node in graph.nodes.items():
        inside, built = inspected.get(key), packages.get(node.name)
        contents = (inside.wheel.contents if inside.wheel else inside.sdist) if inside else None
        if contents is not None:
            provided.update(contents.top_level)
        elif built is not None:
            provided.update(name.partition(".")[0] for name in built.imports)
        else:
            return None
    return frozenset(provided)
