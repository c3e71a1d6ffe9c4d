"""The Processing provider ``ginet``."""

from __future__ import annotations

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from ginet_qgis.algorithms.assess import AssessAlgorithm
from ginet_qgis.algorithms.classify import ClassifyAlgorithm
from ginet_qgis.algorithms.finetune import FinetuneAlgorithm
from ginet_qgis.algorithms.polygons import PolygonsAlgorithm
from ginet_qgis.algorithms.sample import SampleAlgorithm
from ginet_qgis.algorithms.setup import SetupAlgorithm
from ginet_qgis.paths import ICON


class GinetProvider(QgsProcessingProvider):
    """All of GINet's algorithms; they are listed with or without an engine to run them."""

    def id(self) -> str:
        """The stable name, never translated."""
        return "ginet"

    def name(self) -> str:
        """The name in the toolbox."""
        return "GINet"

    def icon(self) -> QIcon:
        """GINet's icon."""
        return QIcon(str(ICON))

    def svgIconPath(self) -> str:
        """The icon's file, for the places that draw it themselves."""
        return str(ICON)

    def loadAlgorithms(self) -> None:
        """Make the algorithms; the provider owns them."""
        kinds = (
            ClassifyAlgorithm,
            FinetuneAlgorithm,
            PolygonsAlgorithm,
            SampleAlgorithm,
            AssessAlgorithm,
            SetupAlgorithm,
        )
        for algorithm in kinds:
            self.addAlgorithm(algorithm())

    def supportedOutputRasterLayerExtensions(self) -> list[str]:
        """The engine writes GeoTIFF only."""
        return ["tif", "tiff"]

    def supportsNonFileBasedOutput(self) -> bool:
        """The engine writes files."""
        return False
