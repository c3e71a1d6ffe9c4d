"""What users see in QGIS's main window: a folder for each window.

In: the project's layers, clicks, and what the algorithms hand back.
Out: runs of algorithms in the background, and their results in the project.
"""
