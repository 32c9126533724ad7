Attribute VB_Name = "SopValues"
Option Explicit
Option Private Module

' What cells hand over to Python, and what Python hands back to cells.
' Error values cannot leave Python as such: they come as text behind a mark.

Private Const SOP_MARK As String = "sop_xl:error:"
Private Const SOP_MONEY As Long = 6              ' type of a value: vbCurrency

Private sopReason As String

Public Function SopValues_Sentinel() As String
    SopValues_Sentinel = "SopValues"
End Function

' One argument as values: a range as its values with dates kept, anything else as it is.
Public Function SopValues_Given(ByRef given As Variant) As Variant
    Dim block As Object
    If Not IsObject(given) Then
        SopValues_Given = given
        Exit Function
    End If
    Set block = given
    If block.Areas.Count > 1 Then
        SopValues_Given = CVErr(2015)
        Exit Function
    End If
    Set block = SopValues_Used(block)
    SopValues_Given = SopValues_Exact(block, block.Value)
End Function

' The values that were read, money as it stands in the cells: Excel rounds what has a currency format to four places.
Private Function SopValues_Exact(ByVal block As Object, ByVal values As Variant) As Variant
    Dim exact As Variant
    Dim i As Long
    Dim j As Long
    SopValues_Exact = values
    If Not IsArray(values) Then
        If VarType(values) = SOP_MONEY Then
            SopValues_Exact = block.Value2
        End If
        Exit Function
    End If
    For i = LBound(values, 1) To UBound(values, 1)
        For j = LBound(values, 2) To UBound(values, 2)
            If VarType(values(i, j)) = SOP_MONEY Then
                If IsEmpty(exact) Then
                    exact = block.Value2
                End If
                values(i, j) = exact(i, j)
            End If
        Next j
    Next i
    If Not IsEmpty(exact) Then
        SopValues_Exact = values
    End If
End Function

' What goes to the sheet's last row or column ends with the last one in use, but has at least one cell; anything else stays as it is.
Private Function SopValues_Used(ByVal block As Object) As Object
    Dim used As Object
    Dim height As Long
    Dim width As Long
    height = block.Rows.Count
    width = block.Columns.Count
    If block.Row + height - 1 = block.Worksheet.Rows.Count Then
        Set used = block.Worksheet.UsedRange
        height = SopValues_AtLeastOne(used.Row + used.Rows.Count - block.Row)
    End If
    If block.Column + width - 1 = block.Worksheet.Columns.Count Then
        Set used = block.Worksheet.UsedRange
        width = SopValues_AtLeastOne(used.Column + used.Columns.Count - block.Column)
    End If
    Set SopValues_Used = block
    If height < block.Rows.Count Or width < block.Columns.Count Then
        Set SopValues_Used = block.Resize(height, width)
    End If
End Function

Private Function SopValues_AtLeastOne(ByVal number As Long) As Long
    SopValues_AtLeastOne = number
    If number < 1 Then
        SopValues_AtLeastOne = 1
    End If
End Function

' A result as cells show it.
Public Function SopValues_Result(ByVal result As Variant) As Variant
    If Not IsArray(result) Then
        SopValues_Result = SopValues_Cell(result)
    ElseIf SopValues_IsRow(result) Then
        SopValues_Result = SopValues_Row(result)
    Else
        SopValues_Result = SopValues_Rows(result)
    End If
End Function

Private Function SopValues_Row(ByVal result As Variant) As Variant
    Dim i As Long
    For i = LBound(result) To UBound(result)
        If SopValues_IsSpecial(result(i)) Then
            result(i) = SopValues_Cell(result(i))
        End If
    Next i
    SopValues_Row = result
End Function

Private Function SopValues_Rows(ByVal result As Variant) As Variant
    Dim i As Long
    Dim j As Long
    For i = LBound(result, 1) To UBound(result, 1)
        For j = LBound(result, 2) To UBound(result, 2)
            If SopValues_IsSpecial(result(i, j)) Then
                result(i, j) = SopValues_Cell(result(i, j))
            End If
        Next j
    Next i
    SopValues_Rows = result
End Function

Private Function SopValues_IsRow(ByVal result As Variant) As Boolean
    Dim columns As Long
    On Error GoTo failed
    columns = UBound(result, 2)
    SopValues_IsRow = False
    Exit Function
failed:
    SopValues_IsRow = True
End Function

' Numbers, dates and truth values go as they are; 0, 1 and 8 are nothing, null and text.
Private Function SopValues_IsSpecial(ByVal value As Variant) As Boolean
    Select Case VarType(value)
        Case 0, 1, 8
            SopValues_IsSpecial = True
        Case Else
            SopValues_IsSpecial = False
    End Select
End Function

' A blank is shown as a blank: Excel would show 0 for a result that holds nothing.
Private Function SopValues_Cell(ByVal value As Variant) As Variant
    If IsEmpty(value) Or IsNull(value) Then
        SopValues_Cell = ""
    ElseIf VarType(value) <> 8 Then
        SopValues_Cell = value
    ElseIf Left(value, Len(SOP_MARK)) = SOP_MARK Then
        SopValues_Cell = SopValues_Error(Mid(value, Len(SOP_MARK) + 1))
    Else
        SopValues_Cell = value
    End If
End Function

Private Function SopValues_Error(ByVal name As String) As Variant
    Select Case name
        Case "#NULL!"
            SopValues_Error = CVErr(2000)
        Case "#DIV/0!"
            SopValues_Error = CVErr(2007)
        Case "#REF!"
            SopValues_Error = CVErr(2023)
        Case "#NAME?"
            SopValues_Error = CVErr(2029)
        Case "#NUM!"
            SopValues_Error = CVErr(2036)
        Case "#N/A"
            SopValues_Error = CVErr(2042)
        Case Else
            SopValues_Error = CVErr(2015)
    End Select
End Function

' What a cell shows when Python was not reached.
Public Function SopValues_Failed(ByVal name As String, ByVal reason As String) As Variant
    sopReason = name & ": " & SopValues_Short(reason)
    SopValues_Failed = CVErr(2042)
End Function

' The same for functions whose result is a sentence.
Public Function SopValues_FailedText(ByVal name As String, ByVal reason As String) As Variant
    sopReason = name & ": " & SopValues_Short(reason)
    SopValues_FailedText = SopValues_Short(reason)
End Function

' Why Python was not reached the last time; empty when it always was.
Public Function SopValues_Reason() As String
    SopValues_Reason = sopReason
End Function

' One line: of a traceback its last one, which says what happened.
Private Function SopValues_Short(ByVal reason As String) As String
    Dim text As String
    text = Replace(Replace(reason, vbCr, vbLf), vbLf & vbLf, vbLf)
    Do While Right(text, 1) = vbLf
        text = Left(text, Len(text) - 1)
    Loop
    If InStr(text, "Traceback") > 0 Then
        text = Mid(text, InStrRev(text, vbLf) + 1)
    End If
    SopValues_Short = Left(Replace(text, vbLf, " "), 200)
End Function
