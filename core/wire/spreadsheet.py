"""Tables for spreadsheets: CSV in which no text is taken for a formula.

Only of the standard library, and for Python 3.9 too: the plugin uses it inside QGIS.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What spreadsheets take for the beginning of a formula, by OWASP's page on CSV injection; the wide
forms where Chinese or Japanese is the language."""
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def table_text(rows: Iterable[Iterable[Any]], delimiter: str = ",") -> str:
    """Rows as CSV (RFC 4180, but for line ends of one sign).

    Text that begins like a formula and is no number gets an apostrophe before it and stands in
    quotation marks, as OWASP advises (owasp.org/www-community/attacks/CSV_Injection).

    Args:
        rows: Cells are text, numbers, or None for nothing.
        delimiter: Stands between cells; a tab for the clipboard.
    """
    return "".join(delimiter.join(_cell(cell, delimiter) for cell in row) + "\n" for row in rows)


def _cell(value: Any, delimiter: str) -> str:
    if not isinstance(value, str):
        return "" if value is None else str(value)
    is_formula = value.startswith(FORMULA) and not NUMBER.fullmatch(value)
    if not is_formula and not any(sign in value for sign in (delimiter, '"', "\n", "\r")):
        return value
    doubled = value.replace('"', '""')
    return f'"\'{doubled}"' if is_formula else f'"{doubled}"'
