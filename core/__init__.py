"""GINet engine: classifies rasters of any size. Runs in its own Python, never imports qgis."""

__version__ = "0.1.0"
