Attribute VB_Name = "SopHelp"
Option Explicit
Option Private Module

' Category and argument texts of the function wizard, read from the sheet that also feeds IntelliSense.
' Where Excel refuses them, the functions work as well.

Private Const SOP_SHEET As String = "_IntelliSense_"
Private Const SOP_CATEGORY As String = "S&OP"
Private Const SOP_LONGEST_PAUSE As Long = 10     ' seconds between two looks for a workbook

Private sopTries As Long
Private sopNextTry As Date

Public Function SopHelp_Sentinel() As String
    SopHelp_Sentinel = "SopHelp"
End Function

' Excel takes the texts only while a workbook is open; who stays on its start screen opens one when he likes.
Public Sub SopHelp_Describe()
    Dim page As Object
    Dim at As Long
    On Error GoTo failed
    sopNextTry = 0
    If ActiveWorkbook Is Nothing Then
        SopHelp_DescribeLater
        Exit Sub
    End If
    Set page = ThisWorkbook.Worksheets(SOP_SHEET)
    at = 2
    Do While page.Cells(at, 1).Value <> ""
        SopHelp_DescribeOne page, at
        at = at + 1
    Loop
    ThisWorkbook.Saved = True
failed:
End Sub

Public Sub SopHelp_DescribeLater()
    Dim pause As Long
    On Error GoTo failed
    pause = 2 * sopTries + 1
    If pause > SOP_LONGEST_PAUSE Then
        pause = SOP_LONGEST_PAUSE
    Else
        sopTries = sopTries + 1
    End If
    sopNextTry = Now + TimeSerial(0, 0, pause)
    Application.OnTime sopNextTry, SopHelp_Macro()
failed:
End Sub

' When the add-in closes: a call that was put off would open it again.
Public Sub SopHelp_Leave()
    On Error GoTo failed
    If sopNextTry <> 0 Then
        Application.OnTime sopNextTry, SopHelp_Macro(), , False
        sopNextTry = 0
    End If
failed:
End Sub

' Excel finds by name what stands in a module that is open to it.
Private Function SopHelp_Macro() As String
    SopHelp_Macro = "'" & ThisWorkbook.Name & "'!sop_describe"
End Function

Private Sub SopHelp_DescribeOne(ByVal page As Object, ByVal at As Long)
    Dim texts() As String
    Dim count As Long
    Dim macro As String
    On Error GoTo failed
    macro = "'" & ThisWorkbook.Name & "'!" & page.Cells(at, 1).Value
    Do While page.Cells(at, 4 + 2 * count).Value <> ""
        ReDim Preserve texts(0 To count)
        texts(count) = page.Cells(at, 5 + 2 * count).Value
        count = count + 1
    Loop
    If count > 0 Then
        Application.MacroOptions Macro:=macro, Description:=page.Cells(at, 2).Value, Category:=SOP_CATEGORY, ArgumentDescriptions:=texts
    Else
        Application.MacroOptions Macro:=macro, Description:=page.Cells(at, 2).Value, Category:=SOP_CATEGORY
    End If
failed:
End Sub
