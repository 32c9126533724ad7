"""The ribbon tab as XML (customUI of Office 2010 and later), made from the catalogue."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from sop_xl.addin.catalogue import COMMANDS, TAB_ID, TAB_KEYTIP, TAB_LABEL, Command, Group, Length

NAMESPACE = "http://schemas.microsoft.com/office/2009/07/customui"
LAST_RUN_ID = "sop_last_run"
RESTING_LABELS = {"sop_regenerate"}
"""Buttons whose label shows how far the run is; a label of their own stands in the VBA."""


def ribbon_xml() -> str:
    """The part `customUI/customUI14.xml`.

    Every control has a screen tip, a super tip, a key tip (a label cannot have one) and a callback that says whether it can be pressed:
    nothing that writes while a run is under way, Stop only then.

    Returns
    -------
    str
        With XML declaration and a final line feed; equal for equal catalogues.
    """
    ET.register_namespace("", NAMESPACE)
    root = _element(None, "customUI", onLoad="SopRibbon_Load")
    tab = _element(
        _element(_element(root, "ribbon"), "tabs"), "tab", id=TAB_ID, label=TAB_LABEL, keytip=TAB_KEYTIP, insertAfterMso="TabHome"
    )
    for group in Group:
        box = _element(tab, "group", id=f"sop_group_{group.name.lower()}", label=group.value)
        for command in (c for c in COMMANDS if c.group is group):
            _button(box, command)
        if group is Group.CYCLE:
            _last_run(box)
    ET.indent(root, "  ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _button(box: ET.Element, command: Command) -> None:
    label = {"getLabel": "SopRibbon_Label"} if command.macro in RESTING_LABELS else {"label": command.label}
    enabled = {} if command.length is Length.EXCEL or not command.needs_workbook else {"getEnabled": "SopRibbon_Enabled"}
    _element(
        box, "button", id=command.macro, **label, imageMso=command.icon, size="large" if command.large else "normal", onAction="SopRibbon_Press", **enabled,
        keytip=command.keytip, screentip=command.screentip, supertip=command.supertip,
    )  # fmt: skip


def _last_run(box: ET.Element) -> None:
    _element(
        box, "labelControl", id=LAST_RUN_ID, getLabel="SopRibbon_Label", screentip="Last run",
        supertip="When the last command of this session ended, and how. Open log has the details.",
    )  # fmt: skip


def _element(parent: ET.Element | None, tag: str, **attributes: str) -> ET.Element:
    name = f"{{{NAMESPACE}}}{tag}"
    return ET.Element(name, attributes) if parent is None else ET.SubElement(parent, name, attributes)
