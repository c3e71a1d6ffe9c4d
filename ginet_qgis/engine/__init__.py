"""A run of the engine, a process of its own.

In: a job as a dictionary, and QGIS's feedback.
Out: the ``result`` event; progress, warnings and errors in the user's language.
"""
