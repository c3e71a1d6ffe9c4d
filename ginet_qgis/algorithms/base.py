"""What all of GINet's algorithms share."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingParameterDefinition,
    QgsProcessingUtils,
)
from qgis.PyQt.QtGui import QIcon

from ginet_qgis import engine
from ginet_qgis.compat import ADVANCED
from ginet_qgis.i18n import tr
from ginet_qgis.paths import ICON

HELP_URL = "https://github.com/ginet-qgis/ginet-qgis#readme"


class GinetAlgorithm(QgsProcessingAlgorithm):
    """Icon, group, help and the question whether there is an engine to run on.

    A subclass defines ``name``, ``displayName``, ``about``, ``initAlgorithm`` and
    ``processAlgorithm``.
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
        """The page with the whole manual."""
        return HELP_URL

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

    def destinations(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        rasters: Sequence[str],
        files: Sequence[str],
        not_over: str | None,
    ) -> dict[str, str]:
        """The files that a run will write, by parameter; left out are those not asked for.

        Args:
            parameters: Of the run.
            context: Of the run.
            rasters: Names of the raster destinations.
            files: Names of the file destinations.
            not_over: A file that none of them may replace.

        Raises:
            QgsProcessingException: One is no GeoTIFF, in no folder, or the same file as another.
        """
        paths = {name: self.parameterAsOutputLayer(parameters, name, context) for name in rasters}
        for path in filter(None, paths.values()):
            if Path(path).suffix.lower() not in (".tif", ".tiff"):
                raise QgsProcessingException(
                    tr("{path} is to be a GeoTIFF. Name it .tif.").format(path=path)
                )
        paths.update(
            {name: self.parameterAsFileOutput(parameters, name, context) for name in files}
        )
        paths = {name: path for name, path in paths.items() if path}
        seen = {_identity(not_over)} if not_over else set()
        for name, path in paths.items():
            if _identity(path) in seen:
                raise QgsProcessingException(
                    tr(
                        "{name} would overwrite {path}, which this run reads or writes too. Choose "
                        "another file."
                    ).format(name=name, path=path)
                )
            seen.add(_identity(path))
            folder = Path(path).absolute().parent
            if not folder.is_dir():
                raise QgsProcessingException(
                    tr("The folder {folder} does not exist. Create it, or choose another.").format(
                        folder=folder
                    )
                )
        return paths

    def document(
        self, parameter: QgsProcessingParameterDefinition, text: str, *, advanced: bool = False
    ) -> None:
        """Add a parameter with its help text."""
        parameter.setHelp(text)
        if advanced:
            parameter.setFlags(parameter.flags() | ADVANCED)
        self.addParameter(parameter)


def _identity(path: str) -> str:
    """The same for two names of one file."""
    return os.path.normcase(os.path.realpath(path))
