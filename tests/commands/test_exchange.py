"""Tables in and out: `import`, `export`, `diff`."""

from __future__ import annotations

import csv
import json

import openpyxl
from company import cells, change, run

SALES = """SKU;Site;Month;Demand
0017;Oslo;Jan-22;41
0017;Oslo;Feb-22;1.040,5
0042;Rome;01/2022;12
"""


def test_a_long_csv_becomes_the_wide_table(company, tmp_path):
    file = tmp_path / "sales.csv"
    file.write_text(SALES)
    result = run("import", company, "Demand History", file, "--replace")
    assert result.exit_code == 0, result.output
    rows = {(r["Item"], r["Location"]): r for r in cells(company, "Demand History")}
    assert set(rows) == {("0017", "Oslo"), ("0042", "Rome")}
    assert rows["0017", "Oslo"]["2022-01"] == 41 and rows["0017", "Oslo"]["2022-02"] == 1040.5
    assert rows["0042", "Rome"]["2022-01"] == 12


def test_a_bad_file_changes_nothing_and_names_its_cell(company, tmp_path):
    file = tmp_path / "items.csv"
    file.write_text("Item,Unit cost\n0017,cheap\n")
    before = company.read_bytes()
    result = run("import", company, "Items", file)
    assert result.exit_code == 1 and "items.csv!B2" in result.output and '"cheap"' in result.output
    assert company.read_bytes() == before


def test_another_workbook_is_read_by_its_header(company, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Stock list"])
    book.active.append([])
    book.active.append(["SKU", "Warehouse", "Stock"])
    book.active.append(["0017", "Oslo", 12])
    book.save(tmp_path / "stock.xlsx")
    assert run("import", company, "Inventory", tmp_path / "stock.xlsx", "--replace").exit_code == 0
    (row,) = cells(company, "Inventory")
    assert (row["Item"], row["Location"], row["On hand"]) == ("0017", "Oslo", 12)


def test_an_output_sheet_cannot_be_filled_and_a_misspelt_one_is_suggested(company, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("Item\n1\n")
    assert run("import", company, "KPIs", file).exit_code == 1
    assert 'did you mean "Inventory"?' in run("import", company, "Inventroy", file).output


def test_text_that_looks_like_a_formula_stays_text(company, tmp_path):
    file = tmp_path / "items.csv"
    file.write_text('Item,Name\n0017,"=HYPERLINK(""http://x"")"\n0018,@cmd\n')
    assert run("import", company, "Items", file, "--replace").exit_code == 0
    sheet = openpyxl.load_workbook(company)["Items"]
    assert [sheet[a].value for a in ("B7", "B8")] == ['=HYPERLINK("http://x")', "@cmd"]
    assert all(sheet[a].data_type != "f" for a in ("B7", "B8"))


def test_what_is_exported_can_be_imported_again(planned, tmp_path):
    assert run("export", planned, "--out", tmp_path / "csv").exit_code == 0
    for name in ("Items", "Locations", "Demand History", "Inventory", "Budget"):
        before = cells(planned, name)
        result = run("import", planned, name, tmp_path / "csv" / f"{name}.csv")
        assert result.exit_code == 0, result.output
        assert cells(planned, name) == before, name


def test_export_keeps_codes_and_dates_readable(planned, tmp_path):
    run("export", planned, "--out", tmp_path, "--sheet", "Items")
    with (tmp_path / "Items.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["Item"] == "0017" and rows[0]["Unit cost"] == "60"


def test_equal_workbooks_do_not_differ(planned, tmp_path):
    other = tmp_path / "other.xlsx"
    other.write_bytes(planned.read_bytes())
    result = run("diff", planned, other)
    assert result.exit_code == 0 and "no differences" in result.output


def test_a_changed_cell_is_found_by_key_with_both_addresses(planned, tmp_path):
    other = tmp_path / "other.xlsx"
    other.write_bytes(planned.read_bytes())
    rows = cells(other, "Items")
    change(other, "Items", "Unit cost", 1, 71.0)
    result = run("diff", planned, other, "--json")
    assert result.exit_code == 1
    (difference,) = json.loads(result.output)["differences"]
    assert difference["key"] == ["0018"] and difference["column"] == "Unit cost" and (difference["a"], difference["b"]) == ("70", "71")
    assert difference["cell_a"] == "F8"
    assert run("diff", planned, other, "--tolerance", 2).exit_code == 0
    assert rows[1]["Unit cost"] == 70


def test_rows_in_another_order_are_the_same_table(planned, tmp_path):
    from sop_xl.hosts.headless import HeadlessHost

    other = tmp_path / "other.xlsx"
    other.write_bytes(planned.read_bytes())
    rows = cells(other, "Items")
    host = HeadlessHost(other)
    host.write_table("Items", list(rows[0]), [list(r.values()) for r in reversed(rows)])
    host.save()
    assert run("diff", planned, other).exit_code == 0


def test_one_new_month_is_added_to_the_history_and_nothing_is_lost(company, tmp_path):
    before = cells(company, "Demand History")
    file = tmp_path / "january.csv"
    file.write_text("Item,Location,Period,Demand\n0017,Oslo,2025-01,61\n0042,Rome,2025-01,70\n")
    result = run("import", company, "Demand History", file)
    assert result.exit_code == 0 and "0 lines added, 2 updated, 22 kept as they were" in result.output
    after = cells(company, "Demand History")
    assert len(after) == len(before)
    for old, new in zip(before, after, strict=True):
        changed = {k: new[k] for k in new if new[k] != old[k]}
        wanted = {("0017", "Oslo", "Demand"): {"2025-01": 61}, ("0042", "Rome", "Demand"): {"2025-01": 70}}
        assert changed == wanted.get((old["Item"], old["Location"], old["Measure"]), {})


def test_a_record_with_a_known_key_is_updated_where_the_file_says_something(company, tmp_path):
    file = tmp_path / "items.csv"
    file.write_text("Item,Family,Unit cost\n0017,,65\n0099,Lamps,20\n")
    result = run("import", company, "Items", file)
    assert result.exit_code == 0 and "1 lines added, 1 updated, 5 kept" in result.output
    rows = {r["Item"]: r for r in cells(company, "Items")}
    assert rows["0017"]["Unit cost"] == 65 and rows["0017"]["Family"] == "Chairs" and rows["0099"]["Family"] == "Lamps"
