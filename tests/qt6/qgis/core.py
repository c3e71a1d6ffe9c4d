"""Of ``qgis.core``: what our widgets get signals or values from; any other name is anything."""

import os
from unittest.mock import MagicMock

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QGuiApplication, QIcon

NULL = None  # as in QGIS 4


class _Names(type):
    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return MagicMock(name=f"{cls.__name__}.{name}")


class Anything(metaclass=_Names):
    def __init__(self, *_args, **_options):
        pass

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return MagicMock(name=name)


def __getattr__(name):
    if not name.startswith("Qgs"):
        raise AttributeError(name)
    return type(name, (Anything,), {})


class Qgis(Anything):
    QGIS_VERSION_INT, QGIS_VERSION = 40200, "4.2.0"


class QgsProcessingFeedback(QObject):
    progressChanged = pyqtSignal(float)

    def __init__(self, _logs=True):
        super().__init__()
        self._is_cancelled = False

    def cancel(self):
        self._is_cancelled = True

    def isCanceled(self):
        return self._is_cancelled

    def setProgress(self, share):
        self.progressChanged.emit(share)

    def setProgressText(self, text):
        pass

    pushInfo = pushWarning = setProgressText

    def reportError(self, error, fatal=False):
        pass


class QgsTask(QObject):
    """Never runs."""

    progressChanged = pyqtSignal(float)
    taskCompleted = pyqtSignal()
    taskTerminated = pyqtSignal()

    def __init__(self, *_args, **_options):
        super().__init__()

    @classmethod
    def fromFunction(cls, *_args, **_options):
        return cls()


class QgsProject(Anything):
    """Empty, and it forgets."""

    _only = MagicMock(
        **{
            "mapLayer.return_value": None,
            "mapLayers.return_value": {},
            "readEntry.return_value": ("", False),
        }
    )

    @classmethod
    def instance(cls):
        return cls._only


class QgsSettings(Anything):
    """Empty, and it forgets."""

    def value(self, _key, default=None, **_options):
        return default

    def contains(self, _key):
        return False


class QgsApplication(Anything):
    clipboard = QGuiApplication.clipboard

    @classmethod
    def instance(cls):
        return cls()

    def locale(self):
        return "en"

    def translation(self):
        return ""

    @staticmethod
    def getThemeIcon(_name):
        return QIcon()

    @staticmethod
    def qgisSettingsDirPath():
        return os.environ["QGIS_CUSTOM_CONFIG_PATH"]
