Attribute VB_Name = "SopMac"
Option Explicit
Option Private Module

' Excel on a Mac has no server to ask: Python is started for each command, follows it to its end by itself and shows how far it is.
' The macro does not wait. Nothing here runs on Windows.

Public Function SopMac_Sentinel() As String
    SopMac_Sentinel = "SopMac"
End Function

Public Function SopMac_Is() As Boolean
    SopMac_Is = InStr(Application.OperatingSystem, "Macintosh") > 0
End Function

' Starts Python for one command. The question travels as digits, which no script on its way can take for anything else.
Public Function SopMac_Send(ByVal command As String, ByVal payload As String) As String
    Dim code As String
    code = "import sop_xl.ribbon; sop_xl.ribbon.follow_in_excel('" & command & "', '" & SopMac_Digits(payload) & "')"
    Application.Run SopRun_Macro("RunPython"), code
    SopMac_Send = "state=sent" & vbLf & "message=Python starts; its progress shows here."
End Function

' Four hexadecimal digits for each character.
Private Function SopMac_Digits(ByVal text As String) As String
    Dim place As Long
    Dim digits As String
    For place = 1 To Len(text)
        digits = digits & Right$("000" & Hex$(AscW(Mid$(text, place, 1)) And &HFFFF&), 4)
    Next place
    SopMac_Digits = digits
End Function
