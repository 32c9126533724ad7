"""The VBA module that knows which version of the package the add-in was built by: it goes along with every command."""

from __future__ import annotations

MODULE = "SopVersion"


def version_module(version: str) -> str:
    """Source of the module."""
    return f"""Attribute VB_Name = "{MODULE}"
Option Explicit
Option Private Module

' Made when the add-in is built.

Public Function {MODULE}_Sentinel() As String
    {MODULE}_Sentinel = "{MODULE}"
End Function

Public Function {MODULE}_Text() As String
    {MODULE}_Text = "{version}"
End Function
"""
