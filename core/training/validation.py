"""Validation: how well a network in training labels scenes that it does not train on."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from core.accuracy.metrics import Confusion, confusion_matrix, number
from core.accuracy.score import Score
from core.datasets.samples import Sampler
from core.datasets.scenes import LabelledScene, group_names, group_truth
from core.model.precision import Precision
from core.training.batches import forward, to_device
from core.training.distributed import Group
from core.training.recipe import Recipe

SEED = 12345
"""Of the samples: every training validates on the same ones."""


def validate(
    network: nn.Module, recipe: Recipe, precision: Precision, group: Group
) -> dict[str, float]:
    """Score the local branch on fixed samples of the validation scenes, not augmented.

    Where a label may be several classes, all of them count as one. Scenes whose labels tell the
    same classes apart are counted in one confusion matrix: of a single image, a class that it does
    not hold would make a score of its own of a stray pixel. The processes of a group share the
    samples.

    Returns:
        The protocol's figure for each such pool, by the name of its first scene; without pools of
        which nothing can be said.
    """
    training = network.training
    network.eval()
    pools: dict[tuple[int, ...], list[LabelledScene]] = {}
    for scene in recipe.validation:
        if scene.groups is not None:
            pools.setdefault(scene.groups, []).append(scene)
    scores = {}
    for groups, scenes in pools.items():
        counted = [_count(network, scene, groups, recipe, precision, group) for scene in scenes]
        names = group_names(groups, recipe.card.classes)
        more = f" and {len(scenes) - 1} more" if len(scenes) > 1 else ""
        confusion = group.total(np.sum(counted, axis=0))
        boundary = np.full((1, len(names)), np.nan)  # which samples do not have
        score = Score(scenes[0].name + more, names, confusion, boundary, recipe.protocol)
        if (value := number(score.value)) is not None:
            scores[score.name] = round(value, 4)
    network.train(training)
    return scores


def _count(
    network: nn.Module,
    scene: LabelledScene,
    groups: tuple[int, ...],
    recipe: Recipe,
    precision: Precision,
    group: Group,
) -> Confusion:
    """This process's part of a scene's confusion matrix, as ``Score`` takes it."""
    plan = recipe.schedule
    sampler = Sampler(
        [scene], recipe.sample, plan.contexts, plan.validation_batches, SEED, augment=False
    )
    classes = max(groups) + 1
    total = np.zeros((classes + 1, classes + 1), np.int64)
    for index in range(group.rank, len(sampler), group.size):
        batch = to_device(sampler[index], group.device)
        with torch.inference_mode(), precision.autocast():
            predicted = forward(network, batch).local_logits.argmax(1).cpu().numpy()
        truth, _ = group_truth(batch.patches_allowed.cpu().numpy(), groups)
        # As in rasters: where there is no data nothing is found.
        there = batch.patches_valid[:, 0].cpu().numpy() >= 0.5
        found = np.where(there, np.array(groups)[predicted], -1)
        total += confusion_matrix(truth, found, classes, unlabelled=True)
    return total
