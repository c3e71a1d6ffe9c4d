"""The dock: classify on the map, look at results, teach the model."""
