"""Image statistics for a run: what of an image its model is normalised by."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.inference.pipeline import BlockReader
from core.model.card import Card
from core.model.device import Device
from core.model.modelfile import Model
from core.model.precision import Precision
from core.model.statistics import BATCH, measure, normalise
from core.raster.grid import PixelWindow, spread_windows
from core.raster.scaling import Scaling

VIEWS, TRIES = 8, 32
SIDE = 256
"""Of a view, in model pixels."""

Views = Sequence[tuple[Tensor, Tensor]]
"""Values (inputs, side, side), 0..1, and validity (1, side, side) of each."""


def normalise_for(model: Model, seen: Views, device: Device) -> None:
    """Normalise a model for the image that holds these views, as its card says.

    Args:
        model: On the CPU.
        seen: From ``views``.
        device: On which the model will run.
    """
    if not (seen and model.card.image_statistics):
        return
    with one_thread_each(math.ceil(len(seen) / BATCH)) as each:
        of_image = measure(model.network, seen, precision_of(device), each=each)
    normalise(model.network, of_image, model.card.image_statistics)


def precision_of(device: Device) -> Precision:
    """In which views are seen on the CPU, for a run on a device."""
    native = device.precision if device.kind == "cpu" else torch.float32
    return Precision.of_finetuning(native, "cpu")


@contextmanager
def one_thread_each(count: int) -> Iterator[Callable[..., Iterator[Any]]]:
    """A ``map`` for so many arguments, side by side, each in one thread.

    Else the last digits, and so a pixel here or there, would hang on the number of threads.
    """
    threads = torch.get_num_threads()
    try:
        with ThreadPoolExecutor(min(threads, count), "see", torch.set_num_threads, (1,)) as pool:
            yield pool.map
    finally:
        torch.set_num_threads(threads)


def views(card: Card, reader: BlockReader, scaling: Scaling) -> list[tuple[Tensor, Tensor]]:
    """Views (inputs, side, side) in 0..1, at least half of them valid, and where they are.

    None where a raster holds hardly any data, or the card asks for none. They lie all over the
    raster, whatever extent is classified: neighbouring extents are classified alike.
    """
    if not (card.image_statistics or card.image_colours):
        return []
    windows = spread_windows(*reader.model_size, SIDE, np.random.default_rng(0), TRIES)
    found: dict[PixelWindow, tuple[Tensor, Tensor]] = {}
    for begin in range(0, len(windows), VIEWS):
        # From above, as PNG and JPEG are decoded: to go back means to begin again.
        for window in sorted(windows[begin : begin + VIEWS], key=lambda each: (each[1], each[0])):
            values, valid = reader.region(window)
            if valid.mean() >= 0.5:
                found[window] = torch.from_numpy(scaling(values)), torch.from_numpy(valid)[None]
        if len(found) >= VIEWS:
            break
    return [found[window] for window in windows if window in found][:VIEWS]
