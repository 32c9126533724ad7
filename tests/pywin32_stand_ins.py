"""Stand-ins for pywin32, so that xlwings' own server code for Windows runs here: what it touches on the way of one call, and no more."""

from __future__ import annotations

import ctypes
import sys
from datetime import UTC, datetime
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest


class _Anything(ModuleType):
    """A module of which nothing is asked but that its names exist."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


def _module(name: str, **members: Any) -> ModuleType:
    made = _Anything(name)
    made.__path__ = []  # type: ignore[attr-defined]  # so that it may have sub-modules
    vars(made).update(members)
    return made


def xlwings_server(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """xlwings' Windows modules, imported on stand-ins that go when the test is over.

    Returns
    -------
    SimpleNamespace
        `call`: `CallUDF` of the server object that VBA talks to; `udfs`: the module with the wrapper generator.
    """
    wrapped = lambda obj, *_: obj  # noqa: E731
    stand_ins = {
        "pythoncom": _module("pythoncom", __file__="", CoInitialize=lambda: None, TypeIIDs={None: type("PyIDispatch", (), {})}, IID_IDispatch=None),
        "pywintypes": _module("pywintypes", TimeType=datetime, IID=str, com_error=type("com_error", (Exception,), {})),
        "win32api": _module("win32api"),
        "win32con": _module("win32con"),
        "win32event": _module("win32event"),
        "win32gui": _module("win32gui"),
        "win32process": _module("win32process"),
        "win32timezone": _module("win32timezone", TimeZoneInfo=SimpleNamespace(utc=lambda: UTC)),
        "win32com": _module("win32com"),
        "win32com.client": _module("win32com.client", Dispatch=wrapped),
        "win32com.client.dynamic": _module("win32com.client.dynamic"),
        "win32com.server": _module("win32com.server"),
        "win32com.server.dispatcher": _module("win32com.server.dispatcher"),
        "win32com.server.policy": _module("win32com.server.policy"),
        "win32com.server.util": _module("win32com.server.util", wrap=wrapped),
    }
    for name, stand_in in stand_ins.items():
        monkeypatch.setitem(sys.modules, name, stand_in)
        parent, _, child = name.rpartition(".")
        if parent:
            vars(stand_ins[parent])[child] = stand_in
    for library in ("oledll", "windll", "PyDLL"):
        monkeypatch.setattr(ctypes, library, MagicMock(), raising=False)

    import xlwings

    for name in ("_xlwindows", "udfs", "com_server", "_win32patch"):
        monkeypatch.delitem(sys.modules, f"xlwings.{name}", raising=False)
    import xlwings._xlwindows

    monkeypatch.setattr(xlwings, "_xlwindows", xlwings._xlwindows, raising=False)
    monkeypatch.setitem(xlwings.engines.engines_by_name, "excel", xlwings.Engine(impl=xlwings._xlwindows.engine))
    import xlwings.com_server
    import xlwings.udfs

    for name in ("_xlwindows", "udfs", "com_server", "_win32patch"):
        monkeypatch.setitem(sys.modules, f"xlwings.{name}", sys.modules[f"xlwings.{name}"])
    return SimpleNamespace(call=xlwings.com_server.XLPython().CallUDF, udfs=xlwings.udfs, codes=xlwings._xlwindows.cell_errors)
