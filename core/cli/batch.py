"""``batch``: many rasters, one after the other."""

from __future__ import annotations

import argparse
import threading
from pathlib import Path

from core.cli.classify import add_how
from core.cli.shared import AddVerb, add_json, fields_of
from core.wire.events import Emit

OWN = ("scenes", "output", "asset", "confidence", "probabilities", "polygons", "overwrite")
"""Arguments that are no fields of each scene's job."""


def add_verbs(verb: AddVerb) -> None:
    """Add the verb."""
    parser = verb("batch", run, "Classify many rasters; the same command goes on where it stopped.")
    parser.add_argument(
        "scenes",
        nargs="+",
        help="a folder, a .txt file with a path a line, a .json file with a STAC item collection, "
        "or rasters",
    )
    parser.add_argument(
        "--output",
        required=True,
        metavar="DIR",
        help="folder for each scene's .tif and .json, and for summary.json",
    )
    parser.add_argument(
        "--asset", metavar="NAME", help="which asset of STAC items (default: the only image)"
    )
    add_how(parser)
    parser.add_argument("--confidence", action="store_true", help="write per cent rasters too")
    parser.add_argument("--probabilities", action="store_true", help="and a band a class")
    parser.add_argument("--polygons", action="store_true", help="and a GeoPackage of polygons")
    parser.add_argument(
        "--overwrite", action="store_true", help="classify again what is there already"
    )
    add_json(parser)


def run(options: argparse.Namespace, emit: Emit, stop: threading.Event) -> None:
    """Run the verb."""
    from core.wire.scene_list import find_scenes

    scenes = find_scenes(options.scenes, options.asset)
    from core.batch import Batch, run_batch  # brings torch, which a mistake in the list needs not

    fields = fields_of(options)
    settings = {name: value for name, value in fields.items() if name not in OWN}
    if "bands" in settings:
        settings["bands"] = tuple(settings["bands"])
    run_batch(
        Batch(
            scenes=scenes,
            folder=Path(options.output),
            settings=settings,
            confidence=options.confidence,
            probabilities=options.probabilities,
            polygons=options.polygons,
            overwrite=options.overwrite,
            lists=[source for source in options.scenes if Path(source).is_file()],
        ),
        emit,
        stop.is_set,
    )
