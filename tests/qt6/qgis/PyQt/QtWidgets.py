from PyQt6.QtGui import QAction, QActionGroup, QShortcut  # noqa: F401 - QGIS's bridge has them here
from PyQt6.QtWidgets import *  # noqa: F403
