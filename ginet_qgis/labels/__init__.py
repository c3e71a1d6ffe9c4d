"""Layers of labels: drawn, counted, and made ready for the engine.

In: vector or raster layers with a class for each feature or pixel.
Out: classes with ids and colours, tallies, hints; GeoJSON or a raster of class ids.
"""
