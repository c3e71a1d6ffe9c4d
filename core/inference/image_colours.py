"""Image colours for a run: what the colours of the raster say of its classes."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor
from torch.nn import functional

from core.inference.blocks import CELL
from core.inference.cells import cell_colours
from core.inference.guided import BANDS
from core.inference.image_statistics import Views, one_thread_each
from core.model.device import Device
from core.model.ginet import Context, GINet
from core.model.image_colours import SEEN, UNSEEN, ImageColours
from core.model.modelfile import Model


def colours_for(model: Model, seen: Views, device: Device) -> ImageColours | None:
    """What colours say of the classes in the image that holds these views, as a card asks for it.

    The views are classified without their scenes.

    Args:
        model: Normalised for the image, its network as ``optimise`` leaves it, on the device.
        seen: From ``image_statistics.views``.
        device: On which the model runs.
    """
    if not (seen and model.card.image_colours):
        return None
    of_view = partial(_cells, model.network, device.kind)
    with one_thread_each(len(seen)) as each:
        cells = list(each(of_view, seen))
    logits, colours = (torch.cat(parts, 1) for parts in zip(*cells, strict=True))
    weight = UNSEEN if len(colours) > model.card.seen else SEEN
    return ImageColours.fit(logits, colours, weight) if logits.shape[1] else None


@torch.inference_mode()
def _cells(network: GINet, kind: str, view: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Logits (classes, n) and colours (bands, n) of the cells of a view that are wholly valid."""
    values, valid = (part[None].float() for part in view)
    unseen = Context(None, values.new_empty(0))
    seen = values[:, : network.inputs].to(kind)
    box = values.new_tensor([[0, 0, 1, 1]], device=kind)
    logits = network.segment(seen, valid.to(kind), box, unseen).float().cpu()
    whole = functional.avg_pool2d(valid, CELL)[0, 0] == 1
    colours = cell_colours(values[0, :BANDS], valid[0, 0].bool(), Tensor.float)
    return logits[0, :, whole], colours[:, whole]
