"""One Processing algorithm a file, on one base class.

In: Processing's parameters, from the toolbox, a model, ``qgis_process`` or a window.
Out: layers, files and figures, as Processing names them.
"""
