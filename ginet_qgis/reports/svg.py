"""Bars with confidence intervals, as an SVG picture inside a page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

WIDTH, LABELS, FIGURES = 760, 180, 130
"""Of the whole picture, of the names at its left, of the figures at its right, in pixels."""
BAR, GAP = 15, 12


@dataclass(frozen=True)
class Bar:
    """One bar.

    Attributes:
        value: Its length; None draws none.
        low: Where its interval begins; None for no interval.
        high: Where its interval ends.
        colour: ``#rrggbb``.
        figure: What is written beside it.
        pale: Drawn lighter than others of its colour.
    """

    value: float | None
    low: float | None
    high: float | None
    colour: str
    figure: str
    pale: bool = False


def ticks(top: float, most: int = 5) -> list[float]:
    """Round numbers from 0 up to ``top``, at most that many steps apart."""
    if top <= 0:
        return [0.0]
    step = 10.0 ** math.floor(math.log10(top / most))
    step *= next(factor for factor in (1, 2, 5, 10) if step * factor * most >= top)
    return [step * number for number in range(int(top / step + 1e-9) + 1)]


def bars(groups: list[tuple[str, list[Bar]]], top: float, axis: dict[float, str]) -> str:
    """A picture of horizontal bars.

    Args:
        groups: Name and bars of each group.
        top: Value at the axis' end; the axis begins at 0.
        axis: What is written along the axis, by value.
    """
    span = WIDTH - LABELS - FIGURES
    height = sum(len(each) * BAR + GAP for _, each in groups) + GAP + 18
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="100%"'
    parts = [f'{head} font-family="system-ui, sans-serif" font-size="12" role="img">']
    for value, text in axis.items():
        x = LABELS + span * value / top
        parts.append(
            f'<line x1="{x:.1f}" y1="4" x2="{x:.1f}" y2="{height - 18}" stroke="#e3e3e3"/>'
            f'<text x="{x:.1f}" y="{height - 4}" text-anchor="middle" fill="#666">'
            f"{escape(text)}</text>"
        )
    y = GAP
    for name, group in groups:
        middle = y + len(group) * BAR / 2 + 4
        parts.append(
            f'<text x="{LABELS - 10}" y="{middle:.1f}" text-anchor="end" fill="#222">'
            f"{escape(_short(name))}</text>"
        )
        for bar in group:
            parts.append(_bar(bar, y, span / top))
            y += BAR
        y += GAP
    return "".join([*parts, "</svg>"])


def _bar(bar: Bar, y: float, scale: float) -> str:
    middle = y + BAR / 2
    text = (
        f'<text x="{WIDTH - FIGURES + 12}" y="{middle + 4:.1f}" fill="#222">'
        f"{escape(bar.figure)}</text>"
    )
    if bar.value is None:
        return text
    opacity = ' fill-opacity="0.45"' if bar.pale else ""
    drawn = (
        f'<rect x="{LABELS}" y="{y + 1.5:.1f}" width="{bar.value * scale:.1f}" '
        f'height="{BAR - 3}" fill="{escape(bar.colour)}"{opacity} stroke="#888" '
        f'stroke-width="0.5"/>'
    )
    if bar.low is not None and bar.high is not None:
        left, right = LABELS + bar.low * scale, LABELS + bar.high * scale
        # A white line below the dark one: it is seen on any colour.
        path = f"M{left:.1f} {middle - 4:.1f}v8m0 -4H{right:.1f}m0 -4v8"
        drawn += (
            f'<path d="{path}" fill="none" stroke="#fff" stroke-width="3.5"/>'
            f'<path d="{path}" fill="none" stroke="#222" stroke-width="1.5"/>'
        )
    return drawn + text


def _short(name: str) -> str:
    """A name that fits; wide letters take the room of two."""
    room, kept = 28, ""
    for letter in name:
        room -= 2 if ord(letter) > 0x2E80 else 1
        if room < 0:
            return kept + "…"
        kept += letter
    return kept
