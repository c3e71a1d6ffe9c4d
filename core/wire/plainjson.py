"""Strict JSON (RFC 8259): what every program can read, and no more."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

DIGITS = 18
"""Most digits of a whole number: what 64 bits hold."""


def parse(text: str) -> Any:
    """Parse JSON (RFC 8259), without what Python's parser adds to it or lets through.

    Raises:
        ValueError: It is not valid JSON, nests too deeply, or holds NaN, infinity, a number that
            no double and no 64-bit integer is, or text that is no Unicode.
    """
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite, parse_int=_whole)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair cannot be written
    except RecursionError as error:
        raise ValueError("it nests too deeply") from error
    except UnicodeEncodeError as error:
        raise ValueError("it holds text that is no Unicode") from error
    return value


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"it holds {name}")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"it holds the number {text[:20]}")
    return number


def _whole(text: str) -> int:
    if len(text) > DIGITS:
        raise ValueError(f"it holds the number {text[:20]}")
    return int(text)
