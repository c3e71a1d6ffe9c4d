"""Numerals: which text is a number. Engine and plugin ask here; it imports nothing of either."""

from __future__ import annotations

import re

DIGITS = 18
"""Most digits of a whole number: what 64 bits hold. Longer ones are codes, not numbers."""

NUMERAL = re.compile(r"\s*([+-]?)(?=[0-9.])([0-9]*)(?:\.([0-9]+))?\s*", re.ASCII)


def number_of(text: str) -> int | float | None:
    """The number that a text writes in the usual way; None where it is none.

    Usual is an optional sign, the digits 0 to 9, and a point with digits behind it; spaces around
    are ignored. So "7", " 7 ", "007" and "7.0" are the whole number 7. "1_1", "1e3", "1,5",
    "0x10", "nan", "inf", "1." and full-width digits are no numbers: as class codes they are names,
    and none becomes the same as another.
    """
    found = NUMERAL.fullmatch(text)
    if found is None or len(found[2]) > DIGITS:
        return None
    sign, whole, fraction = found.groups()
    if (fraction or "").strip("0"):
        return float(f"{sign}{whole}.{fraction}")
    return int(f"{sign}{whole or 0}")
