Attribute VB_Name = "SopRun"
Option Explicit
Option Private Module

' What the macros of the buttons share: ask Python, show what it answers, and follow a long run.
' Question and answer are lines "key=value"; within a value a backslash is doubled and a line feed is "\n".
' Nothing is computed here. All calls to Python go through SopBridge_Run, on a Mac through SopMac_Send.

Private Const SOP_WAIT As Long = 2               ' mouse pointer: xlWait
Private Const SOP_FOLDER As Long = 4             ' dialog: msoFileDialogFolderPicker
Private Const SOP_PATIENCE As Long = 10          ' questions in a row that may fail while a run is under way
Private Const SOP_MESSAGE_SECONDS As Long = 20   ' how long a message stays in the status bar
Private Const SOP_QUESTIONS As Long = 3          ' that one command may ask, one after the other
Private Const SOP_ESCAPE_SECONDS As Long = 3     ' within which Esc must be pressed again

Private mRunning As Boolean
Private mTarget As String        ' the workbook of the command, whatever is in front by now
Private mCommand As String
Private mPercent As String
Private mUnanswered As Long
Private mNextPoll As Date
Private mEscapedAt As Date
Private mMessageUntil As Date
Private mLastRun As String

Public Function SopRun_Sentinel() As String
    SopRun_Sentinel = "SopRun"
End Function

' ---------------------------------------------------------------- what the ribbon asks

Public Function SopRun_IsRunning() As Boolean
    SopRun_IsRunning = mRunning
End Function

Public Function SopRun_Percent() As String
    SopRun_Percent = mPercent
End Function

Public Function SopRun_LastRun() As String
    If mLastRun = "" Then
        SopRun_LastRun = "No run yet"
    Else
        SopRun_LastRun = mLastRun
    End If
End Function

' The name by which Excel finds a procedure of this add-in, whichever workbook is in front.
Public Function SopRun_Macro(ByVal procedure As String) As String
    SopRun_Macro = "'" & ThisWorkbook.Name & "'!" & procedure
End Function

' ---------------------------------------------------------------- one command

Public Sub SopRun_Command(ByVal command As String, ByVal arguments As String)
    Dim target As String
    Dim answer As String
    Dim reply As String
    Dim questions As Long
    If mRunning Then
        SopRun_Say "A run is under way" & mPercent & "; press Stop first."
        Exit Sub
    End If
    target = SopRun_Target()
    mTarget = target
    answer = SopRun_Ask(command, target & arguments)
    If arguments <> "" Then
        arguments = arguments & vbLf
    End If
    Do While SopRun_Value(answer, "state") = "ask" And questions < SOP_QUESTIONS
        reply = SopRun_Reply(answer)
        If reply = "" Then
            SopRun_Say "Nothing was done."
            Exit Sub
        End If
        arguments = arguments & reply
        questions = questions + 1
        answer = SopRun_Ask(command, target & arguments)
    Loop
    If SopRun_Value(answer, "state") = "ask" Then
        SopRun_Say "Nothing was done."
        Exit Sub
    End If
    mCommand = command
    If SopRun_Value(answer, "state") = "running" Then
        SopRun_Begin target, answer
    Else
        SopRun_End answer
    End If
End Sub

' The workbook and sheet in front, as lines; the workbook is left out where none is open.
Private Function SopRun_Target() As String
    Dim lines As String
    If Not ActiveWorkbook Is Nothing Then
        lines = SopRun_Line("book", ActiveWorkbook.Name) & SopRun_Line("path", ActiveWorkbook.FullName)
        lines = lines & SopRun_Line("sheet", ActiveSheet.Name)
    End If
    If Application.Visible Then
        lines = lines & SopRun_Line("visible", "1")
    Else
        lines = lines & SopRun_Line("visible", "0")
    End If
    SopRun_Target = lines
End Function

' Python's answer; where there is none, an answer that says so.
Private Function SopRun_Ask(ByVal command As String, ByVal payload As String) As String
    Dim pointer As Variant
    Dim answer As String
    Dim reason As String
    Dim question As String
    On Error GoTo Failed
    question = SopRun_Line("addin", SopVersion_Text()) & payload
    pointer = Application.Cursor
    If Not mRunning Then
        Application.Cursor = SOP_WAIT
    End If
    If SopMac_Is() Then
        answer = SopMac_Send(command, question)
    Else
        answer = SopBridge_Run(command, question)
    End If
    If answer = "" Then
        answer = "state=failed" & vbLf & "message=Python gave no answer; run sop-xl doctor."
    End If
Restore:
    Application.Cursor = pointer
    SopRun_Ask = answer
    Exit Function
Failed:
    reason = Err.Description
    answer = SopRun_Line("state", "silent") & SopRun_Line("message", "Python did not answer (" & reason & "); run sop-xl doctor.")
    Resume Restore
End Function

' What the planner gives to a question of Python's, as a line; "" where it is called off or nobody is there to ask.
Private Function SopRun_Reply(ByVal answer As String) As String
    Dim picked As Variant
    Dim chooser As Object
    If Not Application.Visible Then
        Exit Function
    End If
    Select Case SopRun_Value(answer, "ask")
        Case "file"
            picked = Application.GetOpenFilename(SopRun_Value(answer, "filter"), , SopRun_Value(answer, "question"))
            If VarType(picked) = vbString Then
                SopRun_Reply = SopRun_Line("file", picked)
            End If
        Case "folder"
            Set chooser = Application.FileDialog(SOP_FOLDER)
            chooser.Title = SopRun_Value(answer, "question")
            If chooser.Show = -1 Then
                SopRun_Reply = SopRun_Line("out", chooser.SelectedItems(1))
            End If
        Case "text"
            picked = InputBox(SopRun_Value(answer, "question"), "S&OP", SopRun_Value(answer, "default"))
            If Trim$(picked) <> "" Then
                SopRun_Reply = SopRun_Line(SopRun_Value(answer, "key"), Trim$(picked))
            End If
        Case "confirm"
            If MsgBox(SopRun_Value(answer, "question"), vbOKCancel + vbQuestion, "S&OP") = vbOK Then
                SopRun_Reply = SopRun_Line("confirmed", "1")
            End If
    End Select
End Function

' ---------------------------------------------------------------- a long run

Private Sub SopRun_Begin(ByVal target As String, ByVal answer As String)
    mRunning = True
    mTarget = target
    mUnanswered = 0
    mEscapedAt = 0
    Application.OnKey "{ESC}", SopRun_Macro("sop_escape")
    SopRun_Progress answer
    SopRun_Schedule
End Sub

Private Sub SopRun_Schedule()
    mNextPoll = Now + TimeSerial(0, 0, 1)
    Application.OnTime mNextPoll, SopRun_Macro("sop_poll")
End Sub

' Called by Excel every second while a run is under way.
Public Sub SopRun_Poll()
    Dim answer As String
    If Not mRunning Then
        Exit Sub
    End If
    answer = SopRun_Ask("poll", mTarget)
    Select Case SopRun_Value(answer, "state")
        Case "running"
            mUnanswered = 0
            SopRun_Progress answer
            SopRun_Schedule
        Case "silent"
            ' Excel or Python was busy for a moment; the run itself goes on
            mUnanswered = mUnanswered + 1
            If mUnanswered < SOP_PATIENCE Then
                SopRun_Schedule
            Else
                SopRun_End answer
            End If
        Case Else
            SopRun_End answer
    End Select
End Sub

Public Sub SopRun_Stop()
    If mRunning Then
        SopRun_End SopRun_Ask("stop", mTarget)
    Else
        ' after VBA was reset a run may go on that this module knows nothing of
        mCommand = "stop"
        SopRun_End SopRun_Ask("stop", SopRun_Target())
    End If
End Sub

' Esc belongs to Excel: only pressed twice within a moment it stops the run.
Public Sub SopRun_Escape()
    If Not mRunning Then
        Exit Sub
    End If
    If Now - mEscapedAt <= TimeSerial(0, 0, SOP_ESCAPE_SECONDS) Then
        SopRun_Stop
    Else
        mEscapedAt = Now
        Application.CutCopyMode = False
        Application.StatusBar = "S&OP: press Esc again to stop the run."
    End If
End Sub

Private Sub SopRun_Progress(ByVal answer As String)
    Dim percent As String
    percent = SopRun_Value(answer, "percent")
    If percent <> "" Then
        percent = " " & percent & " %"
    End If
    Application.StatusBar = Left$("S&OP: " & SopRun_Value(answer, "message") & percent & " (Esc twice or Stop ends the run)", 250)
    If percent <> mPercent Or percent = "" Then
        mPercent = percent
        SopRibbon_Refresh
    End If
End Sub

Private Sub SopRun_End(ByVal answer As String)
    Dim shown As Boolean
    If mRunning Then
        Application.OnKey "{ESC}"
    End If
    mRunning = False
    mPercent = ""
    Select Case mCommand
        Case "about", "doctor", "log"
            ' these leave the workbook alone
        Case Else
            mLastRun = Format(Now, "hh:nn") & " " & mCommand & ": " & SopRun_Outcome(SopRun_Value(answer, "state"))
    End Select
    SopRun_Say SopRun_Value(answer, "message")
    If Not ActiveWorkbook Is Nothing Then
        ' the planner may be elsewhere by now and is not taken away from there
        If ActiveWorkbook.Name = SopRun_Value(mTarget, "book") Then
            shown = SopRun_Shown(SopRun_Value(answer, "go"))
        End If
    End If
    SopRibbon_Refresh
    If SopRun_Value(answer, "box") <> "" Then
        If Application.Visible Then
            MsgBox SopRun_Value(answer, "box"), vbInformation, "S&OP"
        End If
    End If
End Sub

Private Function SopRun_Outcome(ByVal state As String) As String
    If state = "silent" Then
        SopRun_Outcome = "failed"
    ElseIf state = "sent" Then
        SopRun_Outcome = "started"
    Else
        SopRun_Outcome = state
    End If
End Function

' For the add-in's BeforeClose: a run ends with Excel, and no call of ours stays behind to open the add-in again.
Public Sub SopRun_Leave()
    Dim answer As String
    SopRun_TakeBackMessage
    If Not mRunning Then
        Exit Sub
    End If
    On Error Resume Next
    Application.OnTime mNextPoll, SopRun_Macro("sop_poll"), , False
    On Error GoTo 0
    ' nothing is said: what gave the status bar back would be such a call
    answer = SopRun_Ask("stop", mTarget)
    mRunning = False
    mPercent = ""
    Application.OnKey "{ESC}"
    Application.StatusBar = False
    SopRibbon_Refresh
End Sub

' ---------------------------------------------------------------- on the screen

Public Sub SopRun_Show(ByVal sheetName As String)
    If ActiveWorkbook Is Nothing Then
        SopRun_Say "open an S&OP workbook first."
    ElseIf Not SopRun_Shown(sheetName) Then
        SopRun_Say ActiveWorkbook.Name & " shows no sheet " & sheetName & "."
    End If
End Sub

' Goes to a sheet, and says whether there is one to go to.
Private Function SopRun_Shown(ByVal sheetName As String) As Boolean
    Dim page As Object
    If ActiveWorkbook Is Nothing Then
        Exit Function
    End If
    For Each page In ActiveWorkbook.Worksheets
        If page.Name = sheetName Then
            If page.Visible = xlSheetVisible Then
                page.Activate
                SopRun_Shown = True
            End If
        End If
    Next page
End Function

' Puts a message into the status bar and gives the bar back to Excel after a while.
Private Sub SopRun_Say(ByVal text As String)
    If text = "" Then
        Application.StatusBar = False
        Exit Sub
    End If
    Application.StatusBar = Left$("S&OP: " & text, 250)
    SopRun_TakeBackMessage
    mMessageUntil = Now + TimeSerial(0, 0, SOP_MESSAGE_SECONDS)
    Application.OnTime mMessageUntil, SopRun_Macro("sop_clear_message")
End Sub

' The call that gives the status bar back is taken back: another message comes, or Excel goes.
Private Sub SopRun_TakeBackMessage()
    If mMessageUntil = 0 Then
        Exit Sub
    End If
    On Error Resume Next
    Application.OnTime mMessageUntil, SopRun_Macro("sop_clear_message"), , False
    On Error GoTo 0
    mMessageUntil = 0
End Sub

Public Sub SopRun_ClearMessage()
    If mRunning Then
        mMessageUntil = 0
        Exit Sub
    End If
    If Now >= mMessageUntil - TimeSerial(0, 0, 1) Then
        Application.StatusBar = False
    End If
End Sub

' ---------------------------------------------------------------- lines

Private Function SopRun_Line(ByVal key As String, ByVal value As String) As String
    SopRun_Line = key & "=" & Replace(Replace(value, "\", "\\"), vbLf, "\n") & vbLf
End Function

Private Function SopRun_Value(ByVal answer As String, ByVal key As String) As String
    Dim part As Variant
    Dim found As String
    For Each part In Split(answer, vbLf)
        If Left$(part, Len(key) + 1) = key & "=" Then
            found = Replace(Mid$(part, Len(key) + 2), "\\", Chr$(1))
            found = Replace(found, "\n", vbLf)
            SopRun_Value = Replace(found, Chr$(1), "\")
            Exit Function
        End If
    Next part
End Function
