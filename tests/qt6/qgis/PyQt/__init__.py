"""QGIS's own bridge to the Qt it is built on; here always Qt 6."""
