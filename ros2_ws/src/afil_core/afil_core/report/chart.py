"""Charts of curves, as SVG inside of a page: no plotting library is needed for them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

_WIDTH, _HEIGHT = 460, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 12, 30, 34
_COLORS = ("#1f6feb", "#d1570b", "#2da44e", "#8250df", "#57606a", "#bf3989")
_LEGEND_COLUMNS, _LEGEND_WIDTH, _LEGEND_HEIGHT = 4, 101, 12


class Label(NamedTuple):
    """A text at a place, pixels."""

    x: float
    y: float
    text: str
    color: str = ""


class Curve(NamedTuple):
    """A polyline's ``points`` attribute and its color."""

    points: str
    color: str


@dataclass(frozen=True)
class Chart:
    """Curves over steps that count from 1, with a logarithmic axis of values.

    Attributes:
        title: Heading.
        curves: Values by label, one per step; what is not above 0 is not drawn.
        width: Of the picture, pixels.
        height: Of the picture, pixels.
    """

    title: str
    curves: Mapping[str, Sequence[float]]
    template: ClassVar[str] = "chart.html"
    width: int = _WIDTH
    height: int = _HEIGHT
    _drawn: tuple[float, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        every = (v for values in self.curves.values() for v in values)
        object.__setattr__(self, "_drawn", tuple(v for v in every if _can_be_drawn(v)))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self._drawn

    @property
    def grid(self) -> list[Label]:
        """Where the powers of ten are."""
        low, high = self._decades
        ticks = range(math.ceil(low), math.floor(high) + 1)
        return [Label(_LEFT, self._y(10.0**tick), f"1e{tick}") for tick in ticks]

    @property
    def right(self) -> int:
        """Where the axes end."""
        return self.width - _RIGHT

    @property
    def steps(self) -> list[Label]:
        """The first, the middle and the last step."""
        last = self._steps - 1
        y = self.height - _BOTTOM + 16
        return [Label(self._x(step), y, str(step + 1)) for step in sorted({0, last // 2, last})]

    @property
    def lines(self) -> list[Curve]:
        """The curves."""
        return [
            Curve(
                " ".join(
                    f"{self._x(step):.1f},{self._y(value):.1f}"
                    for step, value in enumerate(values)
                    if _can_be_drawn(value)
                ),
                color,
            )
            for values, color in zip(self.curves.values(), self._colors, strict=True)
        ]

    @property
    def legend(self) -> list[Label]:
        """The curves' labels in their colors."""
        found = []
        for number, (label, color) in enumerate(zip(self.curves, self._colors, strict=True)):
            row, column = divmod(number, _LEGEND_COLUMNS)
            x, y = _LEFT + _LEGEND_WIDTH * column, self.height - 3 - _LEGEND_HEIGHT * row
            found.append(Label(x, y, label, color))
        return found

    @property
    def _colors(self) -> list[str]:
        return [_COLORS[number % len(_COLORS)] for number in range(len(self.curves))]

    @property
    def _steps(self) -> int:
        return max((len(values) for values in self.curves.values()), default=0)

    @property
    def _decades(self) -> tuple[float, float]:
        low = math.floor(math.log10(min(self._drawn)) * 2) / 2
        return low, max(math.ceil(math.log10(max(self._drawn)) * 2) / 2, low + 0.5)

    def _x(self, step: int) -> float:
        return _LEFT + (self.width - _LEFT - _RIGHT) * step / max(self._steps - 1, 1)

    def _y(self, value: float) -> float:
        low, high = self._decades
        share = (math.log10(value) - low) / (high - low)
        return self.height - _BOTTOM - (self.height - _TOP - _BOTTOM) * share


def _can_be_drawn(value: float) -> bool:
    return value > 0 and math.isfinite(value)
