"""Functions of supply."""
