"""Functions of demand."""
