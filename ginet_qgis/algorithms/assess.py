"""``ginet:assess``: how right a classified map is, measured against reference labels."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMapLayer,
    QgsProcessingParameterRasterLayer,
    QgsProcessingUtils,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ginet_qgis.algorithms.base import GinetAlgorithm
from ginet_qgis.algorithms.parameters import class_field_parameter
from ginet_qgis.compat import LABELLED_LAYERS
from ginet_qgis.engine import engine
from ginet_qgis.i18n import tr
from ginet_qgis.labels.features import LabelFeatures
from ginet_qgis.labels.raster_symbology import class_names
from ginet_qgis.labels.reference import FIELD, export_features, raster_path
from ginet_qgis.layers.layer_files import LayerError
from ginet_qgis.reports import accuracy
from ginet_qgis.reports.accuracy_notes import notes, summary

DEFAULT_FIELD = "reference"
"""The field that ``ginet:sample`` makes."""


class AssessAlgorithm(GinetAlgorithm):
    """Assess a classified raster against a raster, polygons or points."""

    def name(self) -> str:
        """The stable name, never translated."""
        return "assess"

    def displayName(self) -> str:
        """The name in the toolbox."""
        return tr("Assess accuracy")

    def tags(self) -> list[str]:
        """What people search for."""
        words = tr("accuracy,confusion matrix,error matrix,kappa,IoU,F1,validation,area estimation")
        return words.split(",")

    def about(self) -> str:
        """What the algorithm does, in a few sentences."""
        return tr(
            "Compares a classified raster with reference labels: points, polygons or another "
            "raster. The report has the confusion matrix, overall, user's and producer's accuracy, "
            "F1, IoU and kappa, and estimates of accuracy and area with 95 % confidence intervals "
            "as Olofsson et al. (2014) and Stehman (2014) advise. These intervals hold for labels "
            "at places drawn at random; the algorithm that draws a sample makes such points. The "
            "rasters are read block by block, so their size does not matter."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.document(
            QgsProcessingParameterRasterLayer("CLASSIFIED", tr("Classified raster")),
            tr("Map to assess: a raster file with a class number in each pixel of its first band."),
        )
        self.document(
            QgsProcessingParameterMapLayer("REFERENCE", tr("Reference"), types=LABELLED_LAYERS),
            tr(
                "What is true: points or polygons with a class each, or a raster of class numbers. "
                "Where its CRS or pixels differ from the map's, it is brought onto the map."
            ),
        )
        self.document(
            class_field_parameter("FIELD", "REFERENCE"),
            tr(
                "Of points and polygons: the field with class numbers, or with names of the map's "
                "classes. Left empty, the field named reference. Features without a value are left "
                "out."
            ),
        )
        self.document(
            QgsProcessingParameterRasterLayer("STRATA", tr("Strata"), optional=True),
            tr(
                "Raster of the strata that the points were drawn from, if it is not the map itself "
                "but, for example, an earlier one. Left empty, the map's classes are the strata."
            ),
            advanced=True,
        )
        self.document(
            QgsProcessingParameterFileDestination(
                "REPORT", tr("Report"), tr("HTML files (*.html)"), optional=True
            ),
            tr("Page with all figures, charts and what limits them."),
        )
        self.document(
            QgsProcessingParameterFileDestination(
                "MATRIX", tr("Confusion matrix"), tr("CSV files (*.csv)"), optional=True,
                createByDefault=False,
            ),
            tr("Table of labelled pixels: map in rows, reference in columns."),
        )  # fmt: skip
        self.addOutput(QgsProcessingOutputNumber("OVERALL", tr("Overall accuracy")))
        self.addOutput(QgsProcessingOutputNumber("KAPPA", tr("Kappa")))
        self.addOutput(QgsProcessingOutputString("FIGURES", tr("All figures, as JSON")))

    def take(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Paths of rasters, and the field of a vector layer."""
        try:
            layer = self.parameterAsRasterLayer(parameters, "CLASSIFIED", context)
            if layer is None:
                raise QgsProcessingException(self.invalidRasterError(parameters, "CLASSIFIED"))
            self._classified, self._crs, self._title = raster_path(layer), layer.crs(), layer.name()
            strata = self.parameterAsRasterLayer(parameters, "STRATA", context)
            if strata is None and parameters.get("STRATA"):
                raise QgsProcessingException(self.invalidRasterError(parameters, "STRATA"))
            self._strata = raster_path(strata) if strata else None
            self._names = {"classified_names": class_names(layer)}
            if strata:
                self._names["strata_names"] = class_names(strata)
            reference = self.parameterAsLayer(parameters, "REFERENCE", context)
            self._field, self._raster, self._features = None, None, None
            if isinstance(reference, QgsRasterLayer):
                self._raster = raster_path(reference)
                self._names["reference_names"] = class_names(reference)
            elif isinstance(reference, QgsVectorLayer):
                self._field = self._checked_field(parameters, context, reference)
                self._features = LabelFeatures(reference)
            else:
                raise QgsProcessingException(
                    tr("The reference cannot be opened. Choose points, polygons or a raster.")
                )
            self._reference = reference.name()
        except LayerError as error:
            raise QgsProcessingException(str(error)) from None

    def _checked_field(
        self, parameters: dict[str, Any], context: QgsProcessingContext, layer: QgsVectorLayer
    ) -> str:
        field = self.parameterAsString(parameters, "FIELD", context) or DEFAULT_FIELD
        if layer.fields().lookupField(field) < 0:
            raise QgsProcessingException(
                tr("{name} has no field {field}. Choose the field of the classes.").format(
                    name=layer.name(), field=field
                )
            )
        return field

    def execute(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Export the reference if need be, run the engine, write the report."""
        files = ("REPORT", "MATRIX")
        paths = self.destinations(parameters, context, (), files)
        result = self._assess(context, feedback, paths)
        feedback.pushInfo(summary(result))
        for note in notes(result):
            feedback.pushInfo(note)
        if "REPORT" in paths:
            title = tr("Accuracy of {name}").format(name=self._title)
            page = accuracy.page(title, result)
            if not self.write_page(Path(paths["REPORT"]), page, feedback):
                del paths["REPORT"]
        return {
            **paths,
            "OVERALL": result["overall"]["value"],
            "KAPPA": result["kappa"],
            "FIGURES": json.dumps(result, ensure_ascii=False),
        }

    def _assess(
        self,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        paths: dict[str, str],
    ) -> dict[str, Any]:
        """The engine's result event."""
        engine.find_python()  # before anything is exported
        job = {
            "version": engine.JOB_VERSION,
            "verb": "assess",
            "classified": self._classified,
            "reference": self._raster,
            "strata": self._strata,
            "matrix": str(Path(paths["MATRIX"]).absolute()) if "MATRIX" in paths else None,
            "overwrite": True,  # Processing's convention for a destination that was named
            "reference_name": self._reference,
            **self._names,
        }
        if self._features is None:
            return engine.run(job, feedback)
        folder = QgsProcessingUtils.tempFolder()
        with tempfile.TemporaryDirectory(prefix="ginet_", dir=folder) as exported:
            job["reference"], job["field"] = str(Path(exported, "reference.geojson")), FIELD
            export_features(
                self._features, self._field, Path(job["reference"]), self._crs,
                context.transformContext(), feedback,
            )  # fmt: skip
            result = engine.run(job, feedback)
        crs = self._features.sourceCrs()
        result["provenance"]["field"] = self._field  # not the export's
        result["reference"]["reprojected"] = crs.isValid() and crs != self._crs
        return result
