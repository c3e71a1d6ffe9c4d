"""Parameters that several algorithms have: the model, the device, the field of the classes."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingParameterEnum,
    QgsProcessingParameterField,
    QgsProcessingParameterString,
)

from ginet_qgis import settings
from ginet_qgis.core.wire.paths import absolute_name
from ginet_qgis.i18n import tr
from ginet_qgis.layers.layer_files import relative_to
from ginet_qgis.paths import DEFAULT_MODEL, bundled_models

MODEL_PARAMETERS = ("MODEL", "BASE_MODEL")


def model_parameter(name: str, label: str) -> QgsProcessingParameterString:
    """A bundled model's name or a model file, with a list to choose from."""
    parameter = QgsProcessingParameterString(name, label, DEFAULT_MODEL)
    parameter.setMetadata(
        {"widget_wrapper": {"class": "ginet_qgis.algorithms.model_widget.ModelWidgetWrapper"}}
    )
    return parameter


def model_help() -> str:
    """What a model parameter means."""
    return tr("Name of a model that comes with the plugin ({names}), or a model file.").format(
        names=", ".join(bundled_models()) or DEFAULT_MODEL
    )


def model_of(text: str) -> str:
    """A model parameter's value as the engine takes it: a file's path is absolute."""
    model = text.strip()
    return model if model in bundled_models() else absolute_name(model, relative_to())


def class_field_parameter(name: str, layer: str) -> QgsProcessingParameterField:
    """The field of the classes of a layer that may be a raster and has none then.

    Args:
        name: Of the parameter.
        layer: The layer's parameter.
    """
    parameter = QgsProcessingParameterField(
        name, tr("Field of the classes"), parentLayerParameterName=layer, optional=True
    )
    parameter.setMetadata(
        {"widget_wrapper": {"class": "ginet_qgis.algorithms.field_widget.FieldWidgetWrapper"}}
    )
    return parameter


def device_parameter() -> QgsProcessingParameterEnum:
    """Where to compute; the user's settings have the default."""
    return QgsProcessingParameterEnum(
        "DEVICE",
        tr("Device"),
        options=list(settings.DEVICES),
        defaultValue=settings.device(),
        usesStaticStrings=True,
    )


def device_help() -> str:
    """What the device parameter means."""
    return tr(
        "Where to compute: the processor (cpu), an NVIDIA graphics card (cuda) or an Apple "
        "one (mps); auto takes the fastest there is."
    )
