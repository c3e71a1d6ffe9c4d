"""Accuracy of a map from a sample of reference labels: the formulas and what feeds them."""
