"""The sample's files, and rows of input tables made of them."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from importlib.resources import files
from io import BytesIO

import pandas as pd

from sop_xl.blocks import CellValue
from sop_xl.sheets import sheet

Table = tuple[list[str], list[list[CellValue]]]
"""Header and rows of one input table."""


def sample_bytes(name: str) -> bytes:
    """A file of the sample as it is."""
    return (files("sop_xl.samples") / "adventureworks" / name).read_bytes()


def read_table(name: str) -> pd.DataFrame:
    """A CSV file of the sample, packed or not."""
    content = sample_bytes(name)
    return pd.read_csv(BytesIO(gzip.decompress(content) if name.endswith(".gz") else content))


def cells(table: pd.DataFrame) -> list[list[CellValue]]:
    """Rows of plain cells; NaN and NaT become empty cells."""
    return table.astype(object).where(table.notna(), None).to_numpy().tolist()


def record_table(name: str, *rows: Mapping[str, CellValue]) -> Table:
    """Rows of an input table by header; what a row does not state is empty."""
    header = [c.label for c in sheet(name).columns]
    return header, [[row.get(label) for label in header] for row in rows]
