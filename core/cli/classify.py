"""``classify``: one raster, or an extent of it."""

from __future__ import annotations

import argparse
import threading

from core.cli.shared import AddVerb, add_device, add_json, execute, fields_of
from core.wire.events import Emit
from core.wire.job import PRECISIONS, ClassifyJob


def add_verbs(verb: AddVerb) -> None:
    """Add the verb."""
    parser = verb("classify", run, "Classify a raster, or an extent of it.")
    parser.add_argument("input", help="raster: a file, a VRT, a /vsi path")
    parser.add_argument("output", help="GeoTIFF of class ids to write")
    parser.add_argument(
        "--extent",
        nargs=4,
        type=float,
        metavar=("XMIN", "YMIN", "XMAX", "YMAX"),
        help="in the raster's CRS; without georeference x is the column, y minus the row",
    )
    add_how(parser)
    parser.add_argument("--confidence", metavar="FILE", help="GeoTIFF of per cent to write")
    parser.add_argument("--probabilities", metavar="FILE", help="GeoTIFF, a band a class")
    parser.add_argument("--polygons", metavar="FILE", help="GeoPackage of polygons to write")
    parser.add_argument("--report", metavar="FILE", help="JSON file to write")
    parser.add_argument("--overwrite", action="store_true", help="replace existing outputs")
    add_json(parser)


def add_how(parser: argparse.ArgumentParser) -> None:
    """How to classify, whichever raster it is."""
    parser.add_argument("--model", help="model file or bundled name (default: landcover)")
    parser.add_argument("--bands", nargs="+", type=int, metavar="N", help="band of each input")
    add_device(parser)
    parser.add_argument("--precision", choices=PRECISIONS)
    parser.add_argument("--batch-size", type=int, metavar="N", help="patches at once")
    parser.add_argument(
        "--resample",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="work at the model's ground resolution (default) or at the image's own",
    )
    parser.add_argument(
        "--minimum-area", type=float, metavar="M2", help="minimum mapping unit: smaller patches go "
        "to the neighbour with the longest common border",
    )  # fmt: skip
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="compute on the Dask cluster of this scheduler, tcp://HOST:PORT",
    )


def run(options: argparse.Namespace, emit: Emit, stop: threading.Event) -> None:
    """Run the verb."""
    fields = fields_of(options)
    for name in ("extent", "bands"):
        if name in fields:
            fields[name] = tuple(fields[name])
    execute(ClassifyJob(**fields), emit, stop)
