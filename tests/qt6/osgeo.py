"""A stand-in: no widget reads a raster by itself."""

from unittest.mock import MagicMock

gdal = ogr = osr = MagicMock()
