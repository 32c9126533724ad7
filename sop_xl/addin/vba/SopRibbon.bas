Attribute VB_Name = "SopRibbon"
Option Explicit

' What the ribbon tab calls. Control ids are the names of the macros behind them (module SopCommands).

Private mRibbon As Object

Public Function SopRibbon_Sentinel() As String
    SopRibbon_Sentinel = "SopRibbon"
End Function

Public Sub SopRibbon_Load(ByVal ribbon As Object)
    Set mRibbon = ribbon
End Sub

Public Sub SopRibbon_Press(ByVal control As Object)
    Application.Run SopRun_Macro(control.ID)
End Sub

Public Sub SopRibbon_Enabled(ByVal control As Object, ByRef enabled As Variant)
    If control.ID = "sop_stop" Then
        enabled = SopRun_IsRunning()
    Else
        enabled = Not SopRun_IsRunning()
    End If
End Sub

Public Sub SopRibbon_Label(ByVal control As Object, ByRef label As Variant)
    If control.ID = "sop_last_run" Then
        label = SopRun_LastRun()
    ElseIf SopRun_IsRunning() Then
        label = "Running" & SopRun_Percent()
    Else
        label = "Regenerate"
    End If
End Sub

' Asks Excel to call the callbacks again. After VBA was reset the ribbon is out of reach until Excel starts anew; the buttons work all the same.
Public Sub SopRibbon_Refresh()
    If mRibbon Is Nothing Then
        Exit Sub
    End If
    On Error Resume Next
    mRibbon.Invalidate
    On Error GoTo 0
End Sub
