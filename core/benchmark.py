"""The verb ``evaluate``: a model on the scenes of a TOML, a report, and the model's card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from core import __version__
from core.apart import check_apart
from core.device import choose_device
from core.evaluate import Evaluation, evaluate
from core.events import Emit
from core.modelfile import find_model, load_model, save_card
from core.place import check_place
from core.report import write_json
from core.score import Protocol
from core.training.recipe import load_scenes, read_recipe, recipe_files

REPORT_VERSION = 1


def run_benchmark(
    model: str,
    dataset: Path,
    data: Path,
    emit: Emit,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    use: str = "test",
    report: str | None = None,
    write_card: bool = False,
    overwrite: bool = False,
    device: str = "auto",
    threads: int | None = None,
    resample: bool = False,
    tolerance: float | None = None,
) -> Evaluation:
    """Score a model by a benchmark's protocol.

    Args:
        model: A model file or the name of a bundled model.
        dataset: TOML with the tables of scenes and labels, and perhaps ``[protocol]``
            (``score.Protocol``): a recipe, or a file of its own.
        data: Folder that its relative paths start from.
        emit: Takes ``start``, ``warning``, ``progress`` and ``result``.
        cancelled: Asked between patches.
        use: Which of its scenes.
        report: JSON file to write.
        write_card: Put the scores into the model's card, in place of those of the same data.
        overwrite: Replace the report.
        device: As in ``ClassifyJob``.
        threads: As in ``ClassifyJob``.
        resample: As in ``ClassifyJob``.
        tolerance: Of the boundary F1, see ``evaluate``.

    Raises:
        GinetError: Bad input, told before work starts where it can be seen then.
        Cancelled: ``cancelled`` said so; nothing is written.
    """
    path = find_model(model)
    if report:
        check_place(report, overwrite=overwrite)
    if write_card:
        check_place(str(path), overwrite=True)
    loaded = load_model(model)
    card = loaded.card
    protocol = Protocol.from_fields(read_recipe(dataset).get("protocol", {}))
    scenes = load_scenes(dataset, data, use, card.classes, len(card.bands))
    files = [str(file) for scene in scenes for file in (scene.image, scene.label)]
    check_apart([report] if report else [], [str(path), *recipe_files(dataset, data)], files)
    choose_device(device)
    name = f"{dataset.stem} {use}"
    found = evaluate(
        loaded,
        scenes,
        emit,
        cancelled,
        name=name,
        protocol=protocol,
        device=device,
        threads=threads,
        resample=resample,
        tolerance=tolerance,
    )
    result = {
        "model": card.name,
        "model_sha256": loaded.sha256,
        "dataset": dataset.name,
        "use": use,
        "resampled": resample,
        "boundary_tolerance": tolerance or "0.75 % of the diagonal",
        **found.to_dict(),
    }
    if report:
        fields = {"version": REPORT_VERSION, "engine": __version__, **result}
        write_json(Path(report), fields, "report")
    if write_card:
        others = [entry for entry in card.scores if entry.get("data") != name]
        at = "at the model's ground resolution" if resample else "at full resolution"
        within = f", boundary within {tolerance:g} pixels" if tolerance else ""
        scores = (*others, *(score.to_card(at + within) for score in found.together))
        save_card(path, replace(card, scores=scores))
    emit("result", outputs={"report": report} if report else {}, **result)
    return found
