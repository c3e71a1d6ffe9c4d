"""``ginet:polygons``: a class raster in, a layer of polygons out, styled by class."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorDestination,
)

from ginet_qgis.algorithms.base import GinetAlgorithm
from ginet_qgis.compat import DOUBLE, POLYGONS
from ginet_qgis.core.wire.neck_width import NECK_WIDTH, WIDEST_NECK
from ginet_qgis.engine import engine
from ginet_qgis.i18n import tr
from ginet_qgis.labels.raster_symbology import class_names
from ginet_qgis.labels.reference import raster_path
from ginet_qgis.layers.layer_files import LayerError
from ginet_qgis.layers.on_load import apply_on_load
from ginet_qgis.layers.polygon_styling import describe_polygons
from ginet_qgis.layers.styling import class_name, original_class_name

NUMBERS = {
    "MINIMUM_AREA": "minimum_area",
    "FILL_HOLES": "fill_holes",
    "SIMPLIFY": "simplify",
    "TOLERANCE": "tolerance",
}
"""Fields of the job, by parameter; left empty or 0, they are left out."""
LAYERS = ("OUTPUT", "FOOTPRINTS")


class PolygonsAlgorithm(GinetAlgorithm):
    """Make polygons from a class raster."""

    def name(self) -> str:
        """The stable name, never translated."""
        return "polygons"

    def displayName(self) -> str:
        """The name in the toolbox."""
        return tr("Make polygons")

    def tags(self) -> list[str]:
        """What people search for."""
        words = tr(
            "vectorize,polygonize,raster to vector,sieve,minimum mapping unit,generalize,simplify,"
            "building footprints,orthogonalize"
        )
        return words.split(",")

    def about(self) -> str:
        """What the algorithm does, in a few sentences."""
        return tr(
            "Makes a feature of each connected patch of a class of a classified raster, with its "
            "class, area on the ellipsoid, perimeter and, if you like, mean confidence. Patches "
            "under a minimum mapping unit go to the neighbour with the longest common border. "
            "Where outlines are simplified or smoothed, neighbours keep their borders in common, "
            "without gaps or overlaps. Outlines of buildings can be made regular, with right "
            "angles. The raster is read strip by strip, so its size does not matter."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self._add_inputs()
        self._add_buildings()
        destination = QgsProcessingParameterVectorDestination
        self.document(
            destination("OUTPUT", tr("Polygons"), POLYGONS),
            tr("GeoPackage with a feature for each patch. An existing file is replaced."),
        )
        self.document(
            destination(
                "FOOTPRINTS", tr("Footprints"), POLYGONS, optional=True, createByDefault=False
            ),
            tr("GeoPackage with the regular outline of each building."),
        )
        self.document(
            QgsProcessingParameterRasterDestination(
                "RASTER", tr("Generalised raster"), optional=True, createByDefault=False
            ),
            tr("GeoTIFF of the classes without the small patches."),
            advanced=True,
        )
        self.addOutput(QgsProcessingOutputNumber("FEATURES", tr("Number of polygons")))

    def _add_inputs(self) -> None:
        self.document(
            QgsProcessingParameterRasterLayer("INPUT", tr("Classified raster")),
            tr("A raster file with a class number in each pixel of its first band."),
        )
        self.document(
            QgsProcessingParameterString("CLASSES", tr("Classes"), optional=True),
            tr(
                "Names or numbers of the classes that become polygons, with commas between them; "
                "left empty, all."
            ),
        )
        self._add_number(
            "MINIMUM_AREA",
            tr("Minimum mapping unit (square metres)"),
            tr(
                "Smaller patches go to the neighbour with the longest common border, the smallest "
                "first. Left empty, all patches stay."
            ),
        )
        self._add_number(
            "SIMPLIFY",
            tr("Simplify outlines (metres)"),
            tr(
                "How far outlines may be moved. From one pixel's side on, the steps of pixels go. "
                "Left empty, outlines follow the pixels."
            ),
        )
        self.document(
            QgsProcessingParameterBoolean("SMOOTH", tr("Smooth outlines"), defaultValue=False),
            tr("Round off the corners of outlines, after they were simplified."),
        )
        self._add_number(
            "FILL_HOLES",
            tr("Fill holes (square metres)"),
            tr(
                "Holes in a polygon that are smaller are filled, if what lies in them becomes no "
                "polygon: other classes, or no data."
            ),
            advanced=True,
        )
        self.document(
            QgsProcessingParameterRasterLayer("CONFIDENCE", tr("Confidence"), optional=True),
            tr("Raster of per cent, as classifying writes it; its mean becomes a field."),
            advanced=True,
        )

    def _add_buildings(self) -> None:
        self.document(
            QgsProcessingParameterString("BUILDINGS", tr("Classes of buildings"), optional=True),
            tr("Of which classes footprints are made: names or numbers, with commas."),
        )
        self._add_number(
            "TOLERANCE",
            tr("Tolerance of footprints (metres)"),
            tr(
                "No wall is further from the pixels than this. Left empty, twice the side of a "
                "pixel; for buildings as a model finds them, about a metre is good."
            ),
        )
        self.document(
            QgsProcessingParameterNumber(
                "NECK_WIDTH",
                tr("Cut buildings at necks narrower than (metres)"),
                type=DOUBLE,
                defaultValue=NECK_WIDTH,
                optional=True,
                minValue=0,
                maxValue=WIDEST_NECK,
            ),
            tr(
                "Buildings that the map has merged are cut apart where they hang together by "
                "less; each part becomes a footprint. 0 cuts none."
            ),
        )

    def _add_number(self, name: str, label: str, text: str, *, advanced: bool = False) -> None:
        parameter = QgsProcessingParameterNumber(
            name, label, type=DOUBLE, optional=True, minValue=0
        )
        self.document(parameter, text, advanced=advanced)

    def take(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Paths of the rasters, and the layer's names of classes."""
        layer = self.parameterAsRasterLayer(parameters, "INPUT", context)
        if layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, "INPUT"))
        confidence = self.parameterAsRasterLayer(parameters, "CONFIDENCE", context)
        if confidence is None and parameters.get("CONFIDENCE"):
            raise QgsProcessingException(self.invalidRasterError(parameters, "CONFIDENCE"))
        try:
            self._path, self._crs, self._title = raster_path(layer), layer.crs(), layer.name()
            self._confidence = raster_path(confidence) if confidence else None
        except LayerError as error:
            raise QgsProcessingException(str(error)) from None
        self._names = class_names(layer)

    def execute(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Run the engine, describe what it made."""
        paths = self.destinations(parameters, context, ("RASTER",), ())
        paths.update(self.layer_destinations(parameters, context, LAYERS))
        if "FOOTPRINTS" in paths and not self._classes(parameters, "BUILDINGS", context):
            raise QgsProcessingException(
                tr("Footprints are wanted, but not of which class. Name the class of buildings.")
            )
        result = engine.run(self._job(parameters, context, paths), feedback)
        for each in result["classes"]:
            if each["features"]:
                feedback.pushInfo(
                    tr("{name}: {count} polygons").format(
                        name=class_name(each["name"]), count=f"{each['features']:,}"
                    )
                )
        if "FOOTPRINTS" in paths:
            feedback.pushInfo(
                tr("{count} of {all} footprints have right angles.").format(
                    count=f"{result['regular']:,}", all=f"{result['footprints']:,}"
                )
            )
        described = describe_polygons(
            result["classes"], result["provenance"], self._title, self._crs
        )
        for name, description in described.items():
            if name in paths:
                for warning in description.write_beside(paths[name]):
                    feedback.pushWarning(warning)
                apply_on_load(description, paths[name], context)
        return {**paths, "FEATURES": result["features"]}

    def _job(
        self, parameters: dict[str, Any], context: QgsProcessingContext, paths: dict[str, str]
    ) -> dict[str, Any]:
        """The job as ``core/wire/polygons_job.py`` defines it; all paths absolute."""

        def absolute(name: str) -> str | None:
            return str(Path(paths[name]).absolute()) if name in paths else None

        numbers = {
            field: self.parameterAsDouble(parameters, name, context) or None
            for name, field in NUMBERS.items()
            if parameters.get(name) not in (None, "")
        }
        return {
            "version": engine.JOB_VERSION,
            "verb": "polygons",
            "input": self._path,
            "output": absolute("OUTPUT"),
            "classes": self._classes(parameters, "CLASSES", context),
            "smooth": self.parameterAsBoolean(parameters, "SMOOTH", context),
            "confidence_raster": self._confidence,
            "raster": absolute("RASTER"),
            "footprints": absolute("FOOTPRINTS"),
            "buildings": self._classes(parameters, "BUILDINGS", context),
            "neck_width": self._neck_width(parameters, context),
            "names": self._names,
            "overwrite": True,  # Processing's convention for a destination that was named
            **numbers,
        }

    def _neck_width(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> float | None:
        """Metres, 0 for no cut; None where it was left empty."""
        if parameters.get("NECK_WIDTH", NECK_WIDTH) in (None, ""):
            return None
        return float(self.parameterAsDouble(parameters, "NECK_WIDTH", context))

    def _classes(
        self, parameters: dict[str, Any], name: str, context: QgsProcessingContext
    ) -> list[str] | None:
        """Classes by number, or by name as the files have it; None where none is named."""
        text = self.parameterAsString(parameters, name, context)
        parts = [each.strip() for each in re.split("[,;，；、]", text)]
        return [original_class_name(each) for each in parts if each] or None
