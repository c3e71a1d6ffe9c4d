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
from core.model.statistics import with_statistics
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
        network = with_statistics(model.network, seen, model.card.image_statistics, precision)
    finally:
        torch.set_num_threads(threads)
    return replace(model, network=network)


def views(reader: BlockReader, scaling: Scaling) -> list[tuple[Tensor, Tensor]]:
    """Views (inputs, side, side) in 0..1, at least half of them valid, and where they are.

    None where a raster holds hardly any data.
    """
    starts = [
        np.unique(np.linspace(0, max(end - SIDE, 0), -(-end // SIDE)).astype(int))
        for end in reader.model_size
    ]
    order = np.random.default_rng(0).permutation(len(starts[0]) * len(starts[1]))[:TRIES].tolist()
    found: dict[int, tuple[Tensor, Tensor]] = {}
    for begin in range(0, len(order), VIEWS):
        # From above, as PNG and JPEG are decoded: to go back means to begin again.
        for number in sorted(order[begin : begin + VIEWS]):
            row, column = divmod(number, len(starts[0]))
            values, valid = reader.region((int(starts[0][column]), int(starts[1][row]), SIDE, SIDE))
            if valid.mean() >= 0.5:
                found[number] = torch.from_numpy(scaling(values)), torch.from_numpy(valid)[None]
        if len(found) >= VIEWS:
            break
    return [found[number] for number in order if number in found][:VIEWS]
