"""The engine's own environment: found, built, tried, removed.

In: the lock files, a folder, and the user's choice of a build of PyTorch or a Python.
Out: a Python that runs the engine. Standard library only: ``python3 installer build``.
"""
