"""GGN, global-guided normalisation: the scene modulates the features of the patch."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.model.window import sample_window


@dataclass(frozen=True)
class Modulation:
    """Scale and shift of one pyramid level, computed once per scene.

    Attributes:
        maps: (S, 2C, H, W), scale (Gamma) above shift (Beta).
        vector: (S, 2C), scale (gamma) and shift (beta) from the scene's statistics.
    """

    maps: Tensor
    vector: Tensor


class Modulator(nn.Module):
    """Makes the modulation of one pyramid level out of the global features.

    The last layers start at zero: training begins with the plain local network, and what GGN gains
    is the injection's.

    Args:
        width: Channels C of the pyramid.
    """

    def __init__(self, width: int) -> None:
        """Build with an injection of zero."""
        super().__init__()
        self.maps = nn.Conv2d(width, 2 * width, 3, padding=1)
        self.hidden = nn.Linear(2 * width, width)
        self.vector = nn.Linear(width, 2 * width)
        for layer in (self.maps, self.vector):
            for parameter in layer.parameters():
                nn.init.zeros_(parameter)

    def forward(self, level: Tensor, statistics: Tensor) -> Modulation:
        """Compute the modulation.

        Args:
            level: Global pyramid map (S, C, H, W).
            statistics: Mean and standard deviation of the scene's features, (S, 2C).
        """
        return Modulation(self.maps(level), self.vector(functional.relu(self.hidden(statistics))))


class GGN(nn.Module):
    """Normalisation whose affine part comes from the scene.

    ``GGN(l) = BN0(l) * (1 + W(Gamma, box) + gamma) + W(Beta, box) + beta``, with BN0 the batch
    normalisation without affine part and W the window under the patch. Batch and not instance
    statistics: those would erase the patch's mean, which is the evidence in a uniform patch.

    AdaIN (Huang and Belongie 2017, arXiv 1703.06868) is the rival reading of the paper's abstract:
    instance normalisation, and only the scene's statistics to modulate it.

    Args:
        width: Channels C of the pyramid.
        injection: "ggn", "adain", or "none", which is plain batch normalisation.
    """

    def __init__(self, width: int, injection: str) -> None:
        """Start as plain normalisation."""
        super().__init__()
        self.adain = injection == "adain"
        self.norm: nn.Module = (
            nn.InstanceNorm2d(width) if self.adain else nn.BatchNorm2d(width, affine=False)
        )

    def forward(
        self,
        local: Tensor,
        modulation: Modulation | None,
        boxes: Tensor,
        scene: Tensor | None,
        keep: Tensor | None,
    ) -> Tensor:
        """Normalise and modulate the local pyramid map.

        Args:
            local: (N, C, h, w).
            modulation: From the scenes; None injects nothing.
            boxes: (N, 4) patches in scene coordinates.
            scene: (N,) scene of each patch, or None for one scene.
            keep: (N,) 1 where the patch gets the injection, 0 where not; None for all.
        """
        normal: Tensor = self.norm(local)
        if modulation is None:
            return normal
        parts = []
        # Apart from each other scale and shift are dense, and arithmetic on them is twice as fast.
        for maps, vector in zip(
            modulation.maps.chunk(2, dim=1), modulation.vector.chunk(2, dim=1), strict=True
        ):
            part = (vector if scene is None else vector[scene]).to(local.dtype)[:, :, None, None]
            if not self.adain:
                window = sample_window(maps, boxes, scene, (local.shape[2], local.shape[3]))
                part = part + window.to(local.dtype)
            parts.append(part if keep is None else part * keep.to(local.dtype)[:, None, None, None])
        gamma, beta = parts
        return torch.addcmul(normal + beta, normal, gamma)


def scene_statistics(features: Tensor, valid: Tensor) -> Tensor:
    """Mean and standard deviation of each channel over the valid part of the scene.

    Args:
        features: (S, C, H, W).
        valid: (S, 1, Hg, Wg), share of valid pixels, 0..1, at any size that H, W divide.

    Returns:
        (S, 2C), in the precision of ``features``; worked out in single precision.
    """
    weight = functional.adaptive_avg_pool2d(valid.float(), (features.shape[2], features.shape[3]))
    total = weight.sum(dim=(2, 3)).clamp_min(1e-6)
    values = features.float()
    mean = (values * weight).sum(dim=(2, 3)) / total
    variance = ((values - mean[:, :, None, None]).square() * weight).sum(dim=(2, 3)) / total
    return torch.cat((mean, (variance + 1e-5).sqrt()), dim=1).to(features.dtype)
