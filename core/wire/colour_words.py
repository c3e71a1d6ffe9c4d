"""Which colour a band's description names; the engine and the plugin share it."""

from __future__ import annotations

import re

RED, GREEN, BLUE, INFRARED = "red", "green", "blue", "near infrared"
NATURAL = (RED, GREEN, BLUE)

WORDS = {"red": RED, "green": GREEN, "blue": BLUE, "nir": INFRARED, "infrared": INFRARED}
OTHER_WORDS = {
    *("edge", "rededge", "coastal", "deep", "ultra", "i"),
    *("short", "shortwave", "swir", "mid", "far", "long", "longwave", "thermal"),
}
"""Beside one of ``WORDS`` they name another band: red edge, short-wave infrared."""


def colour(description: str) -> str | None:
    """The colour that a description such as "B8 (near infra-red)" names; None for no or several."""
    text = re.sub(r"infra[\W_]*red", " infrared ", description.lower())
    words = set(re.findall("[a-z]+", text))
    colours = {WORDS[word] for word in words & set(WORDS)}
    return colours.pop() if len(colours) == 1 and not words & OTHER_WORDS else None
