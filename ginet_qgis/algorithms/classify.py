"""``ginet:classify``: a raster layer in, a styled land-cover layer out."""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingMultiStepFeedback,
    QgsProcessingUtils,
    QgsRectangle,
)

from ginet_qgis.algorithms.base import GinetAlgorithm
from ginet_qgis.algorithms.classify_parameters import add_parameters
from ginet_qgis.algorithms.parameters import (
    model_of,
)
from ginet_qgis.engine import engine
from ginet_qgis.engine.event_feedback import TELL_SECONDS, duration
from ginet_qgis.i18n import tr
from ginet_qgis.layers.layer_files import LayerError, known_only_to_qgis
from ginet_qgis.layers.on_load import apply_on_load
from ginet_qgis.layers.polygon_styling import describe_polygons
from ginet_qgis.layers.source import LayerSource
from ginet_qgis.layers.stored_result import LOW_CONFIDENCE
from ginet_qgis.layers.styling import class_name, descriptions, land_cover_of
from ginet_qgis.models.card import ground_resolution
from ginet_qgis.reports import classification
from ginet_qgis.reports.page import area_texts


class ClassifyAlgorithm(GinetAlgorithm):
    """Classify (an extent of) a raster layer."""

    def name(self) -> str:
        """The stable name, never translated."""
        return "classify"

    def displayName(self) -> str:
        """The name in the toolbox."""
        return tr("Classify land cover")

    def tags(self) -> list[str]:
        """What people search for."""
        words = tr("classification,segmentation,deep learning,neural network,land use,imagery,AI")
        return words.split(",")

    def about(self) -> str:
        """What the algorithm does, in a few sentences."""
        return tr(
            "Gives each pixel of an image the land-cover class that a GINet model finds most "
            "likely, looking at the whole scene and at its details at once. The result is a "
            "GeoTIFF on the image's own pixels, with the model's class names and colours; pixels "
            "without data stay without data. The image is processed block by block, so its size "
            "does not matter, and by a process of its own, so cancelling works at once. Web maps "
            "and other layers that are not files are fetched for the extent first."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        add_parameters(self)

    def take(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Check that there is an image."""
        self.image(parameters, context)

    def prepareAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """Take from the layer what the worker thread needs; this runs in the layer's thread."""
        super().prepareAlgorithm(parameters, context, feedback)
        layer = self.image(parameters, context)
        self._source = LayerSource(layer)
        for warning in known_only_to_qgis(layer) if self._source.is_file else ():
            feedback.pushWarning(warning)
        extent = self.parameterAsExtent(parameters, "EXTENT", context, layer.crs())
        self._extent = None if extent.isNull() else extent
        return True

    def execute(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Export the layer if necessary, run the engine, style and describe the results."""
        try:
            rasters = ("OUTPUT", "CONFIDENCE", "PROBABILITIES")
            paths = self.destinations(
                parameters, context, rasters, ("REPORT",), image=self._source.file
            )
            paths.update(self.layer_destinations(parameters, context, ("POLYGONS",)))
            result = self._classify(parameters, context, feedback, paths)
        except (engine.EngineError, LayerError):
            _forget_temporary(paths["OUTPUT"])
            raise
        finally:
            self._source.close()
        self._tell(result, feedback)
        described = descriptions(result, self._source.name, self._source.crs)
        if "POLYGONS" in paths:
            title, crs = land_cover_of(self._source.name), self._source.crs
            layers = describe_polygons(result["polygons"], result["provenance"], title, crs)
            described["POLYGONS"] = layers["OUTPUT"]
        for name, description in described.items():
            if name in paths:
                for warning in description.write_beside(paths[name]):
                    feedback.pushWarning(warning)
                apply_on_load(description, paths[name], context, description.heading)
        if "REPORT" in paths:
            page = classification.page(land_cover_of(self._source.name), result)
            if not self.write_page(Path(paths["REPORT"]), page, feedback):
                del paths["REPORT"]
        outputs = {
            **paths,
            "DEVICE_USED": result["device"],
            "SECONDS": result["seconds"],
            "AREAS": json.dumps(result["areas"], ensure_ascii=False),
        }
        if "low_confidence" in result:
            outputs["LOW_CONFIDENCE"] = result["low_confidence"]
        return outputs

    def _classify(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        paths: dict[str, str],
    ) -> dict[str, Any]:
        """The engine's result event."""
        if self._extent is not None and self._extent.isEmpty():
            raise QgsProcessingException(
                tr("The extent is empty. Choose one with a width and a height.")
            )
        engine.find_python()  # before anything is fetched
        job = self._job(parameters, context, paths)
        if self._source.is_file:
            return engine.run(job, feedback)
        steps = QgsProcessingMultiStepFeedback(2, feedback)
        steps.tell_seconds = getattr(feedback, "tell_seconds", TELL_SECONDS)
        folder = QgsProcessingUtils.tempFolder()  # where the user has set that there is room
        with tempfile.TemporaryDirectory(prefix="ginet_", dir=folder) as exported:
            job["input"] = str(Path(exported, "input.tif"))
            job["input_name"] = self._source.name  # not the file that will be gone
            pixel_size = self.parameterAsDouble(parameters, "PIXEL_SIZE", context)
            resolution = ground_resolution(job["model"])
            grid = self._source.grid(self._extent, pixel_size or None, resolution)
            self._source.export(grid, Path(job["input"]), context.transformContext(), steps)
            steps.setCurrentStep(1)
            return engine.run(job, steps)

    def _job(
        self, parameters: dict[str, Any], context: QgsProcessingContext, paths: dict[str, str]
    ) -> dict[str, Any]:
        """The job as ``core/wire/job.py`` defines it; all paths absolute."""

        def absolute(name: str) -> str | None:
            return str(Path(paths[name]).absolute()) if name in paths else None

        is_counted = self.parameterAsBoolean(parameters, "COUNT_UNSURE", context)
        return {
            "version": engine.JOB_VERSION,
            "verb": "classify",
            "input": self._source.path,
            "output": absolute("OUTPUT"),
            "confidence": absolute("CONFIDENCE"),
            "low_confidence": LOW_CONFIDENCE if is_counted or "CONFIDENCE" in paths else None,
            "probabilities": absolute("PROBABILITIES"),
            "minimum_area": self.parameterAsDouble(parameters, "MINIMUM_AREA", context) or None,
            "polygons": absolute("POLYGONS"),
            "model": model_of(self.parameterAsString(parameters, "MODEL", context)),
            "extent": _corners(self._extent) if self._extent is not None else None,
            "bands": self.bands(parameters, context),
            "device": self.parameterAsEnumString(parameters, "DEVICE", context),
            "resample": self.parameterAsBoolean(parameters, "RESAMPLE", context),
            "overwrite": True,  # Processing's convention for a destination that was named
        }

    def _tell(self, result: dict[str, Any], feedback: QgsProcessingFeedback) -> None:
        """Log areas, confidence and speed."""
        areas = result["areas"]
        for each, text in zip(areas, area_texts(areas)):
            feedback.pushInfo(f"{class_name(each['name'])}: {each['percent']:.1f} %, {text}")
        if "low_confidence" in result:
            feedback.pushInfo(
                tr("{share} % of the pixels have a confidence under {limit} %.").format(
                    share=f"{result['low_confidence']:.1f}", limit=LOW_CONFIDENCE
                )
            )
        feedback.pushInfo(
            tr("{rate} million pixels a second on {device}, {time} in all").format(
                rate=f"{result['rate'] / 1e6:.3g}",
                device=result["device"],
                time=duration(result["seconds"]),
            )
        )


def _forget_temporary(output: str) -> None:
    """Remove the journal of a temporary output, from which no other run can resume."""
    if Path(QgsProcessingUtils.tempFolder()) in Path(output).parents:
        with contextlib.suppress(OSError):
            Path(f"{output}{engine.JOURNAL}").unlink()


def _corners(extent: QgsRectangle) -> list[float]:
    return [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()]
