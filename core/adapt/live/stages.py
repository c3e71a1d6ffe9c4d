"""Stages: progress events of a request, one stage of the work after the other."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from core.adapt.clock import Clock
from core.wire.events import Emit

PAUSE = 0.2
"""Seconds between two events of one stage, at least."""


class Stages(Clock):
    """A clock without a budget, each check of which is a step of the present stage.

    Args:
        emit: Takes ``progress`` with ``stage`` and, where steps are counted, ``done`` of ``total``.
        cancelled: Whether to stop; called at each check.
    """

    def __init__(self, emit: Emit, cancelled: Callable[[], bool]) -> None:
        """No stage yet."""
        super().__init__(math.inf, emit, cancelled)
        self._stage, self._steps, self._taken, self._said = "", 0, 0, 0.0

    def begin(self, stage: str, steps: int = 0) -> None:
        """A stage begins.

        Args:
            stage: Its name on the wire.
            steps: How often ``check`` will be called, about; 0: nobody knows.

        Raises:
            Cancelled: The user wants to stop.
        """
        super().check()
        self._stage, self._steps, self._taken = stage, steps, 0
        self._tell()

    def check(self) -> None:
        """A step is done.

        Raises:
            Cancelled: The user wants to stop.
        """
        super().check()
        self._taken += 1
        if self._steps and time.monotonic() >= self._said + PAUSE:
            self._tell()

    def reach(self, share: float) -> None:  # noqa: ARG002 - of fine-tuning's work, not a stage's
        """A step is done."""
        self.check()

    def _tell(self) -> None:
        self._said = time.monotonic()
        count = {"done": min(self._taken, self._steps), "total": self._steps}
        self.emit("progress", stage=self._stage, **(count if self._steps else {}))
