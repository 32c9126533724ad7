Attribute VB_Name = "SopCommands"
Option Explicit

' One macro per button of the tab, under the button's id, and what Excel itself calls; they can be put on a shape or a key, too.

Public Function SopCommands_Sentinel() As String
    SopCommands_Sentinel = "SopCommands"
End Function

Public Sub sop_regenerate()
    SopRun_Command "regenerate", ""
End Sub

Public Sub sop_regenerate_forecast()
    SopRun_Command "regenerate", "steps=forecast"
End Sub

Public Sub sop_regenerate_demand()
    SopRun_Command "regenerate", "steps=demand"
End Sub

Public Sub sop_regenerate_supply()
    SopRun_Command "regenerate", "steps=supply"
End Sub

Public Sub sop_regenerate_options()
    SopRun_Command "regenerate", "steps=options"
End Sub

Public Sub sop_regenerate_scenarios()
    SopRun_Command "regenerate", "steps=scenarios"
End Sub

Public Sub sop_regenerate_finance()
    SopRun_Command "regenerate", "steps=finance"
End Sub

Public Sub sop_regenerate_outlook()
    SopRun_Command "regenerate", "steps=outlook"
End Sub

Public Sub sop_regenerate_kpis()
    SopRun_Command "regenerate", "steps=kpis"
End Sub

Public Sub sop_regenerate_cycle()
    SopRun_Command "regenerate", "steps=cycle"
End Sub

Public Sub sop_roll()
    SopRun_Command "roll", ""
End Sub

Public Sub sop_publish()
    SopRun_Command "publish", ""
End Sub

Public Sub sop_pack()
    SopRun_Command "pack", ""
End Sub

Public Sub sop_scenario_add()
    SopRun_Command "scenario add", "every=1"
End Sub

Public Sub sop_scenario_promote()
    SopRun_Command "scenario promote", ""
End Sub

Public Sub sop_check()
    SopRun_Command "check", "write=1"
End Sub

Public Sub sop_import()
    SopRun_Command "import", ""
End Sub

Public Sub sop_export()
    SopRun_Command "export", ""
End Sub

Public Sub sop_restore()
    SopRun_Command "restore", ""
End Sub

Public Sub sop_doctor()
    If Not SopRun_IsRunning() Then
        SopBridge_Forget
    End If
    SopRun_Command "doctor", ""
End Sub

Public Sub sop_log()
    SopRun_Command "log", "open=1"
End Sub

Public Sub sop_about()
    SopRun_Command "about", ""
End Sub

Public Sub sop_stop()
    SopRun_Stop
End Sub

Public Sub sop_go_demand_review()
    SopRun_Show "Demand Review"
End Sub

Public Sub sop_go_supply_review()
    SopRun_Show "Supply Review"
End Sub

Public Sub sop_go_finance_review()
    SopRun_Show "Finance Review"
End Sub

Public Sub sop_go_scenario_compare()
    SopRun_Show "Scenario Compare"
End Sub

Public Sub sop_go_executive()
    SopRun_Show "Executive"
End Sub

Public Sub sop_go_worklist()
    SopRun_Show "Worklist"
End Sub

Public Sub sop_go_weekly_review()
    SopRun_Show "Weekly Review"
End Sub

Public Sub sop_go_problems()
    SopRun_Show "Problems"
End Sub

Public Sub sop_go_home()
    SopRun_Show "Home"
End Sub

' ---------------------------------------------------------------- called by Excel, by time or key

Public Sub sop_poll()
    SopRun_Poll
End Sub

Public Sub sop_escape()
    SopRun_Escape
End Sub

Public Sub sop_clear_message()
    SopRun_ClearMessage
End Sub

Public Sub sop_describe()
    SopHelp_Describe
End Sub

Public Sub sop_leave()
    SopHelp_Leave
    SopRun_Leave
End Sub
