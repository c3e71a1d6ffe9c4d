"""A stand-in for QGIS's Processing plugin."""
