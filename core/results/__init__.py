"""From class ids to files, whole under their final names or not there.

In: rows of class ids, confidence and probabilities; finished blocks for the journal.
Out: GeoTIFFs with palette, class names, attribute table and overviews; totals of each class.
"""
