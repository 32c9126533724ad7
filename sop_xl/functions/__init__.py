"""The functions that planners type into cells: pure, arrays in and arrays out, told once and used by Excel, by files and by the documentation."""

from sop_xl.functions.registry import Argument, CellFunction, Kind, call, functions, last_error

__all__ = ["Argument", "CellFunction", "Kind", "call", "functions", "last_error"]
