"""Assembly: from the journal's finished blocks to rasters and totals, in the plan's order.

It goes along with the computing and waits for the next block where that is not there yet. One
thread writes, in one order, whatever order the blocks were finished in: the same blocks give the
same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event

import numpy as np
from numpy.typing import NDArray

from core.inference.ahead import ahead
from core.inference.blocks import Block, Plan
from core.inference.decide import Classified
from core.results.journal import Journal
from core.results.totals import Totals
from core.results.writing import OutputSet
from core.wire.errors import Cancelled

POLL_SECONDS = 0.01
"""After which it looks whether the next block has come."""


@dataclass(frozen=True)
class Planes:
    """Which planes a job's finished blocks have: classes, then what else is asked for.

    Attributes:
        classes: Number of classes.
        confidence: There is a plane of confidence.
        probabilities: There is a plane for each class.
    """

    classes: int
    confidence: bool
    probabilities: bool

    @property
    def count(self) -> int:
        """Number of planes."""
        return 1 + self.confidence + self.classes * self.probabilities

    def of(self, result: Classified) -> list[NDArray[np.uint8]]:
        """A block's planes, (h, w) each."""
        confidence = [] if result.confidence is None else [result.confidence]
        shares: Sequence[NDArray[np.uint8]] = (
            () if result.probabilities is None else list(result.probabilities)
        )
        return [result.classes, *confidence, *shares]

    def result(self, planes: NDArray[np.uint8]) -> Classified:
        """A block from its planes."""
        first = 1 + self.confidence
        return Classified(
            planes[0],
            planes[1] if self.confidence else None,
            planes[first:] if self.probabilities else None,
        )


def assemble(
    plan: Plan,
    journal: Journal,
    planes: Planes,
    outputs: OutputSet,
    totals: Totals,
    over: Event,
) -> None:
    """Write all blocks of a plan as they come into the journal; two are in memory at once.

    Args:
        plan: The plan.
        journal: Where blocks come from; another thread may add them.
        planes: That they have.
        outputs: Written to.
        totals: Added to.
        over: Set where no more blocks will come.

    Raises:
        Cancelled: ``over`` is set.
        OutputError: The disk is full, a file cannot be written, or the journal was damaged.
    """
    left, top = plan.extent[:2]

    def load(item: tuple[int, Block]) -> Classified | None:
        number, block = item
        width, height = block.target[2:]
        while number not in journal:
            if over.wait(POLL_SECONDS):
                raise Cancelled
        values = journal.read(number, (planes.count, height, width))
        if values is None:
            return None
        result = planes.result(values)
        totals.add(block.target, result.classes, result.confidence)
        return result

    with ThreadPoolExecutor(1, "assemble") as reader:
        for (_, block), result in ahead(reader, load, enumerate(plan)):
            if over.is_set():
                raise Cancelled
            col, row, width, height = block.target
            window = (col - left, row - top, width, height)
            if result is None:
                outputs.skip(window)
            else:
                outputs.write(window, result.classes, result.confidence, result.probabilities)
