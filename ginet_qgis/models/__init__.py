"""Which models there are, and what their cards tell.

In: the plugin's and the user's folder of model files.
Out: names, paths, and the header of a file; never its weights.
"""
