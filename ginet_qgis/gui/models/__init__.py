"""Choosing a model, and the list of models to add to and tidy."""
