Attribute VB_Name = "SopHelp"
Option Explicit
Option Private Module

' Category and argument texts of the function wizard, read from the sheet that also feeds IntelliSense.
' Where Excel refuses them, the functions work as well.

Private Const SOP_SHEET As String = "_IntelliSense_"
Private Const SOP_CATEGORY As String = "S&OP"
Private Const SOP_MOST_TRIES As Long = 5

Private sopTries As Long

Public Function SopHelp_Sentinel() As String
    SopHelp_Sentinel = "SopHelp"
End Function

' Excel takes the texts only while a workbook is open, which at its start may take a moment.
Public Sub SopHelp_Describe()
    Dim page As Object
    Dim at As Long
    On Error GoTo failed
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
    On Error GoTo failed
    If sopTries < SOP_MOST_TRIES Then
        sopTries = sopTries + 1
        Application.OnTime Now + TimeSerial(0, 0, 2 * sopTries - 1), "'" & ThisWorkbook.Name & "'!SopHelp_Describe"
    End If
failed:
End Sub

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
