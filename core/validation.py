"""Validation: how well a network in training labels scenes that it does not train on."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from core.batches import forward, to_device
from core.datasets.samples import Sampler
from core.datasets.scenes import Scene, group_truth
from core.distributed import Group
from core.metrics import confusion_matrix, mean_iou
from core.precision import Precision
from core.recipe import Recipe

SEED = 12345
"""Of the samples: every training validates on the same ones."""


def validate(
    network: nn.Module, recipe: Recipe, precision: Precision, group: Group
) -> dict[str, float]:
    """Mean IoU of the local branch on fixed samples of each validation scene, not augmented.

    Where a label may be several classes, all of them count as one. The processes of a group share
    the samples.
    """
    training = network.training
    network.eval()
    scores = {}
    for scene in recipe.validation:
        if scene.groups is not None:
            score = _score(network, scene, scene.groups, recipe, precision, group)
            scores[scene.name] = round(score, 4)
    network.train(training)
    return scores


def _score(
    network: nn.Module,
    scene: Scene,
    groups: tuple[int, ...],
    recipe: Recipe,
    precision: Precision,
    group: Group,
) -> float:
    plan = recipe.schedule
    sampler = Sampler(
        [scene], recipe.sample, plan.contexts, plan.validation_batches, SEED, augment=False
    )
    total = np.zeros((max(groups) + 1, max(groups) + 2), np.int64)
    for index in range(group.rank, len(sampler), group.size):
        batch = to_device(sampler[index], group.device)
        with torch.inference_mode(), precision.autocast():
            predicted = forward(network, batch).local_logits.argmax(1).cpu().numpy()
        truth, count = group_truth(batch.patches_allowed.cpu().numpy(), groups)
        total += confusion_matrix(truth, np.array(groups)[predicted], count)
    return mean_iou(group.total(total))
