"""From a raster file to values and validity on a grid.

In: a path, band numbers, windows in pixels.
Out: arrays (bands, rows, columns) with a mask, scaled to 0..1 where a model asks for it.
"""
