"""What all of GINet's algorithms share."""

from __future__ import annotations

from qgis.core import QgsProcessingAlgorithm, QgsProcessingParameterDefinition, QgsProcessingUtils
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

    def document(
        self, parameter: QgsProcessingParameterDefinition, text: str, *, advanced: bool = False
    ) -> None:
        """Add a parameter with its help text."""
        parameter.setHelp(text)
        if advanced:
            parameter.setFlags(parameter.flags() | ADVANCED)
        self.addParameter(parameter)
