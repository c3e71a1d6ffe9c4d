"""The parameters and outputs of ``ginet:classify``."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterBand,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterVectorDestination,
)

from ginet_qgis.algorithms.base import GinetAlgorithm
from ginet_qgis.algorithms.parameters import (
    device_help,
    device_parameter,
    model_help,
    model_parameter,
)
from ginet_qgis.compat import DOUBLE, POLYGONS
from ginet_qgis.i18n import tr
from ginet_qgis.layers.stored_result import LOW_CONFIDENCE


def add_parameters(algorithm: GinetAlgorithm) -> None:
    """Define parameters and outputs."""
    _add_inputs(algorithm)
    _add_advanced_inputs(algorithm)
    _add_destinations(algorithm)
    algorithm.addOutput(QgsProcessingOutputString("DEVICE_USED", tr("Device used")))
    algorithm.addOutput(QgsProcessingOutputNumber("SECONDS", tr("Seconds")))
    algorithm.addOutput(QgsProcessingOutputString("AREAS", tr("Areas by class, as JSON")))
    algorithm.addOutput(
        QgsProcessingOutputNumber("LOW_CONFIDENCE", tr("Per cent of unsure pixels"))
    )


def _add_inputs(algorithm: GinetAlgorithm) -> None:
    algorithm.document(
        QgsProcessingParameterRasterLayer("INPUT", tr("Image")),
        tr("Raster layer to classify: a file, or a WMS, XYZ or other layer with an extent."),
    )
    algorithm.document(
        QgsProcessingParameterExtent("EXTENT", tr("Extent"), optional=True),
        tr("Part of the image to classify, in any CRS; left empty, all of it."),
    )
    algorithm.document(model_parameter("MODEL", tr("Model")), model_help())
    algorithm.document(
        QgsProcessingParameterBand(
            "BANDS", tr("Bands"), parentLayerParameterName="INPUT", optional=True,
            allowMultiple=True,
        ),
        tr(
            "One band for each input of the model, in the model's order (red, green, blue for "
            "most). Left empty, they are found by their colour interpretation, else the first "
            "ones are taken."
        ),
    )  # fmt: skip
    algorithm.document(device_parameter(), device_help())
    algorithm.document(
        QgsProcessingParameterNumber(
            "MINIMUM_AREA", tr("Minimum mapping unit (square metres)"), type=DOUBLE,
            optional=True, minValue=0,
        ),
        tr(
            "Smaller patches of a class go to the neighbour with the longest common border, so "
            "that the map has no specks. Left empty, each pixel keeps its class."
        ),
    )  # fmt: skip


def _add_advanced_inputs(algorithm: GinetAlgorithm) -> None:
    algorithm.document(
        QgsProcessingParameterBoolean(
            "RESAMPLE", tr("Resample to the model's resolution"), defaultValue=True
        ),
        tr(
            "Work at the ground resolution that the model was trained at, where the image's "
            "own is finer or coarser; the result is on the image's own pixels all the same. "
            "Switch it off to work on the image's own pixels whatever their size."
        ),
        advanced=True,
    )
    algorithm.document(
        QgsProcessingParameterNumber(
            "PIXEL_SIZE", tr("Pixel size of layers that are not files"), type=DOUBLE,
            optional=True, minValue=0,
        ),
        tr(
            "In units of the layer's CRS. Left empty, the layer's own pixels or, of a web "
            "map, the zoom level that is nearest to what the model was trained at."
        ),
        advanced=True,
    )  # fmt: skip

    algorithm.document(
        QgsProcessingParameterBoolean(
            "COUNT_UNSURE", tr("Count unsure pixels"), defaultValue=False
        ),
        tr(
            "Tell how many pixels have a confidence under {limit} %, also where no raster of "
            "the confidence is wanted; where one is, it is told anyway."
        ).format(limit=LOW_CONFIDENCE),
        advanced=True,
    )


def _add_destinations(algorithm: GinetAlgorithm) -> None:
    destination = QgsProcessingParameterRasterDestination
    algorithm.document(
        destination("OUTPUT", tr("Land cover")),
        tr("GeoTIFF of class numbers; 255 is no data. An existing file is replaced."),
    )
    algorithm.document(
        destination("CONFIDENCE", tr("Confidence"), optional=True, createByDefault=False),
        tr("GeoTIFF with the probability of each pixel's class, in per cent."),
    )
    algorithm.document(
        QgsProcessingParameterVectorDestination(
            "POLYGONS", tr("Polygons"), POLYGONS, optional=True, createByDefault=False
        ),
        tr("GeoPackage with a feature for each connected patch of a class."),
    )
    algorithm.document(
        destination("PROBABILITIES", tr("Probabilities"), optional=True, createByDefault=False),
        tr("GeoTIFF with one band for each class: its probability in per cent."),
        advanced=True,
    )
    algorithm.document(
        QgsProcessingParameterFileDestination(
            "REPORT", tr("Report"), tr("HTML files (*.html)"), optional=True,
            createByDefault=False,
        ),
        tr("Page with each class's area and how the result was made."),
    )  # fmt: skip
