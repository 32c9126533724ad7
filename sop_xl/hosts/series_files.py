"""Series in a long CSV or Parquet file, one row per series and period: `unique_id, ds, y`, and forecasts back to such a file."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sop_xl.errors import ContractError, HostError, Problem
from sop_xl.hosts.files import read_bytes, replace_file

COLUMNS = ("unique_id", "ds", "y")
_CSV = {".csv", ".txt", ".tsv"}
_PARQUET = {".parquet", ".pq"}
_ENCODINGS = ("utf-8-sig", "cp1252")


@dataclass(frozen=True, slots=True)
class SeriesFile:
    """The three columns of a file as they stand there.

    Parameters
    ----------
    rows
        unique_id, ds, y (text from a CSV, the file's own types from Parquet; `None` = blank), and `place`: the line of a CSV, the row of a Parquet file.
    unit
        What a place is called: `line` or `row`.
    others
        Columns that were left out.
    """

    rows: pd.DataFrame
    unit: str
    others: tuple[str, ...]


def read_series(path: Path) -> SeriesFile:
    """Read a long file; its ending says whether it is CSV (`.csv`, `.tsv`, `.txt`) or Parquet (`.parquet`, `.pq`).

    A CSV is UTF-8 or UTF-16 with a byte-order mark, otherwise Windows-1252; its separator (comma, semicolon, tab or bar) is seen in the header.

    Raises
    ------
    HostError
        When the file cannot be read, or has another ending.
    ContractError
        When it is no table, or a column is missing.
    """
    kind = _kind(path)
    content = read_bytes(path)
    return _from_parquet(path.name, content) if kind == "parquet" else _from_csv(path.name, content)


def write_forecast(path: Path, frame: pd.DataFrame) -> None:
    """Write a forecast all at once, CSV or Parquet by the ending of `path`; equal frames are equal bytes.

    Raises
    ------
    HostError
        When the place cannot be written, or the ending is neither; the old file, if any, is as it was.
    """
    if _kind(path) == "csv":
        content = frame.to_csv(index=False, lineterminator="\n").encode("utf-8")
    else:
        _arrow()
        stream = io.BytesIO()
        frame.to_parquet(stream, index=False, engine="pyarrow")
        content = stream.getvalue()
    replace_file(path, content)


def check_out(path: Path, source: Path) -> None:
    """Refuse a place for the result before any work is done: an unknown ending, no such folder, the input itself.

    Raises
    ------
    HostError
        With the reason.
    """
    _kind(path)
    if not path.resolve().parent.is_dir():
        raise HostError(f"{path}: there is no folder {path.parent}; make it first")
    if path.is_dir():
        raise HostError(f"{path} is a folder, not a file")
    if path.resolve() == source.resolve():
        raise HostError(f"{path} is the input; name another file for the forecast")


def _kind(path: Path) -> str:
    ending = path.suffix.lower()
    if ending in _CSV:
        return "csv"
    if ending in _PARQUET:
        return "parquet"
    raise HostError(f"{path.name}: expected a name that ends in .csv or .parquet")


def _from_csv(name: str, content: bytes) -> SeriesFile:
    text = _decode(name, content)
    head = text.split("\n", 1)[0]
    separator = max(",;\t|", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    kept: list[tuple[str | None, ...]] = []
    problems: list[Problem] = []
    try:
        header = [field.strip() for field in next(reader, [])]
        places, others = _columns(name, header)
        for fields in reader:
            if not any(field.strip() for field in fields):
                continue
            if len(fields) > len(header):
                problems.append(
                    Problem(f"{name} line {reader.line_num}", "", "too-many-fields", f"expected {len(header)} fields", str(len(fields)))
                )
                continue
            cells = (fields[p].strip() if p < len(fields) else "" for p in places)
            kept.append((*(cell or None for cell in cells), str(reader.line_num)))
    except csv.Error as error:
        raise ContractError(
            [Problem(f"{name} line {reader.line_num}", "", "not-a-table", "expected a CSV file", str(error), "a quotation mark may not be closed")]
        ) from None
    if problems:
        raise ContractError(problems)
    rows = pd.DataFrame(kept, columns=[*COLUMNS, "place"], dtype=object)
    return SeriesFile(rows.astype({"place": "int64"}), "line", others)


def _from_parquet(name: str, content: bytes) -> SeriesFile:
    arrow, parquet = _arrow()
    try:
        source = parquet.ParquetFile(io.BytesIO(content))
        _, others = _columns(name, list(source.schema_arrow.names))
        rows = source.read(columns=list(COLUMNS)).to_pandas()[list(COLUMNS)]
    except (arrow.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise HostError(f"{name} is not a readable Parquet file ({reason[:120]})") from None
    return SeriesFile(rows.assign(place=range(1, len(rows) + 1)), "row", others)


def _columns(name: str, header: list[str]) -> tuple[list[int], tuple[str, ...]]:
    missing = [c for c in COLUMNS if header.count(c) != 1]
    if missing:
        hint = f"the file has {', '.join(header[:8])}" if header else "the file is empty"
        expected = "expected the columns unique_id, ds and y, each once"
        raise ContractError([Problem(name, "", "missing-column", expected, f"no single {missing[0]}", hint)])
    return [header.index(c) for c in COLUMNS], tuple(c for c in header if c not in COLUMNS)


def _decode(name: str, content: bytes) -> str:
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else _ENCODINGS
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ContractError([Problem(name, "", "not-a-table", "expected a CSV file", "binary content", "a Parquet file ends in .parquet")])


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise HostError("Parquet files need pyarrow: pip install pyarrow") from None
    return pyarrow, parquet
