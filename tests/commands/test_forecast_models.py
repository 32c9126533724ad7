"""A rule typed into Forecast Models is found on Baseline Forecast, Forecast Accuracy and Backtest; a bad one at its cell."""

import pytest
from company import TIMELINE, cells, labels, run

from sop_xl.hosts.headless import HeadlessHost


def type_rules(path, *rules: dict[str, object]) -> None:
    header = labels("Forecast Models")
    host = HeadlessHost(path)
    host.write_table("Forecast Models", header, [[rule.get(name) for name in header] for rule in rules])
    host.save()


def plan(path, *more: object):
    return run("regenerate", path, "--as-of", "2025-01-06", "--recalc", "off", *more)


def line_of(path, sheet: str, **labels_wanted: object) -> dict[str, object]:
    return next(row for row in cells(path, sheet) if all(row[k] == v for k, v in labels_wanted.items()))


def test_without_rules_the_evidence_is_there_too(planned):
    lines = [row for row in cells(planned, "Backtest") if row["Item"] == "0017" and row["Location"] == "Oslo"]
    assert [row["Horizon"] for row in lines] == [3, 6, 12]
    accuracy = line_of(planned, "Forecast Accuracy", Item="0017", Location="Oslo")
    assert lines[-1]["WMAPE"] == pytest.approx(accuracy["WMAPE"])
    assert all(row["Runner-up"] for row in lines)


def test_rules_are_found_on_the_sheets(company):
    type_rules(
        company,
        {"Rule": "R-1", "Family": "Chairs", "Model": "ETS"},
        {"Rule": "R-2", "Item": "0017", "Location": "Oslo", "Model": "Manual", "Value": 33},
        {"Rule": "R-3", "Item": "0018", "Model": "Like item", "Like item": "0017", "Value": 0.5},
        {"Rule": "R-4", "Family": "Tables", "Model": "automatic", "Drivers": "Promo"},
    )
    host = HeadlessHost(company)
    header = [*labels("Drivers"), *TIMELINE.labels]
    promo = [float(k % 5 == 2) for k in range(48)]
    host.write_table("Drivers", header, [["Promo", None, "Tables", None, "Driver value", None, None, *promo]])
    host.save()
    result = plan(company)
    assert result.exit_code == 0, result.output
    manual = line_of(company, "Baseline Forecast", Item="0017", Location="Oslo", Measure="Baseline forecast")
    like = line_of(company, "Baseline Forecast", Item="0018", Location="Oslo", Measure="Baseline forecast")
    assert [manual[label] for label in TIMELINE.labels[36:]] == [33] * 12
    assert [like[label] for label in TIMELINE.labels[36:]] == [16.5] * 12
    assert str(manual["Note"]).startswith("Manual (rule R-2)")
    assert line_of(company, "Forecast Accuracy", Item="0019", Location="Oslo")["Model"] == "ETS (rule R-1)"
    assert line_of(company, "Backtest", Item="0019", Location="Oslo", Horizon=12)["Model"] == "ETS (rule R-1)"
    assert "Promo effect per unit" in str(line_of(company, "Forecast Accuracy", Item="0042", Location="Rome")["Note"])


def test_another_rule_is_another_forecast_and_not_the_cached_one(company):
    for model, exact in (("Zero", 0), ("Manual", 12)):
        type_rules(company, {"Rule": "R-1", "Item": "0017", "Model": model, "Value": 12 if model == "Manual" else None})
        assert plan(company, "--steps", "forecast").exit_code == 0
        line = line_of(company, "Baseline Forecast", Item="0017", Location="Rome", Measure="Baseline forecast")
        assert line["2025-01"] == exact


def test_bad_rules_are_refused_at_their_cells_and_nothing_is_planned(company):
    before = company.read_bytes()
    type_rules(
        company,
        {"Rule": "R-1", "Item": "0017", "Model": "Prophet"},
        {"Rule": "R-2", "Item": "0018", "Model": "Like item"},
        {"Rule": "R-3", "Item": "0019", "Model": "automatic", "Drivers": "Weather"},
    )
    typed = company.read_bytes()
    result = plan(company)
    assert result.exit_code == 1 and typed == company.read_bytes() != before
    for cell in ("Forecast Models!H7", "Forecast Models!I8", "Forecast Models!K9"):
        assert cell in result.output


def test_an_heir_forecast_like_its_predecessor_takes_its_demand_once(company):
    type_rules(
        company,
        {"Rule": "R-2", "Item": "0017", "Location": "Oslo", "Model": "Manual", "Value": 30},
        {"Rule": "R-3", "Item": "0018", "Location": "Oslo", "Model": "Like item", "Like item": "0017"},
    )
    host = HeadlessHost(company)
    handed_over = {"Item": "0017", "Location": "Oslo", "Stage": "phase_out", "Period": "2025-03", "Successor": "0018"}
    host.write_table("Lifecycle", labels("Lifecycle"), [[handed_over.get(name) for name in labels("Lifecycle")]])
    host.save()
    result = plan(company, "--steps", "demand")
    assert result.exit_code == 0, result.output
    moved = {row["Item"]: row for row in cells(company, "Consensus Demand") if row["Location"] == "Oslo" and row["Measure"] == "Life cycle"}
    assert list(moved) == ["0017"]  # a line for the heir would be demand that it has already
    assert all(moved["0017"][label] < 0 for label in TIMELINE.labels[38:])
    assert "0018 is forecast like 0017 by a rule of Forecast Models" in result.output
