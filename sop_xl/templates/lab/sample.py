"""Sample data of the Function Lab: three helmets and a frame of AdventureWorks, as the shipped sample has them.

What the sample does not have is marked "Example". The figures stand here as numbers, because templates are built without the sample;
a test compares them.
"""

from __future__ import annotations

from sop_xl.templates.lab.blocks import PER_UNIT, SHARE, TEXT, UNITS, Block, Line

SOURCE = (
    "Sport-100 Helmet in three colours and one frame of AdventureWorks Cycles, Microsoft's public sample: units sold to resellers, all territories, "
    "2022-06 to 2025-04. Lines marked Example are not in the sample. Yellow cells are to be played with."
)
MONTHS, AHEAD, TESTED = 35, 12, 11
"""Months of history, months planned, and the last months, for which a forecast was made a year before."""

HELMETS = ("HL-U509-B", "HL-U509", "HL-U509-R")
FRAME = "FR-M94S-42"
COLOURS = ("Helmet, Blue", "Helmet, Black", "Helmet, Red")
SERIES = ("All helmets", *COLOURS, "Frame Silver, 42")

_UNIT = "pcs"
_PLAN = tuple(f"M+{k}" for k in range(1, AHEAD + 1))
_TESTED_MONTHS = tuple(range(MONTHS - TESTED + 1, MONTHS + 1))
_YEARS = ((0, "2022-06"), (7, "2023-01"), (19, "2024-01"), (31, "2025-01"))

FIGURES = Block("figures", "Single figures", (
    Line("Horizon", "months", (12,), UNITS, "12 to 30; what is planned below reads the first 12", "horizon", 12, 30),
    Line("Season", "months", (12,), UNITS, "Periods in a year", "season", 1, 12),
    Line("Lower quantile", "fraction", (0.1,), SHARE, "One in ten below", "low", 0.01, 0.49),
    Line("Upper quantile", "fraction", (0.9,), SHARE, "One in ten above", "high", 0.51, 0.99),
    Line("Weight of sales number", "fraction", (0.5,), SHARE, "Example", "weight", 0, 1),
    Line("Agreed for month M+1, all helmets", _UNIT, (560,), UNITS, "Example: what the monthly meeting settled on", "agreed"),
    Line("Full demand of a new colour", "pcs/month", (150,), UNITS, "Example: Helmet, Green", "full_demand"),
    Line("Ramp to full demand", "months", (6,), UNITS, "Example", "ramp", 0, 60),
    Line("Curve of the launch", "text", ("s-curve",), TEXT, "Example", "curve", choices=("linear", "s-curve", "fast start")),
    Line("Service level", "fraction", (0.95,), SHARE, "Example: chance of no stock-out between two orders", "service_level", 0.5, 0.999),
    Line("Lead time deviation", "months", (0.15,), PER_UNIT, "Example", "lead_time_deviation"),
    Line("Cost of an order", "USD", (40,), UNITS, "Example", "order_cost"),
    Line("Holding cost", "USD/pcs, year", (2.6,), PER_UNIT, "Example: a fifth of the cost of a helmet", "holding_cost", 0.01),
    Line("Order multiple", _UNIT, (10,), UNITS, "Example: helmets come in boxes", "multiple", 1),
    Line("Freight", "USD/pcs", (0.45,), PER_UNIT, "Example", "freight"),
    Line("Cost to serve", "fraction", (0.04,), SHARE, "Example: of revenue", "cost_to_serve", 0, 1),
))  # fmt: skip

ITEMS = Block("items", "Helmets: prices, stock and supply; figures of two years. Deviation = root mean squared error of the forecast made a year ago, below", (
    Line(COLOURS[0], "see heading", (34.99, 19.93, 13.0863, 216, 50, 1.48, 2, 51.5, 1425, 28035.9, 19222.15, 2060, 41061.07, 27451.25)),
    Line(COLOURS[1], "see heading", (34.99, 19.95, 13.0863, 324, 4, 0.99, 1, 37.9, 1319, 25998.9, 17828.57, 1999, 39889.6, 26621.16)),
    Line(COLOURS[2], "see heading", (34.99, 19.96, 13.0863, 288, 4, 0.99, 1, 46.3, 1224, 24067.58, 16558.07, 1834, 36610.63, 24403.64)),
), captions=(
    "List price, USD", "Net price, USD", "Cost, USD", "On hand, pcs", "Least order, pcs", "Lead time, months", "Whole months", "Deviation, pcs",
    "Volume 2023", "Revenue 2023", "Cost 2023", "Volume 2024", "Revenue 2024", "Cost 2024",
), forms=(PER_UNIT,) * 3 + (UNITS,) * 2 + (PER_UNIT, UNITS, "0.0") + (UNITS,) * 6)  # fmt: skip
LIST_PRICE, NET_PRICE, COST, ON_HAND, LEAST_ORDER, LEAD_TIME, WHOLE_LEAD_TIME, DEVIATION = range(8)
VOLUME_FROM, REVENUE_FROM, COST_FROM, VOLUME_TO, REVENUE_TO, COST_TO = range(8, 14)

HISTORY = Block("history", "Demand by month, oldest first: 1 = 2022-06, 35 = 2025-04. A month without an order is 0", (
    Line(SERIES[0], _UNIT, (84, 178, 161, 96, 272, 212, 29, 107, 109, 88, 277, 212, 492, 695, 582, 370, 478, 391, 167, 216, 195, 391, 469, 421, 680, 814, 827, 459, 569, 604, 248, 267, 291, 476, 588)),
    Line(SERIES[1], _UNIT, (33, 64, 49, 26, 105, 76, 7, 44, 46, 33, 92, 86, 177, 243, 188, 128, 178, 143, 67, 94, 69, 141, 163, 148, 234, 301, 264, 148, 191, 215, 92, 98, 102, 158, 209)),
    Line(SERIES[2], _UNIT, (27, 56, 57, 29, 90, 72, 10, 32, 33, 28, 92, 74, 153, 238, 197, 134, 153, 135, 50, 68, 81, 139, 160, 127, 224, 275, 276, 159, 194, 214, 82, 109, 116, 151, 203)),
    Line(SERIES[3], _UNIT, (24, 58, 55, 41, 77, 64, 12, 31, 30, 27, 93, 52, 162, 214, 197, 108, 147, 113, 50, 54, 45, 111, 146, 146, 222, 238, 287, 152, 184, 175, 74, 60, 73, 167, 176)),
    Line(SERIES[4], _UNIT, (0, 0, 0, 6, 4, 3, 0, 0, 0, 3, 6, 2, 28, 47, 30, 5, 13, 19, 0, 0, 0, 5, 10, 3, 23, 49, 40, 2, 14, 1, 0, 0, 0, 6, 14)),
), captions=tuple(range(1, MONTHS + 1)), marks=_YEARS)  # fmt: skip

_FULL = (None,) * MONTHS


def _out(month: int, share: float) -> tuple[float | None, ...]:
    return tuple(share if k == month else None for k in range(1, MONTHS + 1))


STOCK_OUT = Block("stock_out", "Share of the month without stock. Example: blue was out for nine days of February 2025", (
    Line(SERIES[0], "fraction", _FULL, SHARE, most=1),
    Line(SERIES[1], "fraction", _out(33, 0.3), SHARE, most=1),
    *(Line(name, "fraction", _FULL, SHARE, most=1) for name in SERIES[2:]),
), captions=tuple(range(1, MONTHS + 1)), marks=_YEARS)  # fmt: skip

FAMILY_REVENUE = Block("family_revenue", "Revenue 2024 by family of clothing and accessories", (
    Line("Revenue 2024", "USD", (307120, 192437, 145382, 128716, 117561, 98634, 71353, 58464, 44120, 14165, 11589, 7379, 5424, 4919, 4508, 634)),
), captions=(
    "Jerseys", "Shorts", "Vests", "Bike Racks", "Helmets", "Gloves", "Tights", "Bib-Shorts", "Hydration Packs", "Caps", "Socks", "Cleaners", "Locks",
    "Bottles and Cages", "Pumps", "Tires and Tubes",
))  # fmt: skip

TREE = Block("tree", "Who belongs to whom", tuple(
    Line(label, "text", (name, None if name == "All" else "All"), TEXT) for label, name in zip(SERIES, ("All", "Blue", "Black", "Red"), strict=False)
), captions=("Node", "Parent"))  # fmt: skip

PLAN = (
    Block("sales", "What sales expects of the coming months: M+1 = 2025-05. Example; a blank is no opinion", (
        Line(COLOURS[0], _UNIT, (None, 330, 380, 320, *(None,) * 8)),
        Line(COLOURS[1], _UNIT, (None,) * AHEAD),
        Line(COLOURS[2], _UNIT, (*(None,) * 6, 130, 150, *(None,) * 4)),
    ), captions=_PLAN),
    Block("events", "What an event adds. Example: bike-to-work month, each colour", (Line("Each colour", _UNIT, (20, *(None,) * 11), least=None),), captions=_PLAN),
    Block("receipts", "Open orders by month of arrival: quantities of the sample, months as an example", (
        Line(COLOURS[0], _UNIT, (None, 300, *(None,) * 10)),
        Line(COLOURS[1], _UNIT, (25, *(None,) * 11)),
        Line(COLOURS[2], _UNIT, (25, *(None,) * 11)),
    ), captions=_PLAN),
    Block("orders", "Customer orders on hand. Example", (
        Line(COLOURS[0], _UNIT, (150, 120, 60, *(None,) * 9)),
        Line(COLOURS[1], _UNIT, (120, 80, 30, *(None,) * 9)),
        Line(COLOURS[2], _UNIT, (90, 60, *(None,) * 10)),
    ), captions=_PLAN),
)  # fmt: skip

A_YEAR_AGO = (
    Block("statistical", "Statistical forecast made from months 1 to 24 by SOP_FORECAST, in whole units", (
        Line(COLOURS[0], _UNIT, (242, 325, 265, 187, 319, 256, 109, 169, 150, 170, 243)),
        Line(COLOURS[1], _UNIT, (218, 317, 288, 195, 286, 247, 99, 133, 139, 160, 242)),
        Line(COLOURS[2], _UNIT, (210, 299, 281, 193, 266, 217, 99, 120, 107, 143, 236)),
    ), captions=_TESTED_MONTHS),
    Block("final", "What the monthly meeting made of it. Example: blue and red lowered, black raised", (
        Line(COLOURS[0], _UNIT, (242, 325, 265, 187, 270, 240, 109, 140, 130, 170, 243)),
        Line(COLOURS[1], _UNIT, (240, 340, 310, 195, 286, 247, 99, 133, 139, 160, 242)),
        Line(COLOURS[2], _UNIT, (210, 290, 281, 180, 240, 217, 99, 100, 90, 143, 236)),
    ), captions=_TESTED_MONTHS),
)  # fmt: skip

RESOURCES = Block("resources", "Work for each helmet and hours available in a month. Example: the sample has no routing of helmets", (
    Line("Printing", "h", (0.08, 0.06, 0.06, 50), PER_UNIT),
    Line("Packing", "h", (0.05, 0.05, 0.05, 42), PER_UNIT),
), captions=("Blue, h/pcs", "Black, h/pcs", "Red, h/pcs", "Capacity, h/month"))  # fmt: skip

TERMS = Block("terms", "Terms of an aggregate plan, name and value in two columns. Example: as if helmets were made in house", (
    *(
        Line("", "", (name, value), UNITS if value == int(value) else PER_UNIT, note)
        for name, value, note in (
            ("hours per unit", 1.5, "h/pcs"), ("hours per worker", 160, "h/month"), ("wage", 3200, "USD/worker, month"), ("opening workers", 5, "workers"),
            ("opening stock", 828, "pcs"), ("closing stock", 400, "pcs"), ("hiring cost", 1500, "USD/worker"), ("layoff cost", 2000, "USD/worker"),
            ("overtime cost", 30, "USD/h"), ("overtime hours", 16, "h/worker, month"), ("subcontract cost", 48, "USD/pcs"), ("backorder cost", 8, "USD/pcs, month"),
            ("holding cost", 0.2, "USD/pcs, month"), ("material cost", 13.09, "USD/pcs"),
        )
    ),
), column=1)  # fmt: skip

_LAST_YEAR = tuple(range(MONTHS - AHEAD + 1, MONTHS + 1))
MONEY_MONTHS = Block("money", "Helmets in money, the last twelve months: cost and revenue of the sample, the rest as an example", (
    Line("Cost of goods sold", "USD", (5843, 8901, 10655, 10825, 6008, 7448, 7906, 3246, 3495, 3809, 6231, 7697), key="cost"),
    Line("Revenue", "USD", (8403, 10710, 16922, 17128, 9464, 11795, 12520, 5206, 5604, 6108, 9815, 12190), key="revenue"),
    Line("Purchases", "USD", (7800, 9500, 10900, 9200, 6400, 7400, 6200, 3100, 3600, 4900, 7000, 8100), key="purchases"),
    Line("Inventory value", "USD", (11200, 11800, 12045, 10420, 10812, 10764, 9058, 8912, 9017, 10108, 10877, 11280), key="inventory"),
    Line("Receivables", "USD", (9100, 11900, 17500, 19400, 13800, 13100, 14200, 8700, 6900, 7100, 10200, 13400), key="receivables"),
    Line("Payables", "USD", (7300, 9000, 10600, 9700, 7100, 7200, 6500, 3900, 3500, 4600, 6500, 7800), key="payables"),
), captions=_LAST_YEAR)  # fmt: skip

BLOCKS = (FIGURES, ITEMS, HISTORY, STOCK_OUT, FAMILY_REVENUE, TREE, *PLAN, *A_YEAR_AGO, RESOURCES, TERMS, MONEY_MONTHS)
"""In the order of the sheet."""
