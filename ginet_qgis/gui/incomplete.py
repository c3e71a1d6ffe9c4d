"""The one error of forms."""

from __future__ import annotations


class IncompleteError(Exception):
    """A form is not ready to run; the message says what to fill in or change."""
