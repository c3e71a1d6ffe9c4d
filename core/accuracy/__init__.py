"""How right a map or a model is: sampling design, estimates, scores.

In: a class raster and reference labels, or a model's predictions on labelled scenes.
Out: accuracies and areas with standard errors; IoU, F1, boundary F1 from confusion matrices.
"""
