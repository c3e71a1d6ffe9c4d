"""``train``, ``finetune`` and ``evaluate``: making models and scoring them."""

from __future__ import annotations

import argparse
import os
import threading
from pathlib import Path

from core.cli.shared import AddVerb, add_device, add_json
from core.wire.errors import OutputExists
from core.wire.events import Emit
from core.wire.fields import check_files
from core.wire.finetune_job import FINEST
from core.wire.numerals import number_of


def add_verbs(verb: AddVerb) -> None:
    """Add the verbs."""
    train = verb(
        "train", run_train, "Train a model; goes on where an interrupted training stopped."
    )
    train.epilog = "Several processes: torchrun --nproc-per-node N -m core train RECIPE ..."
    train.add_argument("recipe", help="TOML file, see core/training/recipes")
    train.add_argument("--data", required=True, metavar="DIR", help="folder of the recipe's scenes")
    train.add_argument(
        "--output",
        required=True,
        metavar="FILE",
        help="model to write at the end; beside it, <stem>.best.safetensors is the one of the best "
        "validation, and FILE.last the state, from which the same command goes on",
    )
    # Not --log, which torchrun would take for one of its own.
    train.add_argument("--tensorboard", metavar="DIR", help="folder of curves to write")
    add_device(train)
    train.add_argument("--overwrite", action="store_true", help="replace an existing model")
    add_json(train)

    finetune = verb("finetune", run_finetune, "Adapt a model to one raster with few labels.")
    finetune.add_argument("base", help="model file or bundled name")
    finetune.add_argument("image", help="raster: a file, a VRT, a /vsi path")
    finetune.add_argument(
        "labels", help="raster of class ids on the image's grid, or GeoJSON polygons (see --field)"
    )
    finetune.add_argument("output", help="model file to write")
    finetune.add_argument(
        "--classes", metavar="FILE", help="JSON list of id, name, colour (default: the base's)"
    )
    finetune.add_argument("--field", metavar="NAME", help="polygons' property: class ids or names")
    finetune.add_argument("--unknown", type=int, default=255, help="unlabelled (default: 255)")
    finetune.add_argument("--bands", nargs="+", type=int, metavar="N", help="band of each input")
    finetune.add_argument(
        "--finest",
        type=float,
        default=FINEST,
        metavar="METRES",
        help=f"learn on finer images at about that; 0: as they are (default: {FINEST:g})",
    )
    finetune.add_argument(
        "--no-other-bands",
        dest="other_bands",
        action="store_false",
        help="learn from the bands of the base model's inputs alone",
    )
    finetune.add_argument("--seconds", type=float, default=240.0, help="at most (default: 240)")
    finetune.add_argument("--seed", type=int, default=0)
    add_device(finetune)
    finetune.add_argument("--overwrite", action="store_true", help="replace an existing model")
    add_json(finetune)

    evaluate = verb(
        "evaluate", run_evaluate, "Score a model on labelled scenes, at full resolution."
    )
    evaluate.add_argument("model", help="model file or bundled name")
    evaluate.add_argument("dataset", help="TOML file: a recipe, or only scenes and labels")
    evaluate.add_argument("--data", required=True, metavar="DIR", help="folder of its scenes")
    evaluate.add_argument("--use", default="test", help="which of its scenes (default: test)")
    evaluate.add_argument("--report", metavar="FILE", help="JSON file to write")
    evaluate.add_argument(
        "--boundary",
        type=_positive,
        metavar="PIXELS",
        help="tolerance of the boundary F1 (default: 0.75 %% of the scene's diagonal)",
    )
    evaluate.add_argument(
        "--resample", action="store_true", help="work at the model's ground resolution"
    )
    evaluate.add_argument(
        "--write-card", action="store_true", help="put the scores into the model's card"
    )
    add_device(evaluate)
    evaluate.add_argument("--overwrite", action="store_true", help="replace an existing report")
    add_json(evaluate)


def _positive(text: str) -> float:
    value = number_of(text)
    if value is None or value <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return float(value)


def run_train(options: argparse.Namespace, emit: Emit, stop: threading.Event) -> None:
    """Run ``train``."""
    from core.model.cores import usable_cores
    from core.model.device import choose_device
    from core.results.apart import check_apart
    from core.train import best_file, state_file, train, written_files
    from core.training.distributed import local_size
    from core.training.recipe import load_recipe, recipe_files

    output = Path(options.output)
    # The best model so far of a training that goes on is its own.
    begun = os.path.lexists(state_file(output))
    for path in [output] if begun else [output, best_file(output)]:
        if os.path.lexists(path) and not options.overwrite:
            raise OutputExists(f"{path} is there already.", "Give --overwrite to replace it.")
    if options.tensorboard:
        from core.training.curves import Curves

        emit = Curves(Path(options.tensorboard), emit)
    threads = options.threads or max(1, usable_cores() // local_size())
    device = choose_device(options.device, threads=threads)
    check_apart(written_files(output), recipe_files(Path(options.recipe), Path(options.data)))
    recipe = load_recipe(Path(options.recipe), Path(options.data))
    train(recipe, output, emit, device.kind, stop.is_set)


def run_finetune(options: argparse.Namespace, emit: Emit, stop: threading.Event) -> None:
    """Run ``finetune``."""
    from core.finetune import finetune
    from core.model.modelfile import find_model, read_card
    from core.wire.class_list import load_table
    from core.wire.finetune_job import FinetuneJob

    classes, origins = (
        load_table(options.classes)
        if options.classes
        else (read_card(find_model(options.base)).classes, {})
    )
    check_files([options.output], {name: [name] for name in (options.classes,) if name})
    names = ("base", "image", "labels", "field", "output", "bands", "unknown", "seconds", "seed")
    fields = {name: getattr(options, name) for name in (*names, "device", "threads", "overwrite")}
    fields["bands"] = options.bands and tuple(options.bands)
    finetune(FinetuneJob(classes=classes, origins=origins, **fields), emit, stop.is_set)


def run_evaluate(options: argparse.Namespace, emit: Emit, stop: threading.Event) -> None:
    """Run ``evaluate``."""
    from core.evaluate import evaluate

    evaluate(
        options.model,
        Path(options.dataset),
        Path(options.data),
        emit,
        stop.is_set,
        use=options.use,
        report=options.report,
        write_card=options.write_card,
        overwrite=options.overwrite,
        device=options.device,
        threads=options.threads,
        resample=options.resample,
        tolerance=options.boundary,
    )
