"""Functions of finance."""
