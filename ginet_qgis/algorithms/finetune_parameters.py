"""The parameters and outputs of ``ginet:finetune``."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterBand,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMapLayer,
    QgsProcessingParameterMatrix,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
)

from ginet_qgis.algorithms.base import GinetAlgorithm
from ginet_qgis.algorithms.parameters import (
    class_field_parameter,
    device_help,
    device_parameter,
    model_help,
    model_parameter,
)
from ginet_qgis.compat import AREA_LAYERS, DOUBLE, INTEGER
from ginet_qgis.i18n import tr
from ginet_qgis.labels import kept
from ginet_qgis.models import model_files


def add_parameters(algorithm: GinetAlgorithm) -> None:
    """Define parameters and outputs."""
    _add_inputs(algorithm)
    _add_advanced_inputs(algorithm)
    file = QgsProcessingParameterFileDestination
    algorithm.document(
        file("OUTPUT_MODEL", tr("New model"), tr("GINet models (*.safetensors)"),
             str(model_files.unused_file())),
        tr(
            "Model file. Models in the folder ginet/models of the user profile are in the list "
            "of models; others are chosen as files. An existing file is replaced."
        ),
    )  # fmt: skip
    algorithm.document(
        file("REPORT", tr("Report"), tr("HTML files (*.html)"), optional=True),
        tr("Page with what was gained for each class, and of which to label more."),
    )
    algorithm.addOutput(QgsProcessingOutputNumber("MIOU_BEFORE", tr("mIoU before")))
    algorithm.addOutput(QgsProcessingOutputNumber("MIOU_AFTER", tr("mIoU after")))
    algorithm.addOutput(QgsProcessingOutputString("FIGURES", tr("All figures, as JSON")))


def _add_inputs(algorithm: GinetAlgorithm) -> None:
    algorithm.document(
        QgsProcessingParameterRasterLayer("INPUT", tr("Image")),
        tr("Raster layer that the labels are drawn on: a file, or a WMS or XYZ layer."),
    )
    algorithm.document(
        QgsProcessingParameterMapLayer("LABELS", tr("Labels"), types=AREA_LAYERS),
        tr(
            "Polygons with a class each, in any CRS, or a raster of class numbers on the "
            "image's own pixels, in which 255 and no data are unlabelled."
        ),
    )
    algorithm.document(
        class_field_parameter("CLASS_FIELD", "LABELS"),
        tr(
            "Of polygons: the field with class names or numbers. Left empty, the field named "
            "class. Numbers are named by the layer's categories or the field's list of values, "
            "else they are the base model's."
        ),
    )
    algorithm.document(model_parameter("BASE_MODEL", tr("Base model")), model_help())
    algorithm.document(
        QgsProcessingParameterBoolean("KEEP_CLASSES", kept.option(), defaultValue=True),
        kept.explained(),
    )
    algorithm.document(
        QgsProcessingParameterNumber(
            "MINUTES", tr("Minutes at most"), type=DOUBLE, defaultValue=4, minValue=0.05,
            maxValue=1440,
        ),
        tr(
            "An upper bound: a run takes seconds as a rule. Where this is too short, fewer "
            "labels are read, and fewer of them held out."
        ),
    )  # fmt: skip
    algorithm.document(device_parameter(), device_help())


def _add_advanced_inputs(algorithm: GinetAlgorithm) -> None:
    algorithm.document(
        QgsProcessingParameterBand(
            "BANDS", tr("Bands"), parentLayerParameterName="INPUT", optional=True,
            allowMultiple=True,
        ),
        tr("One band for each input of the model, as for a classification."),
        advanced=True,
    )  # fmt: skip
    heads = [tr("Label"), tr("Name"), tr("Colour"), tr("In the base model")]
    algorithm.document(
        QgsProcessingParameterMatrix("CLASSES", tr("Classes"), headers=heads, optional=True),
        tr(
            "For labels that are to become classes of other names or colours, or that are "
            "other classes of the base model than the one of the same name, by which the two "
            "are compared; several are separated by semicolons, none means a new class."
        ),
        advanced=True,
    )
    algorithm.document(
        QgsProcessingParameterNumber("SEED", tr("Seed"), type=INTEGER, defaultValue=0, minValue=0),
        tr("Of everything random, such as which ground is held out."),
        advanced=True,
    )
