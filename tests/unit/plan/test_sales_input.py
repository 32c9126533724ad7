"""Sales input: money and units, accounts, several contributors, and what each brought."""

from __future__ import annotations

import numpy as np
import pytest
from plan_tables import baseline, items, locations, month, months, table, value

from sop_xl import frames
from sop_xl.plan.demand import consensus_demand

ONE = months("2026-01", 1)
FLAT = baseline({"item": "A", "location": "North", "2026-01": 100}, {"item": "B", "location": "North", "2026-01": 300})
PRICED = table(
    frames.ITEMS,
    {"item": "A", "family": "Paint", "unit_price": 10.0},
    {"item": "B", "family": "Paint", "unit_price": 20.0},
)


def plan(*lines, start=FLAT, listed=PRICED, weight=1.0, **known):
    """Consensus of one month from lines of sales input; a line says `2026-01` and, in money, `measure`."""
    empty = {name: frames.empty_frame(spec) for name, spec in (("events", frames.EVENTS), ("lifecycle", frames.LIFECYCLE), ("overrides", frames.OVERRIDES))}
    result = consensus_demand(
        start, sales_input=table(frames.SALES_INPUT, *lines), items=listed, locations=locations(North="", South=""), timeline=ONE, sales_weight=weight, **empty, **known
    )
    moved = result.effects.groupby("period")["effect"].sum().sum()
    assert moved == pytest.approx(result.demand["sales_input"].sum())
    assert np.nansum(result.sales_review["entered"]) == pytest.approx(result.demand["sales_input"].sum())
    frames.check_frame(result.sales_review, frames.SALES_REVIEW)
    return result


def of(result, item, column="consensus"):
    return value(result.demand, column, item=item, location="North", period="2026-01")


def rules(result):
    return set(result.notes["rule"])


def mix(**shares):
    """CUSTOMER_MIX of A in the North."""
    return table(frames.CUSTOMER_MIX, *({"item": "A", "location": "North", "customer": name, "share": share} for name, share in shares.items()))


def records(**rows):
    """TRACK_RECORDS with correction and weight of each contributor."""
    return table(frames.TRACK_RECORDS, *({"contributor": name, "correction": correction, "weight": weight, "note": "record"} for name, (correction, weight) in rows.items()))


class TestMoney:
    def test_money_for_an_item_is_divided_by_its_price(self):
        assert of(plan({"item": "A", "location": "North", "measure": "revenue", "2026-01": 1500}), "A") == pytest.approx(150)

    def test_money_for_a_family_is_spread_by_revenue_mix_and_divided_by_each_price(self):
        """Forecast revenue 100 x 10 + 300 x 20 = 7,000. 14,000 doubles it: 2,000 / 10 = 200 of A, 12,000 / 20 = 600 of B."""
        result = plan({"family": "Paint", "measure": "revenue", "2026-01": 14000})
        assert [of(result, i) for i in "AB"] == pytest.approx([200, 600])
        assert sum(of(result, i) * price for i, price in (("A", 10), ("B", 20))) == pytest.approx(14000)

    def test_the_price_is_what_was_paid_last_year_before_the_list_price(self):
        history = table(frames.DEMAND_HISTORY, {"item": "A", "location": "North", "period": month("2025-12"), "demand": 10.0, "revenue": 50.0})
        result = plan({"item": "A", "location": "North", "measure": "revenue", "2026-01": 1000}, demand_history=history)
        assert of(result, "A") == pytest.approx(200)

    def test_money_without_any_price_is_not_used_and_said_with_its_scope(self):
        result = plan({"item": "A", "location": "North", "contributor": "Ann", "measure": "revenue", "2026-01": 1500}, listed=items("A", "B"))
        assert of(result, "A") == 100
        assert result.notes.loc[result.notes["rule"] == "sales-input-without-price", ["frame", "key"]].to_numpy().tolist() == [["sales_input", "A / North"]]
        review = result.sales_review.iloc[0]
        assert np.isnan(review["sales_number"]) and review["entered"] == 0
        assert review["note"].startswith("not used: no price is known")

    def test_where_units_and_money_are_given_the_units_count(self):
        both = {"item": "A", "location": "North"}
        assert of(plan(both | {"measure": "revenue", "2026-01": 9999}, both | {"2026-01": 120}), "A") == pytest.approx(120)

    def test_less_than_nothing_is_nothing_and_said(self):
        result = plan({"item": "A", "location": "North", "2026-01": -5})
        assert of(result, "A") == 0
        assert rules(result) == {"sales-input-below-zero"}


ANN = {"item": "A", "location": "North", "contributor": "Ann"}


class TestAccounts:
    def test_the_customers_of_whom_nothing_is_said_stay_at_the_forecast(self):
        """Metro buys 40 % of 100 = 40 and will take 70; the others keep their 60: 130."""
        result = plan(ANN | {"account": "Metro", "2026-01": 70}, customer_mix=mix(Metro=0.4, Rewe=0.6))
        assert of(result, "A") == pytest.approx(130)
        assert result.sales_review["sales_number"].tolist() == pytest.approx([130])
        assert "other customers at the forecast" in result.sales_review["note"].iloc[0]

    def test_accounts_of_one_contributor_add_up(self):
        lines = [ANN | {"account": name, "2026-01": number} for name, number in (("Metro", 70), ("Rewe", 50))]
        assert of(plan(*lines, customer_mix=mix(Metro=0.4, Rewe=0.6)), "A") == pytest.approx(120)

    def test_accounts_of_different_contributors_are_different_demand(self):
        """Ann: Metro + 30. Bob: Rewe - 10. Nobody's word halves the other's: 100 + 30 - 10."""
        result = plan(
            ANN | {"account": "Metro", "2026-01": 70}, ANN | {"contributor": "Bob", "account": "Rewe", "2026-01": 50},
            customer_mix=mix(Metro=0.4, Rewe=0.6),
        )  # fmt: skip
        assert of(result, "A") == pytest.approx(120)
        assert dict(zip(result.effects["source"], result.effects["effect"], strict=True)) == pytest.approx({"Ann": 30, "Bob": -10})
        assert "sales-input-averaged" not in rules(result)

    def test_two_opinions_of_one_account_are_averaged(self):
        result = plan(*(ANN | {"contributor": who, "account": "Metro", "2026-01": n} for who, n in (("Ann", 70), ("Bob", 50))), customer_mix=mix(Metro=0.4))
        assert of(result, "A") == pytest.approx(120)
        assert "sales-input-averaged" in rules(result)

    def test_a_customer_whom_history_does_not_know_comes_on_top(self):
        result = plan(ANN | {"account": "Newcomer", "2026-01": 25}, customer_mix=mix(Metro=1.0))
        assert of(result, "A") == pytest.approx(125)
        assert rules(result) == {"sales-input-new-account"}

    def test_where_no_customer_is_known_the_accounts_are_the_whole_demand(self):
        result = plan(*(ANN | {"account": name, "2026-01": n} for name, n in (("Metro", 70), ("Rewe", 50))))
        assert of(result, "A") == pytest.approx(120)
        assert rules(result) == {"sales-input-accounts-are-all"}

    def test_the_number_for_all_accounts_holds_unless_single_ones_are_more(self):
        metro = ANN | {"account": "Metro", "2026-01": 70}
        assert of(plan(ANN | {"2026-01": 90}, metro), "A") == pytest.approx(90)
        less = plan(ANN | {"2026-01": 60}, metro)
        assert of(less, "A") == pytest.approx(70)
        assert rules(less) == {"sales-input-contradicts"}


LINES = [{"item": "A", "location": "North", "contributor": who, "2026-01": n} for who, n in (("Ann", 180), ("Bob", 120))]


class TestTrackRecord:
    def test_the_suggestion_enters_with_the_weight_that_was_earned(self):
        """Ann says 180 and is 20 % over as a rule: 150. At a weight of 0.4 the forecast of 100 moves by 20."""
        result = plan(LINES[0], track_records=records(Ann=(0.2, 0.4)), by_track_record=True)
        assert of(result, "A") == pytest.approx(120)
        review = result.sales_review.iloc[0]
        assert review[["running", "sales_number", "suggestion", "entered"]].tolist() == pytest.approx([100, 180, 150, 20])
        assert review["note"] == "record"

    def test_by_the_settings_weight_the_suggestion_is_shown_only(self):
        result = plan(LINES[0], track_records=records(Ann=(0.2, 0.4)), weight=0.5)
        assert of(result, "A") == pytest.approx(140)
        assert result.sales_review["suggestion"].tolist() == pytest.approx([150])

    def test_whoever_has_no_record_counts_by_the_settings_weight(self):
        assert of(plan(LINES[1], track_records=records(Ann=(0.2, 0.4)), by_track_record=True, weight=0.5), "A") == pytest.approx(110)

    def test_the_better_forecaster_has_more_of_the_voice(self):
        """Weights 0.6 and 0.2 give three quarters and one quarter: 0.75 x 0.6 x 80 + 0.25 x 0.2 x 20 = 37."""
        result = plan(*LINES, track_records=records(Ann=(0.0, 0.6), Bob=(0.0, 0.2)), by_track_record=True)
        assert of(result, "A") == pytest.approx(137)
        assert dict(zip(result.effects["source"], result.effects["effect"], strict=True)) == pytest.approx({"Ann": 36, "Bob": 1})


def test_each_contributors_own_numbers_are_kept_item_by_item():
    """Ann: 800 for the family, 150 of it A; Bob's word on A is not hers."""
    result = plan({"family": "Paint", "contributor": "Ann", "2026-01": 800}, {"item": "A", "contributor": "Ann", "2026-01": 150}, {"item": "A", "contributor": "Bob", "2026-01": 90})
    own = result.sales_numbers.set_index(["contributor", "item"])["demand"]
    assert own.to_dict() == pytest.approx({("Ann", "A"): 150, ("Ann", "B"): 650, ("Bob", "A"): 90})


def test_a_line_without_a_contributor_is_somebodys_all_the_same():
    result = plan({"item": "A", "location": "North", "2026-01": 120})
    assert result.effects[["source", "owner"]].to_numpy().tolist() == [["(not named)", ""]]


class TestWhatIsJudged:
    METRO = ANN | {"account": "Metro", "2026-01": 70}

    def test_numbers_for_accounts_are_not_kept_to_be_judged_and_the_review_says_so(self):
        """Metro's 70 may be exactly right: with the others at a forecast that is too low, the scope would call Ann too low."""
        result = plan(self.METRO, customer_mix=mix(Metro=0.4, Rewe=0.6))
        assert result.sales_numbers.empty
        assert "numbers for accounts are not judged" in result.sales_review["note"].iloc[0]

    def test_a_number_for_all_customers_is_judged_beside_ones_for_accounts_elsewhere(self):
        elsewhere = {"item": "B", "location": "North", "contributor": "Ann", "2026-01": 330}
        result = plan(self.METRO, elsewhere, customer_mix=mix(Metro=0.4))
        assert result.sales_numbers[["contributor", "item", "demand"]].to_numpy().tolist() == [["Ann", "B", pytest.approx(330)]]
        notes = result.sales_review.set_index("item")["note"]
        assert "not judged" in notes["A"] and "not judged" not in notes["B"]

    def test_a_number_for_all_customers_of_a_scope_with_accounts_is_judged(self):
        result = plan(self.METRO, ANN | {"2026-01": 90}, customer_mix=mix(Metro=0.4))
        assert result.sales_numbers["demand"].tolist() == pytest.approx([90])

    def test_a_record_neither_corrects_nor_weighs_numbers_for_accounts(self):
        """Metro + 30 at the weight of the settings; the number for all of B is freed of 20 % and has the weight that was earned."""
        all_of_b = {"item": "B", "location": "North", "contributor": "Ann", "2026-01": 480}
        result = plan(self.METRO, all_of_b, customer_mix=mix(Metro=0.4), track_records=records(Ann=(0.2, 0.4)), by_track_record=True, weight=0.5)
        assert [of(result, item) for item in "AB"] == pytest.approx([100 + 0.5 * 30, 300 + 0.4 * 100])


def test_what_entered_is_what_was_left_after_the_plan_was_kept_above_zero():
    """Of the family Ann sees 50 and, with less weight, Carl 700; Bob alone sees 390 of A. B's 300 are less than Ann alone would take."""
    family = {"family": "Paint"}
    lines = (family | {"contributor": "Ann", "2026-01": 50}, family | {"contributor": "Carl", "2026-01": 700}, {"item": "A", "contributor": "Bob", "2026-01": 390})
    result = plan(*lines, track_records=records(Ann=(0.0, 1.0), Bob=(0.0, 0.1), Carl=(0.0, 0.1)), by_track_record=True)
    assert of(result, "B") == pytest.approx(0)
    entered = result.sales_review.set_index("contributor")["entered"]
    assert entered.to_dict() == pytest.approx(result.effects.groupby("source")["effect"].sum().to_dict())
