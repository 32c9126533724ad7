"""A planner before a workbook that is open in Excel, which is one in memory here: what the ribbon is asked, and what came of it."""

from __future__ import annotations

import os
import pickle

from sop_xl import ribbon
from sop_xl.commands.lines import read_lines, write_lines
from sop_xl.commands.runs import Run
from sop_xl.commands.tables import plain_table
from sop_xl.hosts.memory import MemoryHost
from sop_xl.sheets import sheet

PATH = "C:\\Plans\\company.xlsx"
IN_FRONT = {"book": "company.xlsx", "path": PATH, "sheet": "Items", "visible": "1"}
PATIENCE = 600


class Desk:
    """A planner before an open workbook."""

    def __init__(self, picture: bytes, path: str = PATH) -> None:
        self.book: MemoryHost = pickle.loads(picture)
        self.excel = os.getpid()
        self.path = path

    def open(self, given):
        assert given["path"] == self.path
        return ribbon.OpenWorkbook(self.book, self.excel)

    def ask(self, command: str, **arguments: str) -> dict[str, str]:
        return read_lines(ribbon.run(command, write_lines(IN_FRONT | {"path": self.path} | arguments), self.open))

    def wait(self) -> dict[str, str]:
        """Let the run end, then ask how far it is."""
        if process := Run(self.path).process():
            process.wait(PATIENCE)
        return self.ask("poll")

    def body(self, name: str) -> list[dict[str, object]]:
        table = plain_table(sheet(name), self.book.read_block(name))
        return [dict(zip(table.header, cells, strict=True)) for _, cells in table.rows]

    def everything(self) -> dict[str, object]:
        return {name: self.book.read_block(name) for name in self.book.sheet_names()}

    def type(self, name: str, column: str, row: int, value: object) -> None:
        """Type into a body row (0 = first) of a table."""
        top = self.book.table_place(name)[0]
        header = self.book.read_block(name).rows[top - 1]
        self.book.sheets[name].cells[top + 1 + row, header.index(column) + 1] = value
