"""The supply plan as a linear programme: the only package that knows the modeller and its solver."""
