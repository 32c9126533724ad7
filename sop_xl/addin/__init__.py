"""The add-in that puts the functions and the ribbon tab into Excel, built from text without Excel."""

from sop_xl.addin.build import FILE_NAME, addin_texts, build_addin

__all__ = ["FILE_NAME", "addin_texts", "build_addin"]
