"""Training: single-stage, end to end, resumable to the step."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from core.card import Card
from core.datasets.samples import Batch, Sampler
from core.datasets.scenes import Scene, group_truth
from core.errors import Cancelled, JobError
from core.events import Emit, Progress
from core.losses import local_affinity_distillation, partial_cross_entropy
from core.metrics import confusion_matrix, mean_iou
from core.model.ginet import GINet
from core.model.memory import to_channels_last
from core.modelfile import build_network, save_model
from core.place import replacing
from core.recipe import Recipe, Schedule


def train(
    recipe: Recipe,
    output: Path,
    emit: Emit,
    device: str = "cpu",
    cancelled: Callable[[], bool] = lambda: False,
    build: Callable[[Card], GINet] = build_network,
) -> None:
    """Train a model and write it, going on from ``<output>.last`` where that is there.

    Args:
        recipe: What to train on and how.
        output: Model file to write at the end (the averaged weights of the last step).
        emit: Takes the events.
        device: "cpu", "cuda" or "mps".
        cancelled: Asked after each step.
        build: Makes the network of the recipe's card; experiments bring variants of their own.

    Raises:
        Cancelled: It said so; ``<output>.last`` holds the state.
        JobError: ``<output>.last`` belongs to another recipe.
        OutputError: A file cannot be written.
    """
    schedule = recipe.schedule
    torch.manual_seed(schedule.seed)
    network = build(recipe.card)
    if schedule.pretrained:
        for encoder in (network.local_encoder, network.global_encoder):
            encoder.load_imagenet()
    network.to(device)
    to_channels_last(network)
    average = AveragedModel(
        network,
        multi_avg_fn=get_ema_multi_avg_fn(schedule.ema),  # type: ignore[no-untyped-call]
        use_buffers=True,
    )
    optimiser, rate = _optimiser(network, schedule)
    state_file = output.with_name(output.name + ".last")
    step = 0
    if state_file.exists():
        state = torch.load(state_file, map_location=device, weights_only=True)
        if state["recipe"] != _digest(recipe):
            raise JobError(
                f"{state_file} is the state of a training by another recipe.",
                "Delete it to start anew, or choose another output.",
            )
        step = state["step"]
        for part, name in _parts(network, average, optimiser, rate):
            part.load_state_dict(state[name])
    emit("start", verb="train", device=device, step=step, steps=schedule.steps)

    progress = Progress(emit, schedule.steps - step, "step")
    miou: dict[str, float] = {}
    for batch in _batches(recipe, step):
        losses = _step(network, _to(batch, device), schedule, step, optimiser)
        rate.step()
        average.update_parameters(network)
        step += 1
        progress.add(1, batch.patches.shape[0])
        end = step == schedule.steps
        if end or step % schedule.validate_every == 0:
            miou = validate(average.module, recipe, device)
        if end or step % 10 == 0:
            emit("metrics", step=step, **losses, learning_rate=rate.get_last_lr()[-1], miou=miou)
        stop = cancelled()
        if end or stop or step % schedule.validate_every == 0:
            state = {"step": step, "recipe": _digest(recipe)}
            state |= {n: p.state_dict() for p, n in _parts(network, average, optimiser, rate)}
            with replacing(state_file, "training state") as part_file:
                state_file.parent.mkdir(parents=True, exist_ok=True)
                torch.save(state, part_file)
        if stop:
            raise Cancelled
    card = replace(
        recipe.card,
        training={
            **recipe.card.training,
            "schedule": asdict(schedule),
            "sample": {**asdict(recipe.sample), "scale": list(recipe.sample.scale)},
            "scenes": [scene.name for scene in recipe.train],
            "validation": miou,
        },
    )
    save_model(output, average.module, card)
    state_file.unlink()
    emit("result", outputs={"model": str(output)}, validation=miou)


def _digest(recipe: Recipe) -> str:
    """Names a training: resuming with other settings or data would not be the same one."""
    scenes = [(scene.name, scene.height, scene.width, scene.weight) for scene in recipe.train]
    settings = recipe.card.to_dict(), asdict(recipe.schedule), asdict(recipe.sample), scenes
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()


def validate(network: nn.Module, recipe: Recipe, device: str) -> dict[str, float]:
    """Mean IoU of the local branch on fixed samples of each validation scene, not augmented.

    Where a label may be several classes, all of them count as one.
    """
    training = network.training
    network.eval()
    scores = {}
    for scene in recipe.validation:
        if scene.groups is not None:
            scores[scene.name] = round(_score(network, scene, scene.groups, recipe, device), 4)
    network.train(training)
    return scores


def _score(
    network: nn.Module, scene: Scene, groups: tuple[int, ...], recipe: Recipe, device: str
) -> float:
    schedule = recipe.schedule
    sampler = Sampler(
        [scene], recipe.sample, schedule.contexts, schedule.validation_batches, 12345, augment=False
    )
    total = np.zeros((max(groups) + 1, max(groups) + 2), np.int64)
    for index in range(len(sampler)):
        batch = _to(sampler[index], device)
        with torch.inference_mode(), _autocast(schedule, device):
            predicted = _forward(network, batch, None).local_logits.argmax(1).cpu().numpy()
        truth, count = group_truth(batch.patches_allowed.cpu().numpy(), groups)
        total += confusion_matrix(truth, np.array(groups)[predicted], count)
    return mean_iou(total)


def _step(
    network: nn.Module,
    batch: Batch,
    schedule: Schedule,
    step: int,
    optimiser: torch.optim.Optimizer,
) -> dict[str, float]:
    random = np.random.default_rng((schedule.seed, step, 1_000_003))
    keep = torch.from_numpy(random.random(len(batch.boxes)) >= schedule.injection_dropout)
    with _autocast(schedule, batch.scenes.device.type):
        seen = _forward(network, batch, keep.to(batch.boxes.device))
    local = partial_cross_entropy(seen.local_logits, batch.patches_allowed)
    scene = partial_cross_entropy(seen.global_logits, batch.scenes_allowed)
    lad = local_affinity_distillation(
        seen.local_features,
        seen.global_features,
        batch.boxes,
        batch.scene,
        teacher=schedule.lad_teacher,
        distance=schedule.lad_distance,
    )
    warm = min(1.0, 10 * (step + 1) / schedule.steps)
    loss = local + schedule.global_loss * scene + warm * schedule.lad * lad
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(network.parameters(), schedule.clip)
    optimiser.step()
    names = {"loss": loss, "local_loss": local, "global_loss": scene, "lad": lad}
    return {name: round(float(value.detach()), 5) for name, value in names.items()}


def _forward(network: nn.Module, batch: Batch, keep: Tensor | None) -> Any:
    return network(
        batch.scenes,
        batch.scenes_valid,
        batch.patches,
        batch.patches_valid,
        batch.boxes,
        batch.scene,
        keep,
    )


def _autocast(schedule: Schedule, device: str) -> torch.autocast:
    return torch.autocast(device, torch.bfloat16, enabled=schedule.precision == "bfloat16")


def _batches(recipe: Recipe, first: int) -> Iterator[Batch]:
    sampler = Sampler(
        recipe.train,
        recipe.sample,
        recipe.schedule.contexts,
        recipe.schedule.steps,
        recipe.schedule.seed,
        augment=True,
    )
    rest = torch.utils.data.Subset(sampler, range(first, recipe.schedule.steps))
    return iter(torch.utils.data.DataLoader(rest, batch_size=None, num_workers=1))


def _to(batch: Batch, device: str) -> Batch:
    return Batch(**{name: tensor.to(device) for name, tensor in vars(batch).items()})


def _optimiser(
    network: GINet, schedule: Schedule
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.OneCycleLR]:
    encoders = [*network.local_encoder.parameters(), *network.global_encoder.parameters()]
    known = {id(parameter) for parameter in encoders}
    others = [p for p in network.parameters() if id(p) not in known]
    rates = [schedule.encoder_learning_rate, schedule.learning_rate]
    optimiser = torch.optim.AdamW(
        [{"params": encoders}, {"params": others}], lr=rates[1], weight_decay=schedule.weight_decay
    )
    rate = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=rates, total_steps=schedule.steps, pct_start=0.1
    )
    return optimiser, rate


def _parts(*parts: Any) -> Iterator[tuple[Any, str]]:
    return zip(parts, ("network", "average", "optimiser", "rate"), strict=True)
