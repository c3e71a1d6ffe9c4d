"""Teaching on the map: labels go in, the view is classified anew, a model comes out."""
