"""The pipeline: one thread reads ahead, the caller's computes, a third keeps what is done."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.ahead import ahead
from core.assembly import Planes
from core.blocks import Block, Plan
from core.errors import Cancelled
from core.events import Progress
from core.grid import PixelWindow
from core.heap import heap_trimmer
from core.journal import Journal
from core.mirror import mirrored
from core.predict import BlockPixels, Classified, Predictor
from core.reading import Raster
from core.scaling import Scaling

STRIP = 128
"""Rows of a block that are read at once: what reading needs on the way stays small."""

TRIM_BLOCKS = 8
"""Blocks after which freed memory goes back to the system; each time its first touch costs anew."""


class BlockReader:
    """Reads what each block needs, in the plan's order; used by the reader thread alone.

    Args:
        raster: The opened raster.
        scaling: From its values to 0..1.
        scale: Model pixels per raster pixel.
        global_size: Side to which a context is downsampled.
    """

    def __init__(self, raster: Raster, scaling: Scaling, scale: float, global_size: int) -> None:
        """Keep the settings."""
        self._raster, self._scaling, self._scale = raster, scaling, scale
        self._global_size = global_size
        self._context: PixelWindow | None = None

    def read(self, block: Block) -> BlockPixels | None:
        """The block's pixels, or None where it holds no data.

        Raises:
            RasterReadError: The file breaks off there.
        """
        left, top, region_width, region_height = block.region
        rows = mirrored(top, region_height, round(self._raster.height * self._scale))
        columns = mirrored(left, region_width, round(self._raster.width * self._scale))
        values, valid = self._region(block.region)
        _mirror(values, valid, rows, columns)
        if self._scale == 1:
            col, row, width, height = block.target
            target_valid = valid[row - top : row - top + height, col - left : col - left + width]
        else:
            target_valid = self._raster.read(block.target)[1]
        if not target_valid.any():
            return None
        scene = scene_valid = None
        if block.context != self._context:
            scene, scene_valid = self._scene(block.context)
            self._context = block.context
        return BlockPixels(values, valid, scene, scene_valid, target_valid)

    def _scene(self, context: PixelWindow) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """The context, reduced. It begins within the raster but ends outside a smaller one."""
        size = self._global_size
        cell = context[2] / size
        rows = mirrored(0, size, round((self._raster.height * self._scale - context[1]) / cell))
        columns = mirrored(0, size, round((self._raster.width * self._scale - context[0]) / cell))
        values, valid = self._model_pixels(context, (size, size))
        _mirror(values, valid, rows, columns)
        return values, valid

    def _region(self, region: PixelWindow) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        left, top, width, height = region
        values = np.empty((len(self._raster.bands), height, width), np.float32)
        valid = np.empty((height, width), np.bool_)
        for start in range(0, height, STRIP):
            rows = slice(start, min(start + STRIP, height))
            shape = rows.stop - start, width
            strip = left, top + start, width, rows.stop - start
            values[:, rows], valid[rows] = self._model_pixels(strip, shape)
        return values, valid

    def _model_pixels(
        self, window: PixelWindow, shape: tuple[int, int]
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        x, y, width, height = window
        scale = self._scale
        in_raster = window if scale == 1 else (x / scale, y / scale, width / scale, height / scale)
        values, valid = self._raster.read(in_raster, shape)
        return self._scaling(values), valid


def _mirror(
    values: NDArray[np.float32],
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
    """Works through the blocks of a plan that are not finished yet.

    Attributes:
        reader: Where pixels come from.
        predictor: What classifies them.
        journal: Where finished blocks go.
        planes: Which planes they have.
        progress: Told of each patch.
        cancelled: Asked between patches.
    """

    reader: BlockReader
    predictor: Predictor
    journal: Journal
    planes: Planes
    progress: Progress
    cancelled: Callable[[], bool]

    def work(self, plan: Plan) -> None:
        """Classify all blocks; memory holds three of them, whatever the raster's size.

        Raises:
            Cancelled: ``cancelled`` said so.
            GinetError: Reading or writing failed; all blocks before are in the journal.
        """
        # Patches overlap, so each stands for an equal share of the pixels.
        share = plan.extent[2] * plan.extent[3] / plan.patches
        todo = ((n, block) for n, block in enumerate(plan) if n not in self.journal)

        def finished(patches: int) -> None:
            if self.cancelled():
                raise Cancelled
            self.progress.add(patches, round(patches * share))

        def read(item: tuple[int, Block]) -> BlockPixels | None:
            return self.reader.read(item[1])

        def write(number: int, result: Classified | None) -> None:
            self.journal.add(number, self.planes.of(result) if result else [])

        trim = heap_trimmer()
        written: Future[None] | None = None
        with ThreadPoolExecutor(1, "read") as reader, ThreadPoolExecutor(1, "write") as writer:
            for (number, block), pixels in ahead(reader, read, todo):
                if pixels is None:
                    finished(len(block.patches))
                    result = None
                else:
                    result = self.predictor.classify(block, pixels, finished)
                if written:
                    written.result()
                written = writer.submit(write, number, result)
                if number % TRIM_BLOCKS == 0:
                    trim()
            if written:
                written.result()
