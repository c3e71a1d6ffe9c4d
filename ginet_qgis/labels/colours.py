"""Colours for classes that bring none of their own."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

PALETTE = ("#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f", "#edc948", "#b07aa1", "#ff9da7",
           "#9c755f", "#bab0ac")  # fmt: skip
"""Tableau 10."""


def unlike(taken: Iterable[str]) -> str:
    """The palette's colour that is least like those of other classes.

    Args:
        taken: ``#rrggbb``, once for each class; empty ones do not count.

    Returns:
        ``#rrggbb``; one that is used least where all of the palette is taken.
    """
    others = Counter(colour.lower() for colour in taken if colour)

    def room(colour: str) -> tuple[float, int]:
        nearest = min((_distance(colour, other) for other in others), default=0)
        return nearest, -others[colour]

    return max(PALETTE, key=room)


def _distance(one: str, other: str) -> float:
    """Between two colours as the eye sees them: CIE 1976, in the space L*a*b*."""
    return math.dist(_lab(one), _lab(other))


def _lab(colour: str) -> tuple[float, float, float]:
    """CIE L*a*b* of a colour of sRGB (IEC 61966-2-1), under its white D65."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    x, y, z = (
        value / (6 / 29) ** 2 / 3 + 4 / 29 if value <= (6 / 29) ** 3 else value ** (1 / 3)
        for value in (
            (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
            0.2126 * red + 0.7152 * green + 0.0722 * blue,
            (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089,
        )
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)
