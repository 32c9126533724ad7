"""The Budget tab in whatever shape finance pastes it: one module per question, from cells to what each of them means.

`paste.read_budget_paste` is the way in. A figure means what its row, its column, the titles and the settings say together (`meaning`); what
they cannot say is a problem, and what they say only by inference stands in Budget Mapping until a planner confirms it (`remembered`).
"""
