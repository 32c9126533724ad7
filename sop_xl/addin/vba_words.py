"""Words of VBA that our own modules may use without declaring them."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LANGUAGE = _words(
    """and as boolean byref byval call case const date dim do double each else elseif empty end erase error exit false for
    function get goto if in integer is let like long loop mod module next not nothing null object on option optional or
    paramarray preserve private property public redim resume select set static step string sub then to true typeof until
    variant wend while with xor explicit debug"""
)
"""Words of statements and types that our own modules use."""
KNOWN = _words(
    """abs array asc ascw cbool cdate cdbl chr cint clng cstr cverr dateserial err format hex instr instrrev int isarray isdate
    isempty iserror ismissing isnull isnumeric isobject join lbound lcase left len ltrim mid now replace right round rtrim
    split str timer timeserial trim typename ubound ucase val vartype msgbox inputbox
    application thisworkbook activeworkbook activesheet workbook worksheet range
    vblf vbcrlf vbcr vbtab vbnullstring vbobjecterror vbstring vbempty vbnull vbboolean vbdate vberror vbdouble
    vbokcancel vbokonly vbyesno vbok vbyes vbno vbcancel vbquestion vbinformation vbexclamation vbcritical
    xlsheetvisible xlsheethidden xlsheetveryhidden"""
)
"""Functions, objects and constants that Excel, LibreOffice and the interpreter of the tests all have."""
