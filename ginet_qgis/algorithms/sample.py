"""``ginet:sample``: random points of each class, to be labelled for an accuracy assessment."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingUtils,
)

from ginet_qgis.algorithms.base import GinetAlgorithm
from ginet_qgis.compat import DOUBLE, INTEGER, POINT, POINT_LAYERS
from ginet_qgis.core.wire.numerals import number_of
from ginet_qgis.engine import engine
from ginet_qgis.i18n import tr
from ginet_qgis.labels.points import LabellingForm, add_points, fields
from ginet_qgis.labels.reference import raster_path
from ginet_qgis.layers.layer_files import LayerError
from ginet_qgis.layers.on_load import apply_on_load
from ginet_qgis.layers.styling import class_name, original_class_name

DEFAULT_ACCURACY = 0.8


class SampleAlgorithm(GinetAlgorithm):
    """Draw a stratified random sample of points from a classified raster."""

    def name(self) -> str:
        """The stable name, never translated."""
        return "sample"

    def displayName(self) -> str:
        """The name in the toolbox."""
        return tr("Draw a sample for labelling")

    def tags(self) -> list[str]:
        """What people search for."""
        words = tr("sampling,stratified,random points,accuracy,validation,reference,labels")
        return words.split(",")

    def about(self) -> str:
        """What the algorithm does, in a few sentences."""
        return tr(
            "Draws points at random from each class of a classified raster, as many as an accuracy "
            "assessment needs (Olofsson et al. 2014, equation 13) and shared out in proportion to "
            "the area of the classes, but no fewer than a minimum for each. Each point lies in the "
            "centre of a pixel. Find out each point's true class, in imagery or in the field, and "
            "choose it in the point's field reference; then assess the accuracy of the map with "
            "the points."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.document(
            QgsProcessingParameterRasterLayer("INPUT", tr("Classified raster")),
            tr("Map to assess: a raster file with a class number in each pixel of its first band."),
        )
        number = QgsProcessingParameterNumber
        self.document(
            number("SIZE", tr("Number of points"), type=INTEGER, optional=True, minValue=1),
            tr("Left empty, as many as the standard error below takes."),
        )
        self.document(
            number(
                "STANDARD_ERROR", tr("Standard error wanted for the overall accuracy"),
                type=DOUBLE, defaultValue=0.01, minValue=0.0001, maxValue=0.49,
            ),
            tr("0.01 makes a 95 % confidence interval of about ± 2 per cent."),
        )  # fmt: skip
        self.document(
            QgsProcessingParameterString(
                "ACCURACY", tr("User's accuracies expected"), str(DEFAULT_ACCURACY)
            ),
            tr(
                "A guess, from 0 to 1: one for all classes and, if you like, others for single "
                "ones by number or name, as in 0.8, water=0.95, 3=0.6. The nearer to 0.5, the more "
                "points are needed."
            ),
        )
        self.document(
            number("MINIMUM", tr("Points of each class at least"), type=INTEGER, defaultValue=50,
                   minValue=0, maxValue=1_000_000),
            tr("50 to 100 are usual, so that the accuracy of rare classes is known too."),
        )  # fmt: skip
        self.document(
            number("SEED", tr("Seed"), type=INTEGER, defaultValue=0, minValue=0),
            tr("The same seed and raster give the same points."),
            advanced=True,
        )
        self.document(
            QgsProcessingParameterBoolean(
                "HIDE_STRATUM", tr("Hide the map's class while labelling"), defaultValue=True
            ),
            tr("So that who labels a point is not led by what the map says."),
            advanced=True,
        )
        self.document(
            QgsProcessingParameterFeatureSink("OUTPUT", tr("Points to label"), POINT_LAYERS),
            tr(
                "Points in the map's CRS with a number, the map's class (stratum) and the field to "
                "fill in (reference)."
            ),
        )
        self.document(
            QgsProcessingParameterFileDestination(
                "LOG", tr("Allocation"), tr("Text files (*.txt)"), optional=True,
                createByDefault=False,
            ),
            tr("Text with each class's size, share and number of points."),
        )  # fmt: skip
        self.addOutput(QgsProcessingOutputNumber("POINTS", tr("Number of points")))

    def take(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """The raster's path and CRS."""
        layer = self.parameterAsRasterLayer(parameters, "INPUT", context)
        if layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, "INPUT"))
        try:
            self._path, self._crs = raster_path(layer), layer.crs()
        except LayerError as error:
            raise QgsProcessingException(str(error)) from None

    def execute(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Let the engine draw, then fill the layer."""
        paths = self.destinations(parameters, context, (), ("LOG",))
        with tempfile.TemporaryDirectory(dir=QgsProcessingUtils.tempFolder()) as folder:
            drawn = Path(folder, "points.geojson")
            job = self._job(parameters, context, drawn)
            result = engine.run(job, feedback)
            sink, destination = self.parameterAsSink(
                parameters, "OUTPUT", context, fields(), POINT, self._crs
            )
            if sink is None:
                raise QgsProcessingException(self.invalidSinkError(parameters, "OUTPUT"))
            add_points(drawn, sink, feedback)
        del sink  # which writes what it still holds
        lines = _allocation(result, seed=job["seed"])
        for line in lines:
            feedback.pushInfo(line)
        if "LOG" in paths and not self.write_page(
            Path(paths["LOG"]), "\n".join([*lines, ""]), feedback
        ):
            del paths["LOG"]
        form = LabellingForm(
            result["strata"], hide=self.parameterAsBoolean(parameters, "HIDE_STRATUM", context)
        )
        for warning in form.write_beside(destination):
            feedback.pushWarning(warning)
        apply_on_load(form, destination, context)
        return {"OUTPUT": destination, "POINTS": result["points"], **paths}

    def _job(
        self, parameters: dict[str, Any], context: QgsProcessingContext, drawn: Path
    ) -> dict[str, Any]:
        """The job as ``core/wire/job.py`` defines it."""
        size = None
        if parameters.get("SIZE") not in (None, ""):
            size = self.parameterAsInt(parameters, "SIZE", context)
        accuracy, accuracies = _accuracies(self.parameterAsString(parameters, "ACCURACY", context))
        return {
            "version": engine.JOB_VERSION,
            "verb": "sample",
            "input": self._path,
            "output": str(drawn),
            "size": size,
            "standard_error": self.parameterAsDouble(parameters, "STANDARD_ERROR", context),
            "accuracy": accuracy,
            "accuracies": accuracies,
            "minimum": self.parameterAsInt(parameters, "MINIMUM", context),
            "seed": self.parameterAsInt(parameters, "SEED", context),
        }


def _accuracies(text: str) -> tuple[float, dict[str, float]]:
    """One for all classes, and those of single classes.

    Raises:
        QgsProcessingException: A part is no number from 0 to 1.
    """
    common, single = DEFAULT_ACCURACY, {}
    for part in filter(None, (each.strip() for each in re.split("[,;，；]", text))):
        name, _, value = part.rpartition("=")
        number = number_of(value)
        if number is None or not 0 <= number <= 1:
            raise QgsProcessingException(
                tr(
                    "The expected accuracy {part} is no number from 0 to 1. Write, for example, "
                    "0.8, water=0.95."
                ).format(part=part)
            )
        if name:
            single[original_class_name(name)] = number
        else:
            common = number
    return common, single


def _allocation(result: dict[str, Any], seed: int) -> list[str]:
    """The sample's design as text."""
    lines = [
        tr(
            "{name}: {pixels} pixels, {share} % of the map, expected accuracy {accuracy}, "
            "{points} points"
        ).format(
            name=class_name(each["name"]),
            pixels=f"{each['pixels']:,}",
            share=f"{100 * each['share']:.2f}",
            accuracy=f"{each['accuracy']:g}",
            points=each["points"],
        )
        for each in result["strata"]
    ]
    lines.append(
        tr("{points} points in all; equation 13 asks for {needed}. Seed: {seed}.").format(
            points=result["points"], needed=result["needed"], seed=seed
        )
    )
    return lines
