"""``assess`` and ``sample``: how right a classified raster is."""

from __future__ import annotations

import argparse
import threading

from core.cli.shared import AddVerb, add_json, execute, fields_of
from core.wire.accuracy_job import AssessJob, SampleJob
from core.wire.errors import JobError
from core.wire.events import Emit
from core.wire.numerals import number_of


def add_verbs(verb: AddVerb) -> None:
    """Add the verbs."""
    assess = verb("assess", run_assess, "Assess a classified raster against reference labels.")
    assess.add_argument("classified", help="raster of class ids")
    assess.add_argument("reference", help="raster of class ids, or GeoJSON of points or polygons")
    assess.add_argument("--field", metavar="NAME", help="property that holds class ids or names")
    assess.add_argument("--strata", metavar="RASTER", help="default: the classified raster")
    assess.add_argument("--report", metavar="FILE", help="JSON file to write with all figures")
    assess.add_argument("--matrix", metavar="FILE", help="CSV file to write: confusion matrix")

    sample = verb("sample", run_sample, "Draw a stratified random sample of points for labelling.")
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
        add_json(each)


def run_assess(options: argparse.Namespace, emit: Emit, stop: threading.Event) -> None:
    """Run ``assess``."""
    execute(AssessJob(**fields_of(options)), emit, stop)


def run_sample(options: argparse.Namespace, emit: Emit, stop: threading.Event) -> None:
    """Run ``sample``."""
    fields = fields_of(options)
    for text in fields.pop("accuracy", []):
        name, _, value = text.rpartition("=")
        number = number_of(value)
        if number is None:
            raise JobError(f"--accuracy {text} holds no number.", "Write 0.8 or NAME=0.8.")
        if name:
            fields.setdefault("accuracies", {})[name] = number
        else:
            fields["accuracy"] = number
    execute(SampleJob(**fields), emit, stop)
