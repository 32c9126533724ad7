"""Frames of the monthly cycle: its calendar, what was published, what changed since then, what is to be decided, and the weeks in which the plan is executed."""

from __future__ import annotations

from sop_xl.frames.form import spec

CYCLE_CALENDAR = spec(
    "cycle_calendar", "task", "", "",
    step="text",               # data | demand | supply | pre-S&OP | executive | publish
    task="text",
    responsible="text", accountable="text", consulted="text", informed="text",  # RACI; several names separated by commas
    due_day="number",          # working day of the cycle's first month; NaN = not dated
    criterion="text",          # what the program checks, see `plan.cycle`; "" = delivered by hand
    sheet="text",              # input that is delivered, where the criterion is about one
    delivered="date",          # people: when it was delivered by hand
    note="text",
)  # fmt: skip
ACTUALS = spec(
    "actuals", "item location customer_group period",
    item="text", location="text", customer_group="text",  # "" = of all of them
    period="date",
    demand="number", revenue="number", shipments="number",  # as in DEMAND_HISTORY; NaN = not known
)  # fmt: skip
CYCLE = spec(
    "cycle", "cycle task",
    cycle="date",              # first planned period
    order="number",            # of the task within the cycle
    step="text", task="text", responsible="text",
    due="date",
    state="text",              # done | open | late | not needed
    delivered="date",          # day on which the criterion was met first
    on_time="text",            # yes | no | ""
    evidence="text",           # what was found, in words
    fingerprint="text",        # of the input that is delivered, as it stood when the cycle began: fresh is what differs from it
    latest="text",             # the same as it stands: the next cycle begins with it
)  # fmt: skip
SNAPSHOTS = spec(
    "snapshots", "cycle version",
    cycle="date", version="number",  # 1 = first publication of the cycle
    as_of="text", approved_by="text", scenario="text",  # ISO date; who; promoted scenarios, "" = none
    demand="number", revenue="number", gross_margin="number", inventory_value="number",  # over the periods that were planned; stock at their end
    state="text",              # approved | superseded
    place="text",              # workbook | name of the archive's folder
    hash="text",               # of the approved plan, see `plan.approved`
    note="text",
    record_hash="text",        # of the inputs and results behind it; "" = published before they were hashed
    reservations="text",       # what stood against the plan when it was published
)  # fmt: skip
APPROVED_PLAN = spec(
    "approved_plan", "cycle version family region period",
    cycle="date", version="number", family="text", region="text", period="date",
    demand="number", sales_volume="number", revenue="number", cost="number", gross_margin="number", inventory_value="number",
    production="number", purchases="number",  # units of planned receipts that are made, and bought
)  # fmt: skip
CHANGES = spec(
    "changes", "reference measure family order",
    reference="text",          # Last cycle | Approved plan
    measure="text",            # vocabulary name: demand | sales_volume | revenue | gross_margin | inventory_value
    family="text",             # "All" or a family
    order="number",            # 0 = the reference, then one per cause, last = the plan now
    cause="text",              # start, Actuals, Model, Events, Life cycle, Sales input, Overrides, Capacity, Supply parameters, Decisions, Price, FX, Master data, ..., end
    amount="number",           # start + causes = end, exactly
    unit="text", sentence="text",
)  # fmt: skip
WORKLIST = spec(
    "worklist", "alert",
    alert="text",              # stable words: the same matter has the same alert next cycle
    rank="number",             # by money
    kind="text",               # shortage | gap | risk | excess | variance | late receipt | stock-out | forecast | decision due | task late | more: what is not listed, in one line
    family="text", region="text", item="text",  # "" = not of one
    value="number",            # plan currency at stake, positive
    first_period="date",
    since="date",              # cycle in which it was first listed
    sentence="text", next_step="text",
    evidence="text",           # sheet that has the detail
    needs_decision="text",     # yes | ""
    owner="text", state="text",  # people: who; open | in work | accepted
    responsible="text",        # who answers for it by its source: owner of the key figure, risk or decision; "" = nobody named
    matters="number",          # that the line stands for: 1, of the last line as many as are not listed
    section="text",            # open | accepted, as people had said when it was ranked | more; each is ranked by money
)  # fmt: skip
DECISION_EFFECTS = spec(
    "decision_effects", "decision", "gain_now",
    decision="text", what="text", owner="text", status="text",
    approved_in="date",        # cycle in which it was first published as approved; NaT = not yet
    expected_units="number", expected_gain="number",  # served in time more (a promoted scenario: asked for), and profit, over its span, as of the approval
    elapsed="number",          # periods of its span that are over
    expected_so_far="number",  # units, in those
    realised_so_far="number",  # units sold (a promoted scenario: asked for) in those beyond what the plan without it has
    still_expected="number",   # units, in the periods to come, by the plan now
    sentence="text",
    gain_now="number",         # plan currency over the periods to come: the plan now against the one without it
)  # fmt: skip
DECISION_UNITS = spec(
    "decision_units", "decision item location period",
    decision="text", item="text", location="text",  # location that holds the stock; of a promoted scenario the one that sells
    period="date",
    with_it="number", without="number",  # units served by the plan, and by the plan without the decision; of a promoted scenario units asked for
    more="number",             # units that it serves in time and the plan without it late or never; negative where others pay for it
)  # fmt: skip
KPI_TARGETS = spec(
    "kpi_targets", "kpi scope",
    kpi="text", scope="text",  # scope "" = All
    target="number", watch="number",  # beyond `watch` it is poor, between it and target watch; NaN = a tenth of the target
    owner="text", note="text",
)  # fmt: skip
INITIATIVES = spec(
    "initiatives", "initiative milestone",
    initiative="text", milestone="text", item="text", owner="text",
    due="date", done="date",   # NaT = not yet
    note="text",
)  # fmt: skip
WEEKLY_ACTUALS = spec(
    "weekly_actuals", "item location week",
    item="text", location="text",
    week="date",               # Monday
    orders="number",           # units ordered for the week
    shipments="number", receipts="number",  # units that left, and came in; NaN = not known
    on_hand="number",          # units in stock at the end of the week; NaN = not counted
)  # fmt: skip
WEEKLY_EXECUTION = spec(
    "weekly_execution", "item location week",
    item="text", location="text", family="text", region="text",
    week="date",               # Monday; a week that straddles two periods has the days of both
    period="date",             # period of its first planned day
    planned_demand="number",   # approved period's demand by working days
    orders="number", shipments="number",  # to date; NaN = the week has not begun
    planned_receipts="number", receipts="number",
    projected_balance="number", safety_stock="number",
    value="number",            # plan currency that the exception puts at stake; 0 without one
    exception="text",          # stock-out | below safety stock | late receipt | orders above plan | orders below plan | ""
    next_step="text",
    later_demand="number",     # part of planned_demand on days of the period after `period`: what a period has over its weeks can be added up
    dependent_demand="number",  # units that production takes, and that expire
    rank="number",             # of the exception by money, 1 = the most; NaN without one
    elapsed="number",          # fraction of the week's working days that are over
)  # fmt: skip
TEN_QUESTIONS = spec(
    "ten_questions", "number",
    number="number", question="text", answer="text",
    figure="number", unit="text",  # the one figure behind the answer; NaN = none
    status="text",             # good | watch | poor | ""
    evidence="text",           # sheet
    shown="text",              # what the small chart shows; "" = none
    point_1="number", point_2="number", point_3="number", point_4="number", point_5="number", point_6="number",
    point_7="number", point_8="number", point_9="number", point_10="number", point_11="number", point_12="number",  # in their order; NaN = fewer
)  # fmt: skip
