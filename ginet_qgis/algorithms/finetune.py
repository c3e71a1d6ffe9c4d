"""``ginet:finetune``: a model that has learned an image's own classes from a few labels."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ginet_qgis.algorithms.base import GinetAlgorithm
from ginet_qgis.algorithms.finetune_parameters import add_parameters
from ginet_qgis.algorithms.parameters import model_of
from ginet_qgis.compat import POLYGON, parameter_as_fields
from ginet_qgis.engine import engine
from ginet_qgis.i18n import tr
from ginet_qgis.labels.classes import LabelClass, base_classes
from ginet_qgis.labels.prepared import (
    PolygonLabels,
    PreparedLabels,
    RasterLabels,
    Scheme,
    extent_around,
)
from ginet_qgis.labels.table import from_cells
from ginet_qgis.layers.layer_files import LayerError, known_only_to_qgis
from ginet_qgis.layers.source import LayerSource
from ginet_qgis.layers.styling import class_name
from ginet_qgis.models import model_files
from ginet_qgis.models.card import ground_resolution
from ginet_qgis.reports import finetuning


class FinetuneAlgorithm(GinetAlgorithm):
    """Adapt a model to a raster layer with labelled polygons or a label raster."""

    def name(self) -> str:
        """The stable name, never translated."""
        return "finetune"

    def displayName(self) -> str:
        """The name in the toolbox."""
        return tr("Fine-tune a model")

    def tags(self) -> list[str]:
        """What people search for."""
        words = tr("training,fine-tuning,transfer learning,labels,samples,classes,model,AI")
        return words.split(",")

    def about(self) -> str:
        """What the algorithm does, in a few sentences."""
        return tr(
            "Teaches a GINet model an image and its classes from a few labelled polygons, in "
            "seconds and without a graphics card. Draw some polygons of each class at different "
            "places, 3 of each or more; each needs to hold nothing but its class. The classes may "
            "be the base model's, parts of them or others. Where some are the base model's, its "
            "classes without labels stay on the map too, unless you do not want them. Parts of the "
            "labelled ground are held out in turn to find out what is gained; the report tells it, "
            "and where nothing is, the base model is kept. The new model is then in the list of "
            "models."
        )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        add_parameters(self)

    def take(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Read the labels' field and symbology."""
        self.image(parameters, context)
        labels = self.parameterAsLayer(parameters, "LABELS", context)
        try:
            if isinstance(labels, QgsRasterLayer):
                self._labels: RasterLabels | PolygonLabels = RasterLabels(labels)
            elif isinstance(labels, QgsVectorLayer) and labels.geometryType() == POLYGON:
                field = parameter_as_fields(self, parameters, "CLASS_FIELD", context)
                self._labels = PolygonLabels(labels, field[0] if field else "")
            else:
                raise LayerError(tr("The labels cannot be opened. Choose polygons or a raster."))
            self._rows = from_cells(self.parameterAsMatrix(parameters, "CLASSES", context))
        except LayerError as error:
            raise QgsProcessingException(str(error)) from None

    def prepareAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """Take from the layers what the worker thread needs."""
        super().prepareAlgorithm(parameters, context, feedback)
        layer = self.parameterAsRasterLayer(parameters, "INPUT", context)
        self._source = LayerSource(layer)
        for warning in known_only_to_qgis(layer) if self._source.is_file else ():
            feedback.pushWarning(warning)
        return True

    def execute(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Export layers that are not files, run the engine, write the report."""
        try:
            paths = self._destinations(parameters, context)
            result = self._finetune(parameters, context, feedback, paths)
        finally:
            self._source.close()
        feedback.pushInfo(finetuning.summary(result))
        for name, hint in finetuning.hints(result).items():
            is_told = name in result["unlabelled"]  # as the user wants it, or by the engine
            tell = feedback.pushInfo if is_told else feedback.pushWarning
            tell(f"{class_name(name)}: {hint}")
        if "REPORT" in paths:
            title = tr("Fine-tuning to {name}").format(name=self._source.name)
            page = finetuning.page(title, result, self._facts(parameters, context))
            if not self.write_page(Path(paths["REPORT"]), page, feedback):
                del paths["REPORT"]
        validation = result["validation"] or {}
        return {
            **paths,
            "MIOU_BEFORE": validation.get("before"),
            "MIOU_AFTER": validation.get("after"),
            "FIGURES": json.dumps(result, ensure_ascii=False),
        }

    def _destinations(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> dict[str, str]:
        """The files to write; the user's folder of models is made where it is one's place."""
        self.check_named(parameters, "OUTPUT_MODEL")
        model = Path(self.parameterAsFileOutput(parameters, "OUTPUT_MODEL", context))
        if model.suffix != model_files.SUFFIX:
            raise QgsProcessingException(
                tr("{path} is to be a model. Name it .safetensors.").format(path=model)
            )
        if model.parent == model_files.user_folder():
            try:
                model.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise QgsProcessingException(
                    tr(
                        "{path} cannot be written: {reason}. Choose another folder in the settings."
                    ).format(path=model.parent, reason=error.strerror)
                ) from error
        names = ("OUTPUT_MODEL", "REPORT")
        return self.destinations(parameters, context, (), names)

    def _finetune(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        paths: dict[str, str],
    ) -> dict[str, Any]:
        """The engine's result event, and the classes."""
        engine.find_python()  # before anything is exported
        job = self._job(parameters, context, paths)
        keep = self.parameterAsBool(parameters, "KEEP_CLASSES", context)
        removed = [] if isinstance(self._labels, RasterLabels) else self._labels.removed
        scheme = Scheme(base_classes(job["base"]), self._rows, keep, removed)
        temporary = QgsProcessingUtils.tempFolder()
        with tempfile.TemporaryDirectory(prefix="ginet_", dir=temporary) as name:
            folder = Path(name)
            if isinstance(self._labels, RasterLabels):
                labels = self._labels.prepare(scheme, feedback)
            else:
                labels = self._labels.prepare(
                    scheme,
                    folder,
                    self._source.crs,
                    context.transformContext(),
                    feedback,
                )
            _tell(labels, feedback)
            job.update(labels=labels.path, field=labels.field, origins=labels.origins)
            job["classes"] = [asdict(each) for each in labels.classes]
            if not self._source.is_file:
                job["image"] = self._fetch(job["base"], folder, context, feedback)
            result = engine.run(job, feedback)
        return {**result, "classes": job["classes"]}

    def _fetch(
        self,
        base: str,
        folder: Path,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> str:
        """Export the extent of the labels from a layer that is not a file."""
        if isinstance(self._labels, RasterLabels):
            raise LayerError(
                tr("{name} is no file, so its labels must be polygons.").format(
                    name=self._source.name
                )
            )
        transforms = context.transformContext()
        extent = extent_around(self._labels.features, self._source.crs, transforms)
        path = folder / "image.tif"
        grid = self._source.grid(extent, None, ground_resolution(base))
        self._source.export(grid, path, transforms, feedback)
        return str(path)

    def _job(
        self, parameters: dict[str, Any], context: QgsProcessingContext, paths: dict[str, str]
    ) -> dict[str, Any]:
        """The job of ``core/wire/finetune_job.py`` without the labels; all paths absolute."""
        return {
            "version": engine.JOB_VERSION,
            "verb": "finetune",
            "image": self._source.path,
            "image_name": self._source.name,
            "labels_name": self._labels.name,
            "output": str(Path(paths["OUTPUT_MODEL"]).absolute()),
            "base": model_of(self.parameterAsString(parameters, "BASE_MODEL", context)),
            "bands": self.bands(parameters, context),
            "seconds": 60 * self.parameterAsDouble(parameters, "MINUTES", context),
            "seed": self.parameterAsInt(parameters, "SEED", context),
            "device": self.parameterAsEnumString(parameters, "DEVICE", context),
            "overwrite": True,  # Processing's convention for a destination that was named
        }

    def _facts(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, str]:
        """How it was made, for the report; of a model file the name only."""
        base = model_of(self.parameterAsString(parameters, "BASE_MODEL", context))
        return {
            tr("Image"): self._source.name,
            tr("Labels"): self._labels.name,
            tr("Base model"): Path(base).stem,
            tr("Seed"): str(self.parameterAsInt(parameters, "SEED", context)),
        }


def _tell(labels: PreparedLabels, feedback: QgsProcessingFeedback) -> None:
    """Log the classes, and which of them stay without labels."""
    feedback.pushInfo(tr("Classes: {names}").format(names=_listed(labels.classes)))
    if labels.kept:
        feedback.pushInfo(
            tr("Kept from the base model, without labels: {names}").format(
                names=_listed(labels.kept)
            )
        )


def _listed(classes: list[LabelClass]) -> str:
    return ", ".join(f"{each.id} {class_name(each.name)}" for each in classes)
