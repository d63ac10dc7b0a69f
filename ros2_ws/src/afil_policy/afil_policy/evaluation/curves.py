"""Loss curves as SVG, drawn by hand so that the report needs no plotting library."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT = 460, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 12, 30, 34
_COLORS = ("#1f6feb", "#d1570b", "#2da44e", "#8250df", "#57606a", "#bf3989")


def curves_svg(title: str, curves: Mapping[str, Sequence[float]]) -> str:
    """A chart of curves over epochs, with a logarithmic loss axis.

    Args:
        title: Heading.
        curves: Values above 0, one per epoch, by label; values of 0 or less are not drawn.

    Returns:
        An ``<svg>`` element.
    """
    positive = [v for values in curves.values() for v in values if v > 0 and math.isfinite(v)]
    epochs = max((len(values) for values in curves.values()), default=0)
    if not positive or epochs == 0:
        return f"<p>{escape(title)}: nothing to draw.</p>"
    low = math.floor(math.log10(min(positive)) * 2) / 2
    high = max(math.ceil(math.log10(max(positive)) * 2) / 2, low + 0.5)

    def x(epoch: int) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * epoch / max(epochs - 1, 1)

    def y(value: float) -> float:
        share = (math.log10(value) - low) / (high - low)
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share

    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">',
        f'<text x="{_LEFT}" y="16" class="t">{escape(title)}</text>',
    ]
    for tick in range(math.ceil(low), math.floor(high) + 1):
        height = y(10.0**tick)
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{height:.1f}" y2="{height:.1f}" '
            f'class="g"/><text x="{_LEFT - 6}" y="{height + 4:.1f}" class="a">1e{tick}</text>'
        )
    bottom = _HEIGHT - _BOTTOM
    for epoch in sorted({0, (epochs - 1) // 2, epochs - 1}):
        parts.append(f'<text x="{x(epoch):.1f}" y="{bottom + 16}" class="e">{epoch + 1}</text>')
    for number, (label, values) in enumerate(curves.items()):
        color = _COLORS[number % len(_COLORS)]
        points = " ".join(f"{x(i):.1f},{y(v):.1f}" for i, v in enumerate(values) if v > 0)
        parts.append(f'<polyline points="{points}" stroke="{color}" class="c"/>')
        place = _LEFT + 101 * (number % 4), _HEIGHT - 3 - 12 * (number // 4)
        parts.append(
            f'<text x="{place[0]}" y="{place[1]}" fill="{color}" class="l">{escape(label)}</text>'
        )
    return "".join([*parts, "</svg>"])
