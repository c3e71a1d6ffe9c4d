"""``python -m core VERB ...``: a thin command line over the engine's functions.

Exit status: 0 success, 2 bad input (one line says what, and what to change), 1 a fault of the
engine, 130 cancelled. A first SIGINT or SIGTERM cancels at the next patch, a second one at once.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from core import __version__, job
from core.errors import Cancelled, GinetError, JobError
from core.events import Emit, JsonLines, emit_error
from core.fields import DEVICES

OK, FAULT, BAD_INPUT, CANCELLED = 0, 1, 2, 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"{self.prog}: {message}. See {self.prog} --help.\n")


def main(arguments: list[str] | None = None) -> int:
    """Run one verb.

    Args:
        arguments: Without the program's name; None takes the process's.

    Returns:
        The exit status.
    """
    options = _parser().parse_args(arguments)
    stop = threading.Event()

    def cancel(*_: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, cancel)
    emit, close = _events(as_json=getattr(options, "json", False))
    try:
        options.verb(options, emit, stop)
    except Cancelled as error:
        emit_error(emit, error)
        close()
        return _fail(error, CANCELLED)
    except KeyboardInterrupt:
        emit_error(emit, Cancelled())
        close()
        _fail(Cancelled(), CANCELLED)
        # Python itself would wait for a thread in a long read.
        os._exit(CANCELLED)
    except GinetError as error:
        emit_error(emit, error)
        close()
        return _fail(error, BAD_INPUT)
    except Exception as error:  # noqa: BLE001 - the last resort, told as a fault
        traceback.print_exc()
        emit("error", code="Fault", message=f"{type(error).__name__}: {error}", hint="")
        close()
        return FAULT
    close()
    return OK


def _fail(error: GinetError, status: int) -> int:
    sys.stderr.write(" ".join(str(error).split()) + "\n")
    return status


def _events(*, as_json: bool) -> tuple[Emit, Callable[[], None]]:
    """Where events go, and what to call at the end."""
    if not as_json:
        from core.console import Console

        console = Console()
        return console, console.close
    # Libraries that print, in C too, must not break the wire: they get stderr for stdout.
    wire = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return JsonLines(wire), wire.close


def _fields(options: argparse.Namespace) -> dict[str, Any]:
    """What was given of a job's fields."""
    given = {name: value for name, value in vars(options).items() if value is not None}
    return {name: value for name, value in given.items() if name not in ("verb", "json")}


def _classify(options: argparse.Namespace, emit: Emit, stop: threading.Event) -> None:
    fields = _fields(options)
    for name in ("extent", "bands"):
        if name in fields:
            fields[name] = tuple(fields[name])
    _execute(job.ClassifyJob(**fields), emit, stop)


def _execute(asked: job.Job, emit: Emit, stop: threading.Event) -> None:
    """Run the function of the job's verb, which is in the module of that name."""
    run = getattr(importlib.import_module(f"core.{asked.verb}"), asked.verb)
    run(asked, emit, stop.is_set)


def _assess(options: argparse.Namespace, emit: Emit, stop: threading.Event) -> None:
    from core.assess import assess, summary

    result = assess(job.AssessJob(**_fields(options)), emit, stop.is_set)
    if not options.json:
        sys.stdout.write(summary(result))


def _sample(options: argparse.Namespace, emit: Emit, stop: threading.Event) -> None:
    from core.sample import sample, summary

    fields = _fields(options)
    for text in fields.pop("accuracy", []):
        name, _, value = text.rpartition("=")
        try:
            number = float(value)
        except ValueError:
            raise JobError(
                f"--accuracy {text} holds no number.", "Write 0.8 or NAME=0.8."
            ) from None
        if name:
            fields.setdefault("accuracies", {})[name] = number
        else:
            fields["accuracy"] = number
    result = sample(job.SampleJob(**fields), emit, stop.is_set)
    if not options.json:
        sys.stdout.write(summary(result))


def _run(options: argparse.Namespace, emit: Emit, stop: threading.Event) -> None:
    if options.watch_stdin:
        threading.Thread(target=_watch_stdin, args=(stop,), daemon=True).start()
    _execute(job.load(options.job), emit, stop)


def _watch_stdin(stop: threading.Event) -> None:
    while os.read(0, 4096):
        pass
    stop.set()


def _info(options: argparse.Namespace, *_: object) -> None:
    from core.modelfile import find_model, read_card

    card = read_card(find_model(options.model))
    # The card is data for a person or a program, not an event.
    sys.stdout.write(json.dumps(card.to_dict(), ensure_ascii=False, indent=2) + "\n")


def _train(options: argparse.Namespace, emit: Emit, stop: threading.Event) -> None:
    from core.device import choose_device, usable_cores
    from core.distributed import local_size
    from core.recipe import load_recipe
    from core.train import best_file, state_file, train

    output = Path(options.output)
    # The best model so far of a training that goes on is its own.
    begun = os.path.lexists(state_file(output))
    for path in [output] if begun else [output, best_file(output)]:
        if os.path.lexists(path) and not options.overwrite:
            raise JobError(f"The model {path} exists already.", "Give --overwrite to replace it.")
    if options.tensorboard:
        from core.curves import Curves

        emit = Curves(Path(options.tensorboard), emit)
    threads = options.threads or max(1, usable_cores() // local_size())
    device = choose_device(options.device, threads=threads)
    recipe = load_recipe(Path(options.recipe), Path(options.data))
    train(recipe, output, emit, device.kind, stop.is_set)


def _finetune(options: argparse.Namespace, emit: Emit, stop: threading.Event) -> None:
    from core.adapt.job import FinetuneJob
    from core.adapt.table import load_table
    from core.finetune import finetune
    from core.modelfile import find_model, read_card

    classes, origins = (
        load_table(options.classes)
        if options.classes
        else (read_card(find_model(options.base)).classes, {})
    )
    names = ("base", "image", "labels", "field", "output", "bands", "unknown", "seconds", "seed")
    fields = {name: getattr(options, name) for name in (*names, "device", "threads", "overwrite")}
    fields["bands"] = options.bands and tuple(options.bands)
    finetune(FinetuneJob(classes=classes, origins=origins, **fields), emit, stop.is_set)


def _evaluate(options: argparse.Namespace, emit: Emit, stop: threading.Event) -> None:
    from core.benchmark import run_benchmark

    run_benchmark(
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


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m core", description="GINet: classify rasters of any size.")
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(
        title="verbs", required=True, metavar="VERB", parser_class=_Parser
    )

    def verb(name: str, run: Callable[..., None], text: str) -> Any:
        entry = verbs.add_parser(name, help=text, description=text)
        entry.set_defaults(verb=run)
        return entry

    classify = verb("classify", _classify, "Classify a raster, or an extent of it.")
    classify.add_argument("input", help="raster: a file, a VRT, a /vsi path")
    classify.add_argument("output", help="GeoTIFF of class ids to write")
    classify.add_argument("--model", help="model file or bundled name (default: landcover)")
    classify.add_argument(
        "--extent",
        nargs=4,
        type=float,
        metavar=("XMIN", "YMIN", "XMAX", "YMAX"),
        help="in the raster's CRS; without georeference x is the column, y minus the row",
    )
    classify.add_argument("--bands", nargs="+", type=int, metavar="N", help="band of each input")
    _add_device(classify)
    classify.add_argument("--precision", choices=job.PRECISIONS)
    classify.add_argument("--batch-size", type=int, metavar="N", help="patches at once")
    classify.add_argument("--confidence", metavar="FILE", help="GeoTIFF of per cent to write")
    classify.add_argument("--probabilities", metavar="FILE", help="GeoTIFF, a band a class")
    classify.add_argument("--report", metavar="FILE", help="JSON file to write")
    classify.add_argument(
        "--resample", action="store_true", help="work at the model's ground resolution"
    )
    classify.add_argument("--overwrite", action="store_true", help="replace existing outputs")
    classify.add_argument("--json", action="store_true", help="events as JSON lines on stdout")

    _add_accuracy(verb)

    run = verb("run", _run, "Run a job file; events come as JSON lines on stdout.")
    run.add_argument("job", help="JSON file")
    run.add_argument(
        "--watch-stdin", action="store_true", help="cancel when standard input is closed"
    )
    run.set_defaults(json=True)

    info = verb("info", _info, "Print a model's card.")
    info.add_argument("model", help="model file or bundled name")

    train = verb("train", _train, "Train a model; goes on where an interrupted training stopped.")
    train.epilog = "Several processes: torchrun --nproc-per-node N -m core train RECIPE ..."
    train.add_argument("recipe", help="TOML file, see core/recipes")
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
    _add_device(train)
    train.add_argument("--overwrite", action="store_true", help="replace an existing model")
    train.add_argument("--json", action="store_true", help="events as JSON lines on stdout")

    finetune = verb("finetune", _finetune, "Adapt a model to one raster with few labels.")
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
    finetune.add_argument("--seconds", type=float, default=240.0, help="at most (default: 240)")
    finetune.add_argument("--seed", type=int, default=0)
    _add_device(finetune)
    finetune.add_argument("--overwrite", action="store_true", help="replace an existing model")
    finetune.add_argument("--json", action="store_true", help="events as JSON lines on stdout")

    evaluate = verb("evaluate", _evaluate, "Score a model on labelled scenes, at full resolution.")
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
    _add_device(evaluate)
    evaluate.add_argument("--overwrite", action="store_true", help="replace an existing report")
    evaluate.add_argument("--json", action="store_true", help="events as JSON lines on stdout")
    return parser


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return value


def _add_accuracy(verb: Callable[..., Any]) -> None:
    assess = verb("assess", _assess, "Assess a classified raster against reference labels.")
    assess.add_argument("classified", help="raster of class ids")
    assess.add_argument("reference", help="raster of class ids, or GeoJSON of points or polygons")
    assess.add_argument("--field", metavar="NAME", help="property that holds class ids or names")
    assess.add_argument("--strata", metavar="RASTER", help="default: the classified raster")
    assess.add_argument("--report", metavar="FILE", help="JSON file to write with all figures")
    assess.add_argument("--matrix", metavar="FILE", help="CSV file to write: confusion matrix")

    sample = verb("sample", _sample, "Draw a stratified random sample of points for labelling.")
    sample.add_argument("input", help="raster of class ids")
    sample.add_argument("output", help="GeoJSON of points to write")
    sample.add_argument("--size", type=int, metavar="N", help="points in all")
    sample.add_argument(
        "--standard-error", type=float, metavar="X", help="else what this error of the overall "
        "accuracy takes (default: 0.01)",
    )  # fmt: skip
    sample.add_argument(
        "--accuracy", nargs="+", metavar="X", help="expected user's accuracy, and NAME=X for "
        "single classes (default: 0.8)",
    )  # fmt: skip
    sample.add_argument("--minimum", type=int, metavar="N", help="of each class (default: 50)")
    sample.add_argument("--seed", type=int, metavar="N")
    for each in (assess, sample):
        each.add_argument("--overwrite", action="store_true", help="replace existing outputs")
        each.add_argument("--json", action="store_true", help="events as JSON lines on stdout")


def _add_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", choices=DEVICES, default="auto")
    parser.add_argument("--threads", type=int, metavar="N", help="CPU threads (default: all cores)")


if __name__ == "__main__":
    sys.exit(main())
