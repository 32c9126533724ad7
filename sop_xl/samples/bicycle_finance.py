"""Money of the bicycle maker that its files do not have: cost rates, risks and opportunities. All of it is assumed, and the rows say so."""

from __future__ import annotations

from sop_xl.blocks import CellValue
from sop_xl.periods import Timeline
from sop_xl.samples.tables import Table, record_table

CUSTOMERS_PAY_AFTER, SUPPLIERS_ARE_PAID_AFTER = 45.0, 30.0
"""Days, assumed: usual terms of a bicycle wholesaler."""


def finance_tables(timeline: Timeline) -> dict[str, Table]:
    """Cost Rates and Risks by sheet name."""
    return {"Cost Rates": record_table("Cost Rates", *_cost_rates()), "Risks": record_table("Risks", *_risks(timeline))}


def _cost_rates() -> list[dict[str, CellValue]]:
    return [
        {"Line": "freight", "Share of revenue": 0.02, "Note": "Assumption"},
        {"Line": "freight", "Region": "Pacific", "Share of revenue": 0.045, "Note": "Assumption: by sea"},
        {"Line": "cost to serve", "Share of revenue": 0.015, "Note": "Assumption"},
        {"Line": "obsolescence", "Share of revenue": 0.005, "Note": "Assumption"},
    ]


def _risks(timeline: Timeline) -> list[dict[str, CellValue]]:
    """Five lines, one for each driver."""
    period = [timeline.calendar.label(p) for p in timeline.plan]
    return [
        {"Risk": "R1", "Name": "A large dealer of road bikes leaves", "Driver": "units", "Family": "Road Bikes", "Region": "North America", "Probability": 0.2,
         "Effect": -0.15, "Effect, low": -0.25, "Effect, high": -0.05, "From": period[3], "Mitigation": "Two-year frame contract", "Mitigated": 0.3, "Owner": "Sales", "Note": "Example"},
        {"Risk": "R2", "Name": "Aluminium surcharge on frames", "Driver": "cost", "Family": "Mountain Frames", "Probability": 0.4, "Effect": 0.08, "Effect, low": 0.03,
         "Effect, high": 0.15, "From": period[2], "Mitigation": "Price clause", "Mitigated": 0.5, "Owner": "Purchasing", "Note": "Example"},
        {"Risk": "R3", "Name": "Welding robot fails", "Driver": "capacity", "Resource": "Frame Welding", "Probability": 0.15, "Effect": -0.3, "Effect, low": -0.5,
         "Effect, high": -0.1, "From": period[1], "To": period[3], "Mitigation": "Spare controller", "Owner": "Factory", "Note": "Example"},
        {"Risk": "R4", "Name": "Touring bikes for a cycling federation", "Kind": "opportunity", "Driver": "units", "Family": "Touring Bikes", "Region": "Europe",
         "Probability": 0.35, "Effect": 0.2, "Effect, low": 0.1, "Effect, high": 0.3, "From": period[4], "To": period[11], "Owner": "Sales", "Note": "Example"},
        {"Risk": "R5", "Name": "Spring catalogue is late", "Driver": "date", "Family": "Mountain Bikes", "Probability": 0.25, "Action": "add", "Effect": 20.0,
         "Effect, low": 10.0, "Effect, high": 40.0, "From": period[8], "To": period[11], "Owner": "Marketing", "Note": "Example"},
    ]  # fmt: skip
