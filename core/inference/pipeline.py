"""The pipeline: one thread reads ahead, workers compute, the caller stores finished blocks."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.inference.ahead import ahead
from core.inference.assembly import Planes
from core.inference.blocks import Block, Plan
from core.inference.decide import Classified
from core.inference.predict import BlockPixels, Predictor, ScenePixels, Values
from core.inference.process import heap_trimmer
from core.inference.workers import start_workers
from core.model.device import Device
from core.raster.grid import PixelWindow
from core.raster.mirror import mirrored
from core.raster.reading import Raster
from core.results.journal import Journal
from core.wire.errors import Cancelled, OutputError, RasterReadError
from core.wire.events import Progress

STRIP = 128
"""Rows of a block that are read at once: what reading needs on the way stays small."""

FEW = 4
"""Bands of bytes that are read whole: there copying strips takes longer, and little is needed."""

TRIM_BLOCKS = 8
"""Blocks after which freed memory goes back to the system; each time its first touch costs anew."""


class BlockReader:
    """Reads what each block needs, in the plan's order; used by the reader thread alone.

    Args:
        raster: The opened raster.
        scale: Model pixels per raster pixel.
        global_size: Side to which a context is downsampled.
    """

    def __init__(self, raster: Raster, scale: float, global_size: int) -> None:
        """Keep the settings."""
        self._raster, self._scale, self._global_size = raster, scale, global_size
        self._seen: tuple[PixelWindow, ScenePixels] | None = None

    @property
    def model_size(self) -> tuple[int, int]:
        """Width and height of the raster in model pixels."""
        return round(self._raster.width * self._scale), round(self._raster.height * self._scale)

    def read(self, block: Block) -> BlockPixels | None:
        """The block's pixels, or None where it holds no data.

        Raises:
            RasterReadError: The file breaks off there.
        """
        left, top = block.region[:2]
        values, valid = self.region(block.region)
        if self._scale == 1:
            col, row, width, height = block.target
            target_valid = valid[row - top : row - top + height, col - left : col - left + width]
        else:
            target_valid = self._raster.read(block.target)[1]
        if not target_valid.any():
            return None
        if self._seen is None or self._seen[0] != block.context:
            self._seen = block.context, self.scene(block.context)
        return BlockPixels(values, valid, self._seen[1], target_valid)

    def region(self, window: PixelWindow) -> tuple[Values, NDArray[np.bool_]]:
        """Values (inputs, h, w) and validity (h, w) of a window of the model grid.

        Beyond the raster they are mirrored.
        """
        left, top, width, height = window
        across, down = self.model_size
        rows, columns = mirrored(top, height, down), mirrored(left, width, across)
        values, valid = self._region(window)
        _mirror(values, valid, rows, columns)
        return values, valid

    def scene(self, context: PixelWindow) -> ScenePixels:
        """The context, reduced. It begins within the raster but ends outside a smaller one."""
        size = self._global_size
        cell = context[2] / size
        rows = mirrored(0, size, round((self._raster.height * self._scale - context[1]) / cell))
        columns = mirrored(0, size, round((self._raster.width * self._scale - context[0]) / cell))
        values, valid = self._model_pixels(context, (size, size))
        _mirror(values, valid, rows, columns)
        return ScenePixels(values, valid)

    def _region(self, region: PixelWindow) -> tuple[Values, NDArray[np.bool_]]:
        left, top, width, height = region
        raster = self._raster
        as_it_is = self._scale == raster.merged == raster.split == 1
        bytewise = as_it_is and raster.dtype == "uint8"
        if bytewise and len(self._raster.bands) <= FEW:
            return self._model_pixels(region, (height, width))
        shape = len(self._raster.bands), height, width
        values: Values = np.empty(shape, np.uint8) if bytewise else np.empty(shape, np.float32)
        valid = np.empty((height, width), np.bool_)
        for start in range(0, height, STRIP):
            rows = slice(start, min(start + STRIP, height))
            strip = left, top + start, width, rows.stop - start
            values[:, rows], valid[rows] = self._model_pixels(strip, (rows.stop - start, width))
        return values, valid

    def _model_pixels(
        self, window: PixelWindow, shape: tuple[int, int]
    ) -> tuple[Values, NDArray[np.bool_]]:
        x, y, width, height = window
        scale = self._scale
        in_raster = window if scale == 1 else (x / scale, y / scale, width / scale, height / scale)
        return self._raster.read(in_raster, shape)


def _mirror(
    values: Values,
    valid: NDArray[np.bool_],
    rows: NDArray[np.intp] | None,
    columns: NDArray[np.intp] | None,
) -> None:
    """Fill the lines that mirror others, in place: a few at the edges of a large array."""
    if rows is not None:
        lines = np.flatnonzero(rows != np.arange(len(rows)))
        values[:, lines], valid[lines] = values[:, rows[lines]], valid[rows[lines]]
    if columns is not None:
        lines = np.flatnonzero(columns != np.arange(len(columns)))
        values[:, :, lines], valid[:, lines] = (
            values[:, :, columns[lines]],
            valid[:, columns[lines]],
        )


@dataclass
class Pipeline:
    """Works through the blocks of a plan that are not finished yet; for one use.

    Attributes:
        reader: Where pixels come from.
        device: What computes.
        predictor: Makes what classifies them, while the first block is read.
        journal: Where finished blocks go.
        planes: Which planes they have.
        progress: Told of each patch.
        cancelled: Asked between patches, by any thread.
    """

    reader: BlockReader
    device: Device
    predictor: Callable[[], Predictor]
    journal: Journal
    planes: Planes
    progress: Progress
    cancelled: Callable[[], bool]

    def __post_init__(self) -> None:
        """Start without results."""
        self._telling, self._over = threading.Lock(), threading.Event()
        self._trim = heap_trimmer()

    def work(self, plan: Plan) -> None:
        """Classify all blocks; memory holds a few of them, whatever the raster's size.

        Raises:
            Cancelled: ``cancelled`` said so.
            GinetError: Reading or writing failed; all blocks before are in the journal.
        """
        missing = [n not in self.journal for n in range(len(plan))]
        blocks = ((n, block) for n, block in enumerate(plan) if missing[n])
        # Patches overlap, so each stands for an equal share of the pixels.
        share = plan.extent[2] * plan.extent[3] / plan.patches
        running: deque[tuple[int, Future[Classified | None]]] = deque()
        with (
            ThreadPoolExecutor(1, "read") as reader,
            start_workers(self.device, sum(missing)) as workers,
        ):
            read = ahead(reader, self._read, blocks)
            # No worker runs yet: how many threads MKL takes is settled for the whole process.
            predictor = self.predictor()
            try:
                for (number, block), pixels in read:
                    result = workers.pool.submit(self._compute, predictor, block, pixels, share)
                    running.append((number, result))
                    # One more than are computed, lest a worker wait for the next one.
                    if len(running) > workers.count:
                        self._keep(*running.popleft())
                while running:
                    self._keep(*running.popleft())
            except BaseException as error:
                # Blocks that were read before need not be computed again.
                if not isinstance(error, RasterReadError):
                    self._over.set()
                for number, result in running:
                    if result.exception() is None:
                        with suppress(OutputError):
                            self._keep(number, result)
                raise

    def _read(self, item: tuple[int, Block]) -> BlockPixels | None:
        return self.reader.read(item[1])

    def _compute(
        self, predictor: Predictor, block: Block, pixels: BlockPixels | None, share: float
    ) -> Classified | None:
        def finished(patches: int) -> None:
            if self._over.is_set() or self.cancelled():
                raise Cancelled
            with self._telling:
                self.progress.add(patches, round(patches * share))

        if pixels is None:
            finished(len(block.patches))
            return None
        return predictor.classify(block, pixels, finished)

    def _keep(self, number: int, result: Future[Classified | None]) -> None:
        classified = result.result()
        self.journal.add(number, self.planes.of(classified) if classified else [])
        if number % TRIM_BLOCKS == TRIM_BLOCKS - 1:
            self._trim()
