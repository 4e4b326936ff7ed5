"""Whole models: which ones there are (zoo.py), how they get weights (export.py)."""
