"""Adapting a model to one raster with few labels, in minutes on a CPU.

In: a model, a raster, and labels as a raster or as polygons.
Out: a network that knows the labels' classes, and how it does on labels held out.
"""
