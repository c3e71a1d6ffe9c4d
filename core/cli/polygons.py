"""``polygons``: a class raster as a layer of polygons."""

from __future__ import annotations

import argparse
import threading

from core.cli.shared import AddVerb, add_json, execute, fields_of
from core.wire.events import Emit
from core.wire.neck_width import NECK_WIDTH
from core.wire.polygons_job import PolygonsJob


def add_verbs(verb: AddVerb) -> None:
    """Add the verb."""
    parser = verb("polygons", run, "Make polygons from a class raster.")
    parser.add_argument("input", help="raster of class ids")
    parser.add_argument("output", help="GeoPackage to write")
    parser.add_argument(
        "--classes", nargs="+", metavar="CLASS", help="ids or names that become features (all)"
    )
    parser.add_argument(
        "--minimum-area", type=float, metavar="M2", help="minimum mapping unit: smaller patches go "
        "to the neighbour with the longest common border",
    )  # fmt: skip
    parser.add_argument(
        "--fill-holes", type=float, metavar="M2", help="fill smaller holes of what is no feature"
    )
    parser.add_argument(
        "--simplify", type=float, metavar="M", help="metres by which outlines may move"
    )
    parser.add_argument("--smooth", action="store_true", help="round off the outlines' corners")
    parser.add_argument("--confidence-raster", metavar="FILE", help="per cent; its mean is a field")
    parser.add_argument("--raster", metavar="FILE", help="GeoTIFF of the generalised classes")
    parser.add_argument("--footprints", metavar="FILE", help="GeoPackage of regular outlines")
    parser.add_argument(
        "--buildings", nargs="+", metavar="CLASS", help="ids or names of the classes of buildings"
    )
    parser.add_argument(
        "--tolerance", type=float, metavar="M", help="metres that no wall of a footprint may "
        "be off its pixels (default: two pixels)",
    )  # fmt: skip
    parser.add_argument(
        "--neck-width", type=float, metavar="M", help="cut buildings where they are narrower, into "
        f"a footprint for each part; 0 cuts none (default: {NECK_WIDTH:g})",
    )  # fmt: skip
    parser.add_argument("--report", metavar="FILE", help="JSON file to write with all figures")
    parser.add_argument("--overwrite", action="store_true", help="replace existing outputs")
    add_json(parser)


def run(options: argparse.Namespace, emit: Emit, stop: threading.Event) -> None:
    """Run the verb."""
    fields = fields_of(options)
    for name in {"classes", "buildings"}.intersection(fields):
        fields[name] = tuple(fields[name])
    execute(PolygonsJob(**fields), emit, stop)
