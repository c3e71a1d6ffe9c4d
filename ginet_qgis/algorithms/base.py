"""What all of GINet's algorithms share."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterMapLayer,
    QgsProcessingParameterRasterLayer,
    QgsProcessingUtils,
    QgsRasterLayer,
)
from qgis.PyQt.QtGui import QIcon

from ginet_qgis.algorithms.destinations import check_destinations
from ginet_qgis.algorithms.parameters import MODEL_PARAMETERS, model_of
from ginet_qgis.compat import ADVANCED, OPTIONAL
from ginet_qgis.core.wire.files import find_clash, named_files
from ginet_qgis.engine import engine
from ginet_qgis.help import help_url
from ginet_qgis.i18n import tr
from ginet_qgis.layers.dataset_files import files_of_layer, written_file
from ginet_qgis.layers.layer_files import LayerError, check_there
from ginet_qgis.models.card import model_file
from ginet_qgis.paths import ICON, without_secrets

LAYER_PARAMETERS = (QgsProcessingParameterMapLayer, QgsProcessingParameterRasterLayer)


class GinetAlgorithm(QgsProcessingAlgorithm):
    """Base class: icon, group, help, and checks before a run.

    A subclass defines ``name``, ``displayName``, ``about``, ``initAlgorithm`` and ``execute``.
    """

    def createInstance(self) -> GinetAlgorithm:
        """A fresh algorithm for each run."""
        return type(self)()

    def about(self) -> str:
        """What the algorithm does, in a few sentences."""
        raise NotImplementedError

    def group(self) -> str:
        """The heading in the toolbox."""
        return tr("Land cover")

    def groupId(self) -> str:
        """The heading's stable name."""
        return "landcover"

    def icon(self) -> QIcon:
        """GINet's icon."""
        return QIcon(str(ICON))

    def svgIconPath(self) -> str:
        """The icon's file, for the modeler."""
        return str(ICON)

    def helpUrl(self) -> str:
        """The algorithm's page of the manual."""
        return help_url(self.name())

    def shortHelpString(self) -> str:
        """What the algorithm does and what each parameter means, as HTML."""
        helps = {each.name(): each.help() for each in self.parameterDefinitions()}
        return QgsProcessingUtils.formatHelpMapAsHtml({"ALG_DESC": self.about(), **helps}, self)

    def canExecute(self) -> tuple[bool, str]:
        """Whether there is an engine, and what to do where there is none."""
        try:
            engine.find_python()
        except engine.EngineError as error:
            return False, str(error)
        return True, ""

    def bands(self, parameters: dict[str, Any], context: QgsProcessingContext) -> list[int] | None:
        """The parameter BANDS, one band for each input of the model; None where it is empty."""
        if parameters.get("BANDS") in (None, "", []):
            return None
        return self.parameterAsInts(parameters, "BANDS", context) or None

    def image(self, parameters: dict[str, Any], context: QgsProcessingContext) -> QgsRasterLayer:
        """The layer of the parameter INPUT.

        Raises:
            QgsProcessingException: There is none, or its file is gone.
        """
        layer = self.parameterAsRasterLayer(parameters, "INPUT", context)
        if layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, "INPUT"))
        try:
            check_there(layer)
        except LayerError as error:
            raise QgsProcessingException(str(error)) from None
        return layer

    def take(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Copy from layers what a worker thread needs; called in the layers' own thread.

        Raises:
            QgsProcessingException: A layer cannot be used.
        """

    def checkParameterValues(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[bool, str]:
        """Whether a run can start; dialogs ask before they close."""
        good, reason = super().checkParameterValues(parameters, context)
        if good:
            try:
                self.take(parameters, context)
                self._check_apart(parameters, context)
            except QgsProcessingException as error:
                return False, str(error)
        return good, reason

    def prepareAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,  # noqa: ARG002
    ) -> bool:
        """Take what is needed from the layers."""
        self.take(parameters, context)
        self._check_apart(parameters, context)
        return True

    def _check_apart(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Refuse destinations that would overwrite an input.

        Raises:
            QgsProcessingException: A destination is a layer or model that the run reads, by
                whatever name, or belongs to one; or it is another destination.
        """
        inputs: dict[str, list[str]] = {}
        outputs: dict[str, str] = {}
        for definition in self.parameterDefinitions():
            name = definition.name()
            if definition.isDestination():
                path = written_file(parameters.get(name), context.expressionContext())
                outputs.update({name: path} if path else {})
            elif isinstance(definition, LAYER_PARAMETERS):
                layer = self.parameterAsLayer(parameters, name, context)
                if layer:  # several may have one name
                    inputs.setdefault(layer.name(), []).extend(files_of_layer(layer))
            elif name in MODEL_PARAMETERS:
                model = model_of(self.parameterAsString(parameters, name, context))
                inputs.setdefault(model, []).extend(named_files(str(model_file(model))))
        if clash := find_clash(list(outputs.values()), inputs):
            path, other = clash
            name = next(name for name, each in reversed(list(outputs.items())) if each == path)
            raise QgsProcessingException(
                tr(
                    "{name} would overwrite {path}, which is {other} or belongs to it. Choose "
                    "another file."
                ).format(name=name, path=path, other=without_secrets(other))
            )

    def processAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Execute, and raise errors without references to layers."""
        try:
            return self.execute(parameters, context, feedback)
        except (engine.EngineError, LayerError, QgsProcessingException) as error:
            # QGIS never frees the exception: a layer among its variables would stay open, and some
            # kinds of layers would crash the exit.
            traceback.clear_frames(error.__traceback__)
            reason = str(error)
        del parameters, context
        raise QgsProcessingException(reason)

    def execute(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Do the work, in a worker thread.

        Returns:
            The algorithm's outputs.

        Raises:
            EngineError: The engine cannot be had, refuses the job, or breaks down.
            LayerError: A layer cannot be read.
            QgsProcessingException: A parameter does not fit.
        """
        raise NotImplementedError

    def destinations(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        rasters: Sequence[str],
        files: Sequence[str],
        image: str | None = None,
    ) -> dict[str, str]:
        """The files that a run will write, by parameter; left out are those not asked for.

        Args:
            parameters: Of the run.
            context: Of the run.
            rasters: Names of the raster destinations.
            files: Names of the file destinations.
            image: A file whose style no raster may replace.

        Raises:
            QgsProcessingException: One that must be written is not named; one is no GeoTIFF, in no
                folder, or would have the style file of another; or a file cannot be written.
        """
        for each in self.destinationParameterDefinitions():
            if not each.flags() & OPTIONAL:
                self.check_named(parameters, each.name())
        paths = {name: self.parameterAsOutputLayer(parameters, name, context) for name in rasters}
        paths.update({n: self.parameterAsFileOutput(parameters, n, context) for n in files})
        paths = {name: path for name, path in paths.items() if path}
        check_destinations(paths, rasters, image)
        return paths

    def layer_destinations(
        self, parameters: dict[str, Any], context: QgsProcessingContext, names: Sequence[str]
    ) -> dict[str, str]:
        """The GeoPackages that a run will write, by parameter; left out are those not asked for.

        Raises:
            QgsProcessingException: One is no GeoPackage of its own.
        """
        paths = {name: self.parameterAsOutputLayer(parameters, name, context) for name in names}
        for path in filter(None, paths.values()):
            if Path(path).suffix.lower() != ".gpkg" or path.startswith(("ogr:", "postgres:")):
                raise QgsProcessingException(
                    tr("{path} is to be a GeoPackage of its own. Name it .gpkg.").format(path=path)
                )
        return {name: path for name, path in paths.items() if path}

    def check_named(self, parameters: dict[str, Any], name: str) -> None:
        """Require a destination, which scripts and models may leave out.

        Raises:
            QgsProcessingException: It is not.
        """
        if parameters.get(name) in (None, ""):
            raise QgsProcessingException(
                tr("{name} names no file to write. Choose one.").format(name=name)
            )

    def write_page(self, path: Path, page: str, feedback: QgsProcessingFeedback) -> bool:
        """Write a report; return False with a warning where it cannot be written."""
        try:
            path.write_text(page, "utf-8")
        except OSError as error:
            feedback.pushWarning(
                tr("The report {path} cannot be written: {reason}").format(
                    path=path, reason=error.strerror
                )
            )
            return False
        return True

    def document(
        self, parameter: QgsProcessingParameterDefinition, text: str, *, advanced: bool = False
    ) -> None:
        """Add a parameter with its help text."""
        parameter.setHelp(text)
        if advanced:
            parameter.setFlags(parameter.flags() | ADVANCED)
        self.addParameter(parameter)
