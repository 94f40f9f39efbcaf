"""The split as a picture: Worker, queue, container and services, as one inline SVG."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scanner.plan.model import Decision, Plan, Side
from scanner.report.escape import clean

_BOX_WIDTH, _GAP, _TOP, _LINE = 232, 60, 20, 18
_MARGIN = 10
_MAX_LINES, _MAX_CELLS = 6, 28
_LEAST_WIDTH = 1120
"""The minimum width of the drawing, so that few boxes are not enlarged too much."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Box:
    """One part of the deployment."""

    title: str
    lines: tuple[str, ...]
    kind: str


def split_picture(plan: Plan) -> str:
    """The picture with its description; services are below the Worker."""
    row = list(_boxes(plan))
    services = _service_box(plan)
    height = max(_height(box) for box in row)
    width = max(_LEAST_WIDTH, len(row) * (_BOX_WIDTH + _GAP) - _GAP + 2 * _MARGIN)
    below = _height(services) + _GAP if services else 0
    parts = [_draw(box, _MARGIN + number * (_BOX_WIDTH + _GAP), _TOP) for number, box in enumerate(row)]
    for number in range(1, len(row)):
        x = _MARGIN + number * (_BOX_WIDTH + _GAP)
        parts.append(_arrow(x - _GAP + 4, _TOP + 30, x - 4, _TOP + 30))
    if services:
        left = next(number for number, box in enumerate(row) if box.kind != "caller") * (_BOX_WIDTH + _GAP) + _MARGIN
        parts.append(_draw(services, left, _TOP + height + _GAP))
        parts.append(_arrow(left + 40, _TOP + height + 4, left + 40, _TOP + height + _GAP - 4))
    label = "; ".join(f"{box.title}: {', '.join(box.lines)}" for box in (*row, *([services] if services else [])))
    return (
        f'<svg class="split" viewBox="0 0 {width} {_TOP * 2 + height + below}" width="100%" role="img"'
        f' aria-label="{html.escape(clean(label))}" font-family="sans-serif" font-size="13" fill="currentColor">\n'
        f"{''.join(parts)}</svg>\n"
    )


def _boxes(plan: Plan) -> Iterable[_Box]:
    yield _Box(title="Requests", lines=("from anywhere",), kind="caller")
    if plan.decision is not Decision.CONTAINER:
        names = [placement.name for placement in plan.split.on(Side.WORKER)]
        drivers = [driver for placement in plan.split.on(Side.SERVICE) for driver in placement.drivers]
        yield _Box(title="Python Worker", lines=_shorten([*names, *drivers] or ["your own code"]), kind="worker")
    if plan.decision not in (Decision.HYBRID, Decision.CONTAINER):
        return
    if plan.options.queue:
        yield _Box(title="Queue", lines=("jobs wait here",), kind="queue")
    yield _Box(title="Worker in front", lines=("the Container class", "getRandom"), kind="worker")
    size = plan.size.size if plan.size else None
    instances = plan.capacity.instances if plan.capacity else 1
    title = f"Container × {instances}" + (f", {size.name}" if size else "")
    names = [p.name for p in plan.split.placements if p.side is Side.CONTAINER or p.is_shared]
    yield _Box(title=title, lines=_shorten(names or ["your own code"]), kind="container")


def _service_box(plan: Plan) -> _Box | None:
    uses = [placement.product.partition(" (")[0] for placement in plan.split.on(Side.SERVICE)]
    lasting = any(answer.key == "disk" and answer.reply.value == "yes" for answer in plan.answers)
    uses += ["R2, D1 or Durable Objects"] if lasting else []
    if not uses:
        return None
    return _Box(title="Services and storage", lines=_shorten(list(dict.fromkeys(uses))), kind="service")


def _shorten(texts: Sequence[str]) -> tuple[str, ...]:
    shown = [text if len(text) <= _MAX_CELLS else f"{text[: _MAX_CELLS - 1]}…" for text in map(clean, texts)]
    if len(shown) <= _MAX_LINES:
        return tuple(shown)
    return (*shown[: _MAX_LINES - 1], f"and {len(shown) - _MAX_LINES + 1} more")


def _height(box: _Box) -> int:
    return 40 + _LINE * len(box.lines)


def _draw(box: _Box, left: int, top: int) -> str:
    dashes = ' stroke-dasharray="5 4"' if box.kind in ("caller", "queue") else ""
    thick = 3 if box.kind == "container" else 1.5
    lines = "".join(
        f'<text x="{left + 12}" y="{top + 44 + number * _LINE}">{html.escape(line)}</text>'
        for number, line in enumerate(box.lines)
    )
    return (
        f'<rect x="{left}" y="{top}" width="{_BOX_WIDTH}" height="{_height(box)}" rx="8" fill="none"'
        f' stroke="currentColor" stroke-width="{thick}"{dashes}/>'
        f'<text x="{left + 12}" y="{top + 22}" font-weight="bold">{html.escape(clean(box.title))}</text>{lines}\n'
    )


def _arrow(x: int, y: int, to_x: int, to_y: int) -> str:
    head = (
        f"{to_x - 8},{to_y - 5} {to_x},{to_y} {to_x - 8},{to_y + 5}"
        if y == to_y
        else f"{to_x - 5},{to_y - 8} {to_x},{to_y} {to_x + 5},{to_y - 8}"
    )
    return (
        f'<line x1="{x}" y1="{y}" x2="{to_x}" y2="{to_y}" stroke="currentColor" stroke-width="1.5"/>'
        f'<polygon points="{head}"/>\n'
    )
