"""What holds for every sheet: reading back what was written, the address of a mutated cell, the order of rows, no crash."""

from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_xl.blocks import Block, CellError
from sop_xl.periods import Calendar, Timeline
from sop_xl.sheets import SHEETS, sheet
from sop_xl.sheets.cell_dates import read_date, read_period
from sop_xl.sheets.cell_numbers import read_number
from sop_xl.sheets.cells import Habits, Refused
from sop_xl.sheets.cross_checks import cross_check
from sop_xl.sheets.read import read_settings, read_sheet
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import Shape
from sop_xl.sheets.write import grid_rows, record_rows

MONTHS = Calendar()
USD = Settings()
HABITS = Habits(MONTHS)
TABLES = [s.name for s in SHEETS if s.row is not None and s.name != "Settings"]
few = settings(max_examples=40, deadline=None)
many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TIMELINE = Timeline(MONTHS, MONTHS.parse("2026-01"), MONTHS.parse("2026-04"), 3)

codes = st.from_regex(r"[A-Z0-9]{1,3}-[0-9]{1,4}", fullmatch=True)
names = st.from_regex(r"[A-Za-z]{2,8}( [A-Za-z]{2,8})?", fullmatch=True).filter(lambda t: "total" not in t.casefold())
amounts = st.floats(0, 1e9, allow_nan=False).map(lambda v: v + 0.0)
days = st.dates(date(1990, 1, 1), date(2090, 12, 31)).map(lambda d: datetime(d.year, d.month, d.day))


@st.composite
def item_rows(draw):
    keys = draw(st.lists(codes, min_size=1, max_size=8, unique=True))
    blank = st.none()
    return [
        [key, draw(names | blank), draw(names | blank), draw(names | blank), "pcs", *(draw(amounts | blank) for _ in range(6)), draw(st.sampled_from([None, 0.9, 0.95])),
         draw(days | blank), draw(days | blank)]
        for key in keys
    ]  # fmt: skip


@st.composite
def history_rows(draw):
    keys = draw(st.lists(st.tuples(codes, codes, st.sampled_from(["Demand", "Revenue"])), min_size=1, max_size=8, unique=True))
    values = st.lists(amounts | st.none(), min_size=6, max_size=6)
    return [[item, None, location, None, measure, None, None, *draw(values)] for item, location, measure in keys]


def block(name, rows):
    spec = sheet(name)
    header = [c.label for c in spec.columns] + (TIMELINE.labels if spec.shape is Shape.GRID else [])
    return Block(name, 6, 1, [header, *rows])


@few
@given(item_rows())
def test_records_come_back_as_they_were_written(rows):
    reading = read_sheet(sheet("Items"), block("Items", rows), USD)
    assert reading.problems == ()
    assert record_rows(sheet("Items"), reading.records)[1] == rows


@few
@given(history_rows())
def test_a_grid_comes_back_as_it_was_written(rows):
    frame = read_sheet(sheet("Demand History"), block("Demand History", rows), USD).frame
    header, written = grid_rows(sheet("Demand History"), frame, TIMELINE, plan_currency="USD")
    again = read_sheet(sheet("Demand History"), Block("Demand History", 6, 1, [header, *written]), USD)
    if len(frame):
        assert again.problems == ()
        pd.testing.assert_frame_equal(again.frame, frame)
    else:
        assert written == []


@few
@given(rows=item_rows(), order=st.randoms(use_true_random=False))
def test_the_order_of_items_changes_nothing(rows, order):
    mixed = list(rows)
    order.shuffle(mixed)
    first, second = (read_sheet(sheet("Items"), block("Items", r), USD).frame for r in (rows, mixed))
    pd.testing.assert_frame_equal(first, second)


@few
@given(rows=history_rows(), order=st.randoms(use_true_random=False))
def test_the_order_of_lines_and_columns_of_a_grid_changes_nothing(rows, order):
    mixed = [[*r] for r in rows]
    order.shuffle(mixed)
    table = [list(r) for r in block("Demand History", mixed).rows]
    columns = list(range(len(table[0])))
    order.shuffle(columns)
    turned = Block("Demand History", 6, 1, [[r[j] for j in columns] for r in table])
    pd.testing.assert_frame_equal(
        read_sheet(sheet("Demand History"), turned, USD).frame, read_sheet(sheet("Demand History"), block("Demand History", rows), USD).frame
    )


@few
@given(rows=item_rows(), where=st.data())
def test_the_address_of_a_problem_is_the_mutated_cell_of_a_record(rows, where):
    i = where.draw(st.integers(0, len(rows) - 1))
    j = where.draw(st.integers(0, len(rows[0]) - 1))
    bad = where.draw(st.sampled_from([CellError("#REF!"), "#N/A"] + ([True, "abc"] if j >= 5 else [])))
    rows[i][j] = bad
    sheet_block = block("Items", rows)
    reading = read_sheet(sheet("Items"), sheet_block, USD)
    assert [p.cell for p in reading.errors] == [sheet_block.address(i + 1, j)]


@few
@given(rows=history_rows(), where=st.data())
def test_the_address_of_a_problem_is_the_mutated_cell_of_a_grid(rows, where):
    i = where.draw(st.integers(0, len(rows) - 1))
    j = where.draw(st.sampled_from([0, 2, 4, 7, 8, 9, 10, 11, 12]))
    bad = where.draw(st.sampled_from([CellError("#REF!"), "#N/A"] + (["abc", "1,234", False] if j >= 7 else [])))
    rows[i][j] = bad
    sheet_block = block("Demand History", rows)
    reading = read_sheet(sheet("Demand History"), sheet_block, USD)
    assert sheet_block.address(i + 1, j) in [p.cell for p in reading.errors]
    # an unreadable label may make its line the same as another one; nothing else may be blamed
    assert {p.rule for p in reading.errors if p.cell != sheet_block.address(i + 1, j)} <= {"duplicate-key"}


@many
@given(number=st.decimals(-10_000_000, 10_000_000, places=3), places=st.integers(0, 3), group=st.sampled_from(["", ",", ".", " ", "'", "\u00a0"]), mark=st.sampled_from(".,"))
def test_a_pasted_number_is_understood_or_refused_but_never_another_number(number, places, group, mark):
    shown = f"{number:,.{places}f}"
    if group == mark:
        group = ""
    text = shown.replace(",", "\0").replace(".", mark).replace("\0", group)
    reading = read_number(text, HABITS)
    if isinstance(reading, Refused):
        assert reading.rule == "ambiguous-number"
    else:
        assert reading.value == pytest.approx(float(shown.replace(",", "")))


DATE_FORMS = ["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d %B %Y", "%B %d, %Y", "%d-%b-%y", "%Y%m%d", "%Y/%m/%d", "%d/%m/%y"]


@many
@given(day=st.dates(date(2000, 1, 1), date(2060, 12, 31)), form=st.sampled_from(DATE_FORMS))
def test_a_pasted_date_is_understood_or_refused_but_never_another_date(day, form):
    reading = read_date(day.strftime(form), HABITS)
    if isinstance(reading, Refused):
        assert reading.rule == "ambiguous-date"
    else:
        assert reading.value == datetime(day.year, day.month, day.day)


@many
@given(day=st.dates(date(2000, 1, 1), date(2060, 12, 31)), form=st.sampled_from(["%b-%y", "%B %Y", "%m/%Y", "%Y-%m", "%Y%m", "%Y-%m-%d"]))
def test_a_pasted_month_is_its_month(day, form):
    assert read_period(day.strftime(form), HABITS).value == datetime(day.year, day.month, 1)


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.integers(-(10**18), 10**18),
    st.text(max_size=12),
    st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)),
    st.sampled_from([CellError("#REF!"), "Item", "Period", "Year", "M01", "Total", "2026-01", "Nov-26", "NULL", "1,234", "Measure", "Revenue", "²", "Value", "Units"]),
)  # fmt: skip


@many
@given(name=st.sampled_from(TABLES), width=st.integers(1, 10), where=st.data())
def test_no_content_makes_the_reader_fail(name, width, where):
    """Whatever stands in the cells: problems, never an exception; and a frame of the promised form."""
    spec = sheet(name)
    rows = where.draw(st.lists(st.lists(cells, min_size=width, max_size=width), max_size=4))
    labels = [c.label for c in spec.columns]
    if where.draw(st.booleans()):
        header = [*labels, *(TIMELINE.labels if spec.shape is Shape.GRID else [])]
        rows = [header, *([*r, *[None] * len(header)][: len(header)] for r in rows)]
    reading = read_sheet(spec, Block(spec.name, 1, 1, rows), USD)
    assert all(len(str(p)) <= 255 for p in reading.problems)
    if spec.frame is not None and len(reading.frame):
        assert set(spec.frame.columns) <= set(reading.frame.columns)
        if not reading.errors and "currency" not in reading.frame:
            assert not reading.frame.duplicated(list(spec.frame.keys)).any()
    cross_check({spec.name: reading})
    read_settings(Block("Settings", 1, 1, rows))


def test_serial_numbers_of_excel():
    for serial in range(40_000, 50_000, 977):
        assert read_date(float(serial), HABITS).value == datetime(1899, 12, 30) + timedelta(days=serial)
