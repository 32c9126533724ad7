"""When what arises in a period is paid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_xl.periods import Calendar
from sop_xl.plan.payment_terms import paid_share, period_lengths, settle

LENGTHS = np.array([31.0, 28.0, 31.0])


def test_thirty_days_of_a_january_reach_into_march():
    assert np.diff(paid_share(30, LENGTHS)[0], prepend=0.0) == pytest.approx([1 / 31, 28 / 31, 2 / 31])


def test_what_is_paid_at_once_is_never_open():
    still_open, paid = settle(np.array([[10.0, 20.0, 30.0]]), np.array([0.0]), LENGTHS)
    assert still_open.tolist() == [[0.0, 0.0, 0.0]]
    assert paid.tolist() == [[10.0, 20.0, 30.0]]


def test_terms_beyond_the_last_period_stay_open():
    still_open, paid = settle(np.array([[10.0, 0.0, 0.0]]), np.array([200.0]), LENGTHS)
    assert still_open.tolist() == [[10.0, 10.0, 10.0]]
    assert not paid.any()


def test_each_row_has_its_own_terms_and_credits_settle_as_debts():
    amounts = np.array([[31.0, 0.0, 0.0], [-31.0, 0.0, 0.0], [31.0, 0.0, 0.0]])
    still_open, _ = settle(amounts, np.array([31.0, 31.0, 0.0]), LENGTHS)
    assert still_open[:, 0].tolist() == [31.0, -31.0, 0.0]
    assert still_open[:, 1] == pytest.approx([3.0, -3.0, 0.0])


def test_lengths_are_those_of_the_calendar():
    calendar = Calendar()
    assert period_lengths(calendar, calendar.span(calendar.parse("2024-01"), 3)).tolist() == [31, 29, 31]


@given(st.lists(st.integers(5, 40), min_size=1, max_size=6), st.integers(0, 120), st.integers(0, 2**32 - 1))
def test_the_share_paid_is_that_of_counting_day_by_day(days_in_period, terms, seed):
    lengths = np.array(days_in_period, dtype=float)
    amounts = np.random.default_rng(seed).integers(-50, 100, (1, len(lengths))).astype(float)
    still_open, paid = settle(amounts, np.array([float(terms)]), lengths)
    daily = np.repeat(amounts[0] / lengths, days_in_period)
    received = np.concatenate([np.zeros(terms), daily])[: len(daily)]
    ends = np.cumsum(days_in_period)
    by_end = np.concatenate([[0.0], np.cumsum(received)])[ends]
    assert np.cumsum(paid[0]) == pytest.approx(by_end, abs=1e-9)
    assert still_open[0] == pytest.approx(np.cumsum(amounts[0]) - by_end, abs=1e-9)
