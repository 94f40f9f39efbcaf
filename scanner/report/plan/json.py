"""A plan as JSON in the shape compat-scan/plan/1, defined by scanner/report/schemas/plan-v1.json."""

from __future__ import annotations

from typing import Any, TextIO

from scanner.model.dependency import Location
from scanner.plan.model import CodeSplit, Costs, InstanceSize, MonthlyCost, Placement, Plan
from scanner.report.context import ReportContext
from scanner.report.escape import exact
from scanner.report.json_text import write_json

SCHEMA = "compat-scan/plan/1"

Json = dict[str, Any]


def write_plan_json(plan: Plan, stream: TextIO, context: ReportContext) -> None:
    """Writes the plan as one document."""
    target = plan.report.target
    document: Json = {
        "schema": SCHEMA,
        "generator": {"name": "compat-scan", "version": exact(context.version)},
        "target": {
            "compatibility_date": target.compatibility_date.isoformat(),
            "python": exact(target.python),
            "pyodide": exact(target.pyodide),
        },
        "verdict": plan.report.verdict.value,
        "decision": plan.decision.value,
        "summary": exact(plan.summary),
        "answers": [
            {
                "key": answer.key,
                "question": answer.question,
                "reply": answer.reply.value,
                "basis": answer.basis.value,
                "evidence": list(map(exact, answer.evidence)),
            }
            for answer in plan.answers
        ],
        "split": _split(plan),
        "size": _size(plan),
        "capacity": _capacity(plan),
        "costs": _costs(plan.costs),
        "advice": list(map(exact, plan.advice)),
        "assumptions": list(map(exact, plan.assumptions)),
        "files": sorted(plan.files),
        "problems": [
            {"rule": problem.rule.code, "message": exact(problem.message), "location": _location(problem.location)}
            for problem in (*plan.report.problems, *(plan.split.code.problems if plan.split.code else ()))
        ],
    }
    write_json(document, stream)


def _split(plan: Plan) -> Json:
    tree = plan.split.container_tree
    return {
        "dependencies": [_placement(placement) for placement in plan.split.placements],
        "worker": list(map(exact, plan.split.worker_tree)),
        "container": None
        if tree is None
        else {
            "source": exact(tree.source),
            "is_whole": tree.is_whole,
            "unpacked_bytes": tree.unpacked_bytes,
            "packages": [
                {
                    "name": exact(package.name),
                    "version": None if package.version is None else exact(package.version),
                    "download_bytes": package.download_bytes,
                    "unpacked_bytes": package.unpacked_bytes,
                    "is_guess": package.is_guess,
                }
                for package in tree.packages
            ],
            "unresolved": list(map(exact, tree.unresolved)),
        },
        "code": _code(plan.split.code),
    }


def _placement(placement: Placement) -> Json:
    service = placement.service
    return {
        "name": exact(placement.name),
        "requirement": exact(placement.requirement),
        "version": None if placement.version is None else exact(placement.version),
        "side": placement.side.value,
        "is_shared": placement.is_shared,
        "reason": exact(placement.reason),
        "service": None
        if service is None
        else {
            "use": exact(service.use),
            "url": exact(service.url),
            "fit": placement.fit or None,
            "since": placement.since,
        },
        "drivers": list(placement.drivers),
        "way_out": None if placement.way_out is None else exact(placement.way_out),
        "location": _location(placement.location),
    }


def _code(code: CodeSplit | None) -> Json | None:
    if code is None:
        return None
    return {
        "folder": exact(code.folder),
        "modules": code.module_count,
        "moving": [
            {
                "module": exact(moved.module),
                "path": exact(moved.path),
                "reasons": [{"line": line, "text": exact(text)} for line, text in moved.reasons],
            }
            for moved in code.moving
        ],
        "cuts": [
            {"importer": exact(cut.importer), "imported": exact(cut.imported), "location": _location(cut.location)}
            for cut in code.cuts
        ],
        "rewrites": [{"location": _location(place), "text": exact(text)} for place, text in code.rewrites],
        "cautions": [{"location": _location(place), "text": exact(text)} for place, text in code.cautions],
    }


def _size(plan: Plan) -> Json | None:
    if plan.size is None:
        return None
    return {
        "instance": _instance(plan.size.size),
        "custom": _instance(plan.size.custom),
        "text": exact(plan.size.text),
        "reasons": [
            {
                "quantity": reason.quantity,
                "amount": reason.amount,
                "text": exact(reason.text),
                "is_guess": reason.is_guess,
            }
            for reason in plan.size.reasons
        ],
    }


def _instance(size: InstanceSize | None) -> Json | None:
    if size is None:
        return None
    return {"name": size.name, "vcpu": size.vcpu, "memory_mib": size.memory_mib, "disk_mb": size.disk_mb}


def _capacity(plan: Plan) -> Json | None:
    capacity = plan.capacity
    if capacity is None:
        return None
    return {
        "instances": capacity.instances,
        "requests_per_instance": capacity.concurrency,
        "requests": capacity.requests_at_once,
        "account_instances": capacity.most_instances,
        "limited_by": capacity.limited_by,
    }


def _costs(costs: Costs | None) -> Json | None:
    if costs is None:
        return None
    return {
        "hours_per_day": float(costs.use.hours_per_day),
        "days": costs.use.days,
        "instances": costs.use.instances,
        "busy_share": float(costs.use.busy_share),
        "source": exact(costs.source),
        "by_size": [_cost(cost) for cost in costs.by_size],
    }


def _cost(cost: MonthlyCost) -> Json:
    return {
        "instance": _instance(cost.size),
        "usd": round(float(cost.usd), 4),
        "short_of": list(cost.short_of),
        "lines": [
            {
                "item": line.item,
                "unit": line.unit,
                "used": float(line.used),
                "included": float(line.included),
                "billed": float(line.billed),
                "usd_per_unit": float(line.usd_per_unit),
                "usd": round(float(line.usd), 4),
            }
            for line in cost.lines
        ],
    }


def _location(location: Location | None) -> Json | None:
    if location is None:
        return None
    return {"path": exact(location.path), "line": location.line, "column": location.column}
