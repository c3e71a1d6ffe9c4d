"""Between QGIS's raster layers and the engine's files.

In: a raster layer, or the files and the result of a classification.
Out: a file that the engine can read; a layer with the model's classes, named and styled.
"""
