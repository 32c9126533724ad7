"""Owners that people typed in the gap list: they outlive the gap and the step that they were typed beside."""

from __future__ import annotations

import pandas as pd

from sop_xl import frames
from sop_xl.plan.notes import Note

GAP, NOT_CLOSED = "gap", "not closed"
"""Steps with which a gap begins and ends."""

CLOSED = "Closed now: nothing is missing"
_KEPT = "Kept for its owner until the gap is back; clear the owner to drop it"
_KEEPING = "Closes nothing now; kept for its owner, clear the owner to drop it"


def with_owners(listed: pd.DataFrame, marked: pd.DataFrame | None) -> tuple[pd.DataFrame, list[Note]]:
    """Owners beside the same gap and step, whatever has become of these.

    Parameters
    ----------
    listed
        GAP_LIST as it is now, by rank and order, without owners.
    marked
        GAP_LIST as it stands in the workbook.

    Returns
    -------
    GAP_LIST with owners, and notes. A gap that is gone stays as long as one of its rows has an owner, after all others: its first and last row, and
    the steps with an owner. A step with an owner that no longer closes a gap stays before its last row. All of these rows have value and
    units 0 (units absent where the gap has none), so that the rows of every gap still add up to 0, and the notes name them.
    """
    if marked is None or marked.empty:
        return listed, []
    marked = marked.drop_duplicates(["gap", "step"])
    typed = marked["owner"] != ""
    owned = marked[typed]
    listed = listed.assign(owner=owned.set_index(["gap", "step"])["owner"].reindex(_keys(listed)).fillna("").to_numpy(dtype=object))
    stands = marked["gap"].isin(listed["gap"])
    gone = marked[~stands & marked["gap"].isin(owned["gap"]) & (typed | marked["step"].isin([GAP, NOT_CLOSED]))]
    idle = marked[stands & typed & ~_keys(marked).isin(_keys(listed))]
    if gone.empty and idle.empty:
        return listed, []
    together = pd.concat([part for part in (listed, _idle(idle, listed), _closed(gone, listed)) if len(part)], ignore_index=True)
    together = together.assign(last=together["step"] == NOT_CLOSED).sort_values(["rank", "last", "order"], kind="stable", ignore_index=True)
    together = together.assign(order=together.groupby("rank").cumcount().astype("float64"))[list(frames.GAP_LIST.columns)]
    return frames.check_frame(together, frames.GAP_LIST), [*_notes(gone), *_notes(idle)]


def _keys(rows: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rows[["gap", "step"]])


def _closed(gone: pd.DataFrame, listed: pd.DataFrame) -> pd.DataFrame:
    """Gaps that are gone, by name, ranked after those that stand; their periods are those in which they last stood."""
    after = 0.0 if listed.empty else float(listed["rank"].max())
    first = gone["step"] == GAP
    return gone.assign(
        rank=after + gone["gap"].rank(method="dense"),
        units=gone["units"].where(gone["units"].isna(), 0.0),
        value=0.0,
        cause=gone["cause"].mask(first, CLOSED),
        note=gone["step"].map({GAP: _KEPT, NOT_CLOSED: ""}).fillna(_KEEPING),
    )


def _idle(idle: pd.DataFrame, listed: pd.DataFrame) -> pd.DataFrame:
    """Steps that no longer close the gap that they stand in, with rank and family of the gap as it is now."""
    heads = listed[listed["step"] == GAP].set_index("gap")
    of_gap = {name: idle["gap"].map(heads[name]) for name in ("rank", "kind", "family", "region")}
    units = idle["gap"].map(heads["units"])
    return idle.assign(**of_gap, units=units.where(units.isna(), 0.0), value=0.0, note=_KEEPING)


def _notes(kept: pd.DataFrame) -> list[Note]:
    notes = []
    for gap, step, owner in kept.loc[kept["owner"] != "", ["gap", "step", "owner"]].itertuples(index=False, name=None):
        text = f"{gap}: closed now; its line stays for its owner {owner}" if step == GAP else f"{gap}, {step}: closes nothing now; its line stays for its owner {owner}"
        notes.append(Note("gap_list", gap, "owner-without-gap", text))
    return notes
