"""The wire: all that crosses between the engine and QGIS, or the command line.

In: jobs as JSON or arguments, checked field by field, with the paths and classes they name.
Out: jobs as frozen dataclasses; events, errors and reports as JSON; rules that both sides share.
"""
