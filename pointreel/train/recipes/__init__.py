"""Recipes: a run is a file here, with every number it needs in its ``Config``."""
