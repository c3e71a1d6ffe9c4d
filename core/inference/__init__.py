"""From a raster and a model to the classes of all its pixels, block by block.

In: an opened raster, a model, a device and the plan of blocks.
Out: finished blocks in the journal, then the rasters and totals assembled from them.
"""
