"""Builds the add-in for Excel - ribbon, functions and the macros behind them - from text, without Excel."""

from sop_xl.addin.build import FILE_NAME, addin_texts, build_addin

__all__ = ["FILE_NAME", "addin_texts", "build_addin"]
