"""Training data: rasters with labels, and the samples drawn from them."""
