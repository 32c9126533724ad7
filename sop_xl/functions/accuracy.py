"""Functions of accuracy."""
