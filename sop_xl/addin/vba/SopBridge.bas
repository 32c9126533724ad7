Attribute VB_Name = "SopBridge"
Option Explicit
Option Private Module

' The way to Python: the server that the xlwings library in this project starts and finds again.
' Tests put another module in the place of this one.

Private Const SOP_MODULE As String = "sop_xl.udfs"
Private Const SOP_RIBBON As String = "sop_xl.ribbon"
Private Const SOP_FIRST_PAUSE As Long = 30       ' seconds after a start that failed; each further failure doubles them
Private Const SOP_LONGEST_PAUSE As Long = 960
Private Const SOP_NO_PYTHON As Long = vbObjectError + 1001

Private sopServer As Object
Private sopNextTry As Date
Private sopPause As Long
Private sopWhy As String

Public Function SopBridge_Sentinel() As String
    SopBridge_Sentinel = "SopBridge"
End Function

' The result of one function for an array of arguments. A server that has gone away is looked for once more.
' Brackets hand a value over instead of a variable, which another process could not reach.
Public Function SopBridge_Call(ByVal name As String, ByVal given As Variant) As Variant
    On Error GoTo lost
    SopBridge_Call = SopBridge_Python().CallUDF(SOP_MODULE, (name), (given))
    Exit Function
lost:
    If sopServer Is Nothing Then
        Err.Raise SOP_NO_PYTHON, "SopBridge", sopWhy
    End If
    Resume again
again:
    On Error GoTo failed
    Set sopServer = Nothing
    SopBridge_Call = SopBridge_Python().CallUDF(SOP_MODULE, (name), (given))
    Exit Function
failed:
    Err.Raise SOP_NO_PYTHON, "SopBridge", Err.Description
End Function

' The answer of the ribbon's side to one question of a macro.
Public Function SopBridge_Run(ByVal command As String, ByVal payload As String) As String
    Dim server As Object
    Set server = SopBridge_Python()
    On Error GoTo lost
    SopBridge_Run = server.Str(server.Call(server.Module(SOP_RIBBON), "run", server.Tuple((command), (payload))))
    Exit Function
lost:
    ' not asked twice: the first time may have begun something
    Set sopServer = Nothing
    Err.Raise SOP_NO_PYTHON, "SopBridge", Err.Description
End Function

' The server. Starting it takes seconds and failing takes longer, so that a thousand cells do not all try it.
Public Function SopBridge_Python() As Object
    If Not sopServer Is Nothing Then
        Set SopBridge_Python = sopServer
        Exit Function
    End If
    If Now < sopNextTry Then
        Err.Raise SOP_NO_PYTHON, "SopBridge", sopWhy
    End If
    On Error GoTo failed
    Set sopServer = XLPy()
    sopPause = 0
    Set SopBridge_Python = sopServer
    Exit Function
failed:
    sopWhy = "Python does not answer: " & Err.Description & " (run sop-xl doctor)"
    sopPause = 2 * sopPause
    If sopPause = 0 Then
        sopPause = SOP_FIRST_PAUSE
    ElseIf sopPause > SOP_LONGEST_PAUSE Then
        sopPause = SOP_LONGEST_PAUSE
    End If
    sopNextTry = Now + TimeSerial(0, 0, sopPause)
    Err.Raise SOP_NO_PYTHON, "SopBridge", sopWhy
End Function

' Forget the server and the waiting time: the next call starts or finds one. The Doctor button begins with it.
Public Sub SopBridge_Forget()
    Set sopServer = Nothing
    sopNextTry = 0
    sopPause = 0
    sopWhy = ""
End Sub
