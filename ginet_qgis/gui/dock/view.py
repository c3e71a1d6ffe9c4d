"""Which result, and how it is seen against its source: opacity, and blinking."""

from __future__ import annotations

from qgis.core import QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from ginet_qgis.i18n import tr

BLINK_MILLISECONDS = 700
"""Slow enough to be safe for people with photosensitive epilepsy (three flashes a second)."""


class LayerView(QWidget):
    """Acts on one layer, which may go at any time."""

    def __init__(self) -> None:
        """Make the widgets; there is no layer yet."""
        super().__init__()
        self._layer_id = ""
        self._timer = QTimer(self)
        self._timer.setInterval(BLINK_MILLISECONDS)
        self._timer.timeout.connect(self._toggle)
        self.title = QLabel()
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.title.setAccessibleName(tr("Layer that is shown and measured here"))
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setPageStep(10)
        self.opacity.setMinimumWidth(40)
        self.opacity.setToolTip(tr("Opacity of the result, in per cent"))
        self.opacity.setAccessibleName(tr("Opacity of the result, in per cent"))
        label = QLabel(tr("Opacit&y"))
        label.setBuddy(self.opacity)
        self.blink = QPushButton(tr("&Blink"))
        self.blink.setCheckable(True)
        self.blink.setToolTip(tr("Show and hide the result in turn, to compare it with its source"))
        row = QHBoxLayout()
        row.addWidget(label)
        row.addWidget(self.opacity, 1)
        row.addWidget(self.blink)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.title)
        layout.addLayout(row)
        self.opacity.valueChanged.connect(self._set_opacity)
        self.blink.toggled.connect(self._set_blinking)
        self.set_layer(None)

    @property
    def layer(self) -> QgsRasterLayer | None:
        """The layer, if it is still there."""
        return QgsProject.instance().mapLayer(self._layer_id)

    def set_layer(self, layer: QgsRasterLayer | None) -> None:
        """Act on this layer from now on; on none, all is disabled and its name stays."""
        self.stop()
        self._layer_id = "" if layer is None else layer.id()
        if layer is not None:
            self.title.setText(layer.name())
            self.opacity.setValue(round(100 * layer.opacity()))
        self.setEnabled(layer is not None)

    def stop(self) -> None:
        """Stop blinking; the layer is left visible."""
        self.blink.setChecked(False)

    def _set_opacity(self, per_cent: int) -> None:
        layer = self.layer
        if layer is not None and round(100 * layer.opacity()) != per_cent:
            layer.setOpacity(per_cent / 100)
            layer.triggerRepaint()

    def _set_blinking(self, is_on: bool) -> None:
        if is_on:
            self._toggle()
            self._timer.start()
        else:
            self._timer.stop()
            self._show(visible=True)

    def _toggle(self) -> None:
        node = QgsProject.instance().layerTreeRoot().findLayer(self._layer_id)
        if node is not None:
            self._show(visible=not node.itemVisibilityChecked())

    def _show(self, *, visible: bool) -> None:
        node = QgsProject.instance().layerTreeRoot().findLayer(self._layer_id)
        if node is not None:
            node.setItemVisibilityChecked(visible)
