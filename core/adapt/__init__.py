"""Adapting a model to one raster with few labels, see ``core.finetune``."""
