"""Training data: labelled scenes, and the samples drawn from them.

In: image and label rasters, as a recipe or the layout of a published set names them.
Out: scenes with label sets; batches of contexts and patches with their labels.
"""
