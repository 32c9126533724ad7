"""Functions of status."""
