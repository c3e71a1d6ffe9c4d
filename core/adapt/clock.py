"""The clock of an adaptation: time budget, progress events, and the user's request to stop."""

from __future__ import annotations

import time
from collections.abc import Callable

from core.wire.errors import Cancelled
from core.wire.events import Emit

INTERVAL = 0.5
"""Seconds between two progress events, at least."""


class Clock:
    """Counts time and work.

    Attributes:
        emit: Where events go.
        seconds: The budget.

    Args:
        seconds: The budget.
        emit: Takes the events.
        cancelled: Whether the user has cancelled; called at each check.
        enough: Whether the budget counts as spent: the user wants the best that there is by now.
    """

    def __init__(
        self,
        seconds: float,
        emit: Emit,
        cancelled: Callable[[], bool],
        enough: Callable[[], bool] = lambda: False,
    ) -> None:
        """Start."""
        self.emit = emit
        self.seconds, self._cancelled, self._enough = seconds, cancelled, enough
        self._begin = time.monotonic()
        self._reported = -INTERVAL
        self._share = 0.0

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._begin

    @property
    def left(self) -> float:
        """Seconds of the budget that are left."""
        return 0.0 if self._enough() else max(self.seconds - self.elapsed, 0.0)

    def check(self) -> None:
        """Stop if the user has cancelled.

        Raises:
            Cancelled: The user has.
        """
        if self._cancelled():
            raise Cancelled

    def reach(self, share: float) -> None:
        """Report that a share (0..1) of the work is done; the budget may end it earlier.

        Raises:
            Cancelled: The user wants to stop.
        """
        self.check()
        self._share = max(self._share, share)
        now = self.elapsed
        if now - self._reported < INTERVAL and share < 1:
            return
        self._reported = now
        by_work = now * (1 - self._share) / max(self._share, 1e-3)
        self.emit(
            "progress",
            done=round(100 * self._share),
            total=100,
            unit="percent",
            rate=0.0,
            eta_s=round(min(by_work, self.left), 1),
        )
