Attribute VB_Name = "SopValues"
Option Explicit
Option Private Module

' What cells hand over to Python, and what Python hands back to cells.
' Error values cannot leave Python as such: they come as text behind a mark.

Private Const SOP_MARK As String = "sop_xl:error:"

Private sopReason As String

Public Function SopValues_Sentinel() As String
    SopValues_Sentinel = "SopValues"
End Function

' One argument as values: a range as its values with dates kept, anything else as it is.
Public Function SopGiven(ByRef given As Variant) As Variant
    Dim block As Object
    If Not IsObject(given) Then
        SopGiven = given
        Exit Function
    End If
    Set block = given
    If block.Areas.Count > 1 Then
        SopGiven = CVErr(2015)
        Exit Function
    End If
    If block.Rows.Count = block.Worksheet.Rows.Count Then
        Set block = SopUsedRows(block)
    End If
    SopGiven = block.Value
End Function

' Whole columns down to the last row that is in use.
Private Function SopUsedRows(ByVal block As Object) As Object
    Dim used As Object
    Dim last As Long
    Set used = block.Worksheet.UsedRange
    last = used.Row + used.Rows.Count - 1
    Set SopUsedRows = block.Resize(last)
End Function

' A result as cells show it.
Public Function SopResult(ByVal result As Variant) As Variant
    If Not IsArray(result) Then
        SopResult = SopCell(result)
    ElseIf SopIsRow(result) Then
        SopResult = SopRow(result)
    Else
        SopResult = SopRows(result)
    End If
End Function

Private Function SopRow(ByVal result As Variant) As Variant
    Dim i As Long
    For i = LBound(result) To UBound(result)
        If SopIsSpecial(result(i)) Then
            result(i) = SopCell(result(i))
        End If
    Next i
    SopRow = result
End Function

Private Function SopRows(ByVal result As Variant) As Variant
    Dim i As Long
    Dim j As Long
    For i = LBound(result, 1) To UBound(result, 1)
        For j = LBound(result, 2) To UBound(result, 2)
            If SopIsSpecial(result(i, j)) Then
                result(i, j) = SopCell(result(i, j))
            End If
        Next j
    Next i
    SopRows = result
End Function

Private Function SopIsRow(ByVal result As Variant) As Boolean
    Dim columns As Long
    On Error GoTo failed
    columns = UBound(result, 2)
    SopIsRow = False
    Exit Function
failed:
    SopIsRow = True
End Function

' Numbers, dates and truth values go as they are; 0, 1 and 8 are nothing, null and text.
Private Function SopIsSpecial(ByVal value As Variant) As Boolean
    Select Case VarType(value)
        Case 0, 1, 8
            SopIsSpecial = True
        Case Else
            SopIsSpecial = False
    End Select
End Function

' A blank is shown as a blank: Excel would show 0 for a result that holds nothing.
Private Function SopCell(ByVal value As Variant) As Variant
    If IsEmpty(value) Or IsNull(value) Then
        SopCell = ""
    ElseIf VarType(value) <> 8 Then
        SopCell = value
    ElseIf Left(value, Len(SOP_MARK)) = SOP_MARK Then
        SopCell = SopError(Mid(value, Len(SOP_MARK) + 1))
    Else
        SopCell = value
    End If
End Function

Private Function SopError(ByVal name As String) As Variant
    Select Case name
        Case "#NULL!"
            SopError = CVErr(2000)
        Case "#DIV/0!"
            SopError = CVErr(2007)
        Case "#REF!"
            SopError = CVErr(2023)
        Case "#NAME?"
            SopError = CVErr(2029)
        Case "#NUM!"
            SopError = CVErr(2036)
        Case "#N/A"
            SopError = CVErr(2042)
        Case Else
            SopError = CVErr(2015)
    End Select
End Function

' What a cell shows when Python was not reached.
Public Function SopFailed(ByVal name As String, ByVal reason As String) As Variant
    sopReason = name & ": " & reason
    SopFailed = CVErr(2042)
End Function

' The same for functions whose result is a sentence.
Public Function SopFailedText(ByVal name As String, ByVal reason As String) As Variant
    sopReason = name & ": " & reason
    SopFailedText = reason
End Function

' Why Python was not reached the last time; empty when it always was.
Public Function SopLastReason() As String
    SopLastReason = sopReason
End Function
