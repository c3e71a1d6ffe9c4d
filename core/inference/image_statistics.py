"""Image statistics for a run: what of an image its model is normalised by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from core.inference.pipeline import BlockReader
from core.model.device import Device
from core.model.modelfile import Model
from core.model.precision import Precision
from core.model.statistics import measure, normalised
from core.raster.grid import PixelWindow, spread_windows
from core.raster.scaling import Scaling

VIEWS, TRIES = 8, 32
SIDE = 256
"""Of a view, in model pixels."""


def for_image(model: Model, reader: BlockReader, scaling: Scaling, device: Device) -> Model:
    """The model, normalised for the image as its card says.

    The views lie all over the raster, whatever extent is classified: neighbouring extents are
    classified alike.

    Args:
        model: On the CPU; stays as it is.
        reader: Of the raster.
        scaling: From the raster's values to 0..1.
        device: On which the model will run.
    """
    if not model.card.image_statistics:
        return model
    seen = views(reader, scaling)
    if not seen:
        return model
    native = device.precision if device.kind == "cpu" else torch.float32
    precision = Precision.of_finetuning(native, "cpu")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # or the last digits, and so a pixel here or there, hung on them
    try:
        of_image = measure(model.network, seen, precision)
    finally:
        torch.set_num_threads(threads)
    network = normalised(model.network, of_image, model.card.image_statistics)
    return replace(model, network=network)


def views(reader: BlockReader, scaling: Scaling) -> list[tuple[Tensor, Tensor]]:
    """Views (inputs, side, side) in 0..1, at least half of them valid, and where they are.

    None where a raster holds hardly any data.
    """
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
