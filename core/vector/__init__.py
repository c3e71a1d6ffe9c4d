"""From labels to polygons: patches, their generalisation, shared outlines, rings. Only NumPy."""
