"""Training: single-stage, end to end, resumable to the step."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from core.model.card import Card
from core.model.ginet import GINet
from core.model.modelfile import SUFFIX, build_network, find_model, save_model
from core.results.apart import check_apart
from core.training.batches import batches
from core.training.checkpoint import State
from core.training.distributed import Group, joined
from core.training.learner import Learner
from core.training.precision import training_precision
from core.training.recipe import Recipe
from core.training.validation import validate
from core.wire.destination import check_destination
from core.wire.errors import Cancelled, JobError, OutputError
from core.wire.events import Emit, Progress, emit_start, silent


def train(
    recipe: Recipe,
    output: Path,
    emit: Emit,
    device: str = "cpu",
    cancelled: Callable[[], bool] = lambda: False,
    build: Callable[[Card], GINet] = build_network,
) -> None:
    """Train a model, going on from ``state_file(output)`` where that is there.

    The state is written at first, every ``save_every`` steps and when the training is cancelled,
    and deleted at the end. Two models come of a training, both of averaged weights: ``output`` of
    the last step and, where the recipe validates, ``best_file(output)`` of the validation with the
    best mean score (``validation.validate``), written whenever one is better than those before.

    Of the processes that torchrun started (``distributed``) each trains on its share of the
    contexts of each batch; the first one writes and tells. The gradient is the mean of theirs,
    though a process's cross-entropy is a mean over its own labelled pixels.

    Args:
        recipe: What to train on and how.
        output: Model file to write at the end.
        emit: Takes the events.
        device: "cpu", "cuda" or "mps".
        cancelled: Asked after each step; it ends all processes if it says so in one.
        build: Makes the network of the recipe's card; experiments bring variants of their own.

    Raises:
        Cancelled: It said so.
        DeviceError: The device cannot be shared by the processes.
        JobError: The state belongs to another recipe, the device does not have the recipe's
            precision, the processes cannot share its contexts, or the loss is no number any more.
        OutputError: A file cannot be written.
    """
    _check_places(output, recipe)
    with joined(device) as group:
        _train(recipe, output, emit if group.leads else silent, group, cancelled, build)


def state_file(output: Path) -> Path:
    """Where ``train`` keeps the state of an unfinished training: ``<output>.last``."""
    return output.with_name(f"{output.name}.last")


def best_file(output: Path) -> Path:
    """Where ``train`` keeps the best model: ``<stem>.best.safetensors`` beside its output."""
    return output.with_name(f"{output.stem}.best{SUFFIX}")


def written_files(output: Path) -> list[str]:
    """All that ``train`` writes."""
    return [str(path) for path in (output, best_file(output), state_file(output))]


def _check_places(output: Path, recipe: Recipe) -> None:
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"The folder {output.parent} cannot be made ({error.strerror}).",
            "Choose another folder.",
        ) from error
    for path in written_files(output):
        check_destination(path, overwrite=True)
    scenes = (*recipe.train, *recipe.validation)
    start = recipe.schedule.start and str(find_model(recipe.schedule.start))
    files = [str(file) for scene in scenes for file in (scene.image, scene.label)]
    check_apart(written_files(output), [start], files)


def _train(
    recipe: Recipe,
    output: Path,
    emit: Emit,
    group: Group,
    cancelled: Callable[[], bool],
    build: Callable[[Card], GINet],
) -> None:
    schedule = recipe.schedule
    precision = training_precision(schedule.precision, group.device, emit)
    learner = Learner(recipe, build, precision, group)
    state = State(recipe, learner.parts)
    # Not pathlib's question: before Python 3.14 it raises for names that the system refuses.
    begun = os.path.lexists(state_file(output)) and state.load(state_file(output), group.device)
    if group.leads and not begun:
        state.save(state_file(output))  # what is there from now on is this training's own
    emit_start(
        emit,
        "train",
        device=group.device,
        processes=group.size,
        step=state.step,
        steps=schedule.steps,
    )

    progress = Progress(emit, schedule.steps - state.step, "step")
    for batch in batches(recipe, state.step, group):
        losses = learner.learn(batch, state.step)
        state.step += 1
        # Agreed on, so that all processes stop at the same step.
        *means, stop = group.mean([*losses.values(), float(cancelled())])
        if not all(map(math.isfinite, means)):
            raise JobError(
                f"The loss is no number any more at step {state.step}.",
                "Set a lower learning_rate, or another precision.",
            )
        told = {name: round(mean, 5) for name, mean in zip(losses, means, strict=True)}
        told["learning_rate"] = learner.learning_rate
        end = state.step == schedule.steps
        validated = end or state.step % schedule.validate_every == 0
        if validated:
            group.align(learner.average)
            better = state.score(validate(learner.average.module, recipe, precision, group))
            if better and group.leads:
                save_model(best_file(output), learner.average.module, _card(recipe, state))
        size = group.size * batch.patches.shape[0]
        progress.add(1, size, **told, miou=state.mean)
        if validated or state.step % 10 == 0:
            emit("metrics", step=state.step, **told, miou=state.scores if validated else {})
        if group.leads and (end or stop or state.step % schedule.save_every == 0):
            state.save(state_file(output))
        if stop:
            raise Cancelled

    models = {"model": output} | ({"best": best_file(output)} if state.best > -math.inf else {})
    if group.leads:
        save_model(output, learner.average.module, _card(recipe, state))
        state_file(output).unlink()
    outputs = {role: str(path) for role, path in models.items()}
    emit("result", outputs=outputs, validation=state.scores)


def _card(recipe: Recipe, state: State) -> Card:
    return replace(
        recipe.card,
        training={
            **recipe.card.training,
            "schedule": asdict(recipe.schedule),
            "sample": {**asdict(recipe.sample), "scale": list(recipe.sample.scale)},
            "scenes": [scene.name for scene in recipe.train],
            "step": state.step,
            "validation": state.scores,
        },
    )
