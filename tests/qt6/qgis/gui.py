"""Of ``qgis.gui``: Qt's own widgets under QGIS's names, with the members that ours use."""

from enum import Enum
from unittest.mock import MagicMock

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import (
    QComboBox,
    QDockWidget,
    QGraphicsRectItem,
    QGraphicsScene,
    QGraphicsView,
    QGroupBox,
    QHBoxLayout,
    QLineEdit,
    QToolButton,
    QWidget,
)


class QgsRubberBand(QGraphicsRectItem):
    def __init__(self, _canvas, _kind):
        super().__init__()
        _canvas.scene().addItem(self)

    def setStrokeColor(self, colour):
        self.setPen(QColor(colour))

    def setFillColor(self, colour):
        self.setBrush(QColor(colour))

    def setToGeometry(self, geometry, crs):
        pass


class QgsDockWidget(QDockWidget):
    def setToggleVisibilityAction(self, action):
        action.setCheckable(True)
        action.toggled.connect(self.setVisible)


class QgsCollapsibleGroupBoxBasic(QGroupBox):
    def setCollapsed(self, collapsed):
        self.setFlat(collapsed)


class QgsFileWidget(QWidget):
    fileChanged = pyqtSignal(str)

    class StorageMode(Enum):
        GetFile, GetDirectory, GetMultipleFiles, SaveFile = range(4)

    def __init__(self, parent=None):
        super().__init__(parent)
        self._edit = QLineEdit()
        self._edit.textChanged.connect(self.fileChanged)
        row = QHBoxLayout(self)
        row.addWidget(self._edit)
        row.addWidget(QToolButton())

    def lineEdit(self):
        return self._edit

    def filePath(self):
        return self._edit.text()

    def setFilePath(self, path):
        self._edit.setText(path)

    def setStorageMode(self, mode):
        self.StorageMode(mode)

    def setFilter(self, text):
        str(text)

    setDialogTitle = setDefaultRoot = setFilter


class QgsMapLayerComboBox(QComboBox):
    """Without layers."""

    layerChanged = pyqtSignal(object)

    def currentLayer(self):
        return None

    def setLayer(self, layer):
        self.layerChanged.emit(layer)

    def setFilters(self, filters):
        pass

    setAllowEmptyLayer = setExceptedLayerList = setFilters


class QgsFieldComboBox(QComboBox):
    """Without fields."""

    fieldChanged = pyqtSignal(str)

    def setLayer(self, layer):
        pass

    setField = setFilters = setLayer

    def currentField(self):
        return ""


class QgsCheckableComboBox(QComboBox):
    checkedItemsChanged = pyqtSignal(list)


class QgsOptionsPageWidget(QWidget):
    pass


class QgsOptionsWidgetFactory(QObject):
    def __init__(self, title="", icon=None, key=""):
        super().__init__()


class QgsMapMouseEvent:
    pass


class QgsVertexMarker:
    pass


class QgsMapTool(QObject):
    extentChanged = pyqtSignal(object)


QgsMapToolExtent = QgsMapTool


class QgsMapCanvas(QGraphicsView):
    destinationCrsChanged = pyqtSignal()
    extentsChanged = pyqtSignal()

    def __init__(self):
        super().__init__()
        self.setScene(QGraphicsScene(self))
        self._tool = None

    def mapTool(self):
        return self._tool

    def setMapTool(self, tool):
        self._tool = tool

    def unsetMapTool(self, _tool):
        self._tool = None

    def mapSettings(self):
        return MagicMock()
