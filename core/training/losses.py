"""Training losses: cross-entropy on full and partial labels, local affinity distillation (LAD)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from core.model.window import sample_window

TEMPERATURE = 0.1
"""Of the softmax over a row of affinities, for LAD's "kl"."""


def partial_cross_entropy(logits: Tensor, allowed: Tensor, balance: float = 0.0) -> Tensor:
    """Cross-entropy where a pixel may be one of several classes.

    ``-log(sum of the probabilities of the classes that the pixel may have)``, averaged over the
    pixels that say anything. A full label allows one class; a pixel that allows none or all is
    ignored.

    Args:
        logits: (N, K, H, W).
        allowed: (N, H, W) bit masks, bit k set where class k is possible (K up to 62).
        balance: Each pixel weighs (pixels of the same label in the batch) ** -balance: 0 counts
            all alike, 1 counts all labels alike.

    Returns:
        A scalar in single precision; 0 where no pixel says anything.
    """
    logits = logits.float().contiguous()  # a few classes as the innermost axis are slow on CPUs
    classes = logits.shape[1]
    bits = torch.arange(classes, device=allowed.device).view(1, -1, 1, 1)
    possible = (allowed[:, None] >> bits & 1).bool()
    told = (allowed != 0) & (allowed != 2**classes - 1)
    possible |= ~told[:, None]
    share = logits.log_softmax(1).masked_fill(~possible, -torch.inf)
    loss = -share.logsumexp(1)
    weight = told.float()
    if balance:
        _, label, count = torch.unique(allowed, return_inverse=True, return_counts=True)
        weight = weight * (count.float() ** -balance)[label]
    mean: Tensor = (loss * weight).sum() / weight.sum().clamp_min(1e-12)
    return mean


def affinity(features: Tensor, regions: int) -> Tensor:
    """Cosine affinities between the regions of each feature map.

    Args:
        features: (N, C, h, w).
        regions: P; the map is averaged over P x P cells.

    Returns:
        (N, P*P, P*P) in -1..1.
    """
    cells = functional.adaptive_avg_pool2d(features.float(), regions).flatten(2)
    cells = functional.normalize(cells, dim=1)
    return cells.transpose(1, 2) @ cells


def local_affinity_distillation(
    local_features: Tensor,
    global_features: Tensor,
    boxes: Tensor,
    scene: Tensor,
    regions: int = 8,
    teacher: str = "local",
    distance: str = "square",
) -> Tensor:
    """LAD: the global features learn the relations among the local ones.

    The local branch teaches (no gradient), the global one learns, only inside the windows.

    Args:
        local_features: (N, C, h, w) of the patches.
        global_features: (S, C, H, W) of the scenes.
        boxes: (N, 4) place of each patch in its scene, 0..1.
        scene: (N,) scene of each patch.
        regions: P; affinities are P*P x P*P.
        teacher: "local"; "global" turns the distillation round.
        distance: "square": mean squared difference of the affinities; "kl": mean Kullback-Leibler
            divergence of their rows, each a softmax at temperature 0.1.

    Returns:
        A scalar, 0 where the branches agree.

    Raises:
        ValueError: ``teacher`` or ``distance`` is none of these.
    """
    if teacher not in ("local", "global") or distance not in ("square", "kl"):
        raise ValueError(f"teacher {teacher!r}, distance {distance!r}: not known")
    window = sample_window(global_features.float(), boxes, scene, (4 * regions, 4 * regions))
    if teacher == "local":
        taught, student = affinity(local_features.detach(), regions), affinity(window, regions)
    else:
        taught, student = affinity(window.detach(), regions), affinity(local_features, regions)
    if distance == "square":
        return (student - taught).square().mean()
    log_taught = (taught / TEMPERATURE).log_softmax(-1)
    log_student = (student / TEMPERATURE).log_softmax(-1)
    return (log_taught.exp() * (log_taught - log_student)).sum(-1).mean()
