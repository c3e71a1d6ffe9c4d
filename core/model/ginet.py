"""GINet, the global injection network (Zhu et al. 2024, doi 10.1109/TGRS.2024.3482688).

A reconstruction from the paper's abstract. The global branch sees the downsampled scene once; the
local branch sees full-resolution patches, modulated by the scene at every pyramid level (GGN).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.model.encoder import Encoder, build_encoder
from core.model.familiarity import Familiarity
from core.model.ggn import GGN, Modulation, Modulator, scene_statistics
from core.model.probe import Probe
from core.model.pyramid import LEVELS, Head, Pyramid, fuse, upsample

INJECTIONS = ("ggn", "adain", "none")
"""Ways of the scene into the patches; "none" leaves the branches separate."""


@dataclass(frozen=True)
class Context:
    """What the global branch knows about one or more scenes.

    Attributes:
        modulations: One for each pyramid level, finest first; None injects nothing.
        features: Fused global features (S, C, H, W), normalised; LAD's student.
    """

    modulations: tuple[Modulation, ...] | None
    features: Tensor


@dataclass(frozen=True)
class Prediction:
    """All that training needs from one forward pass.

    Attributes:
        local_logits: (N, classes, Sp, Sp).
        global_logits: (S, classes, Sg, Sg).
        local_features: (N, C, Sp/4, Sp/4), LAD's teacher.
        global_features: (S, C, Sg/4, Sg/4), LAD's student.
    """

    local_logits: Tensor
    global_logits: Tensor
    local_features: Tensor
    global_features: Tensor


class GINet(nn.Module):
    """The two branches.

    Args:
        encoder: Name in ``encoder.ENCODERS``; each branch has one of its own.
        inputs: Bands of the image.
        classes: Number of classes.
        width: Channels of the pyramid.
        injection: "ggn", "adain", or "none" for two separate branches.
        probe: Add classifiers on every level of the local branch, see ``probe.Probe``.
        familiarity: Be less sure of what is unlike all labels, see ``familiarity.Familiarity``.
        seen: How many of the bands, the first ones, the encoders see; None for all. The others are
            for the probe.

    Raises:
        ValueError: ``injection`` is none of these.
    """

    def __init__(
        self,
        encoder: str = "efficientnet_lite0",
        inputs: int = 3,
        classes: int = 6,
        width: int = 64,
        injection: str = "ggn",
        *,
        probe: bool = False,
        familiarity: bool = False,
        seen: int | None = None,
    ) -> None:
        """Build with random weights and an injection of zero."""
        super().__init__()
        if injection not in INJECTIONS:
            raise ValueError(f"injection {injection!r} is none of {', '.join(INJECTIONS)}")
        self.inputs, self.seen = inputs, seen or inputs
        self.global_encoder: Encoder = build_encoder(encoder, self.seen)
        self.local_encoder: Encoder = build_encoder(encoder, self.seen)
        channels = self.local_encoder.channels
        self.global_pyramid = Pyramid(channels, width)
        self.local_pyramid = Pyramid(channels, width)
        self.global_norms = nn.ModuleList(nn.BatchNorm2d(width) for _ in range(LEVELS))
        self.local_norms = nn.ModuleList(GGN(width, injection) for _ in range(LEVELS))
        self.modulators = nn.ModuleList(
            Modulator(width) for _ in range(0 if injection == "none" else LEVELS)
        )
        self.global_head = Head(width, classes)
        self.local_head = Head(width, classes)
        self.probe = Probe(channels, inputs, self.seen, classes) if probe else None
        self.familiarity = Familiarity(width) if familiarity else None

    def centred(self, image: Tensor, valid: Tensor) -> Tensor:
        """An image as the encoders take it: ``context``'s arguments, centred, invalid pixels 0."""
        image = image[:, : self.seen]
        mean = image.new_tensor(self.local_encoder.mean).view(1, -1, 1, 1)
        std = image.new_tensor(self.local_encoder.std).view(1, -1, 1, 1)
        weight = self.local_head.classify.weight
        # In place from the first result on: patches are large, and each pass costs.
        centred = (image - mean).div_(std).mul_(valid)
        return centred.to(weight.dtype, memory_format=torch.channels_last)

    def context(self, scene: Tensor, valid: Tensor) -> Context:
        """Run the global branch, once per scene.

        Args:
            scene: (S, inputs, Sg, Sg) in 0..1.
            valid: (S, 1, Sg, Sg) share of valid pixels, 0..1; what is invalid counts for nothing.
        """
        levels = self.global_pyramid(self.global_encoder(self.centred(scene, valid)))
        levels = [
            functional.relu(norm(level))
            for norm, level in zip(self.global_norms, levels, strict=True)
        ]
        modulations = None
        if len(self.modulators):
            statistics = scene_statistics(levels[-1], valid)
            modulations = tuple(
                modulator(level, statistics)
                for modulator, level in zip(self.modulators, levels, strict=True)
            )
        return Context(modulations, fuse(levels))

    def local(
        self,
        patches: Tensor,
        valid: Tensor,
        boxes: Tensor,
        context: Context,
        scene: Tensor | None = None,
        keep: Tensor | None = None,
    ) -> Tensor:
        """Fused local features of patches, injected with their scene.

        Args:
            patches: (N, inputs, Sp, Sp) in 0..1.
            valid: (N, 1, Sp, Sp), 0..1.
            boxes: (N, 4) place of each patch in its scene: x0, y0, x1, y1, 0..1 over the scene.
            context: From ``context``.
            scene: (N,) scene of each patch; None when there is one scene.
            keep: (N,) 0 drops the injection for that patch (training only).

        Returns:
            (N, width, Sp/4, Sp/4).
        """
        return self.inject(self.encode(patches, valid), boxes, context, scene, keep)

    def encode(self, patches: Tensor, valid: Tensor) -> list[Tensor]:
        """Local encoder features of patches; arguments as in ``local``."""
        features: list[Tensor] = self.local_encoder(self.centred(patches, valid))
        return features

    def inject(
        self,
        features: list[Tensor],
        boxes: Tensor,
        context: Context,
        scene: Tensor | None = None,
        keep: Tensor | None = None,
    ) -> Tensor:
        """Fused local features from the encoder's; arguments and result as in ``local``."""
        levels = self.local_pyramid(features)
        modulations = context.modulations or (None,) * LEVELS
        return fuse(
            [
                functional.relu(norm(level, modulation, boxes, scene, keep))
                for norm, level, modulation in zip(
                    self.local_norms, levels, modulations, strict=True
                )
            ]
        )

    def segment(self, patches: Tensor, valid: Tensor, boxes: Tensor, context: Context) -> Tensor:
        """Class logits (N, classes, Sp/4, Sp/4) of patches of one scene; arguments as in ``local``.

        They stay at the network's finest stride: blending patches is cheaper there, and each pixel
        needs to be sampled only once.
        """
        features = self.encode(patches, valid)
        embedding = self.local_head.embedding(self.inject(features, boxes, context))
        logits: Tensor = self.local_head.classify(embedding)
        if self.probe is not None:
            logits = logits + self.probe(features, patches, valid)
        return logits if self.familiarity is None else self.familiarity(logits, embedding)

    def forward(
        self,
        scenes: Tensor,
        scenes_valid: Tensor,
        patches: Tensor,
        patches_valid: Tensor,
        boxes: Tensor,
        scene: Tensor,
        keep: Tensor | None = None,
    ) -> Prediction:
        """Both branches, for training; arguments as in ``context`` and ``local``."""
        context = self.context(scenes, scenes_valid)
        features = self.local(patches, patches_valid, boxes, context, scene, keep)
        return Prediction(
            local_logits=upsample(self.local_head(features), patches.shape[2:]),
            global_logits=upsample(self.global_head(context.features), scenes.shape[2:]),
            local_features=features,
            global_features=context.features,
        )
