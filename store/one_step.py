"""SQLite statements that take one step of their connection's thread each, not four: open a cursor, execute, fetch, close.

Each step costs the event loop a wake-up (0.2 ms on two busy cores), and a message takes some forty statements: with four
steps each, 20 questions a second were more than one core can do.
"""

import sqlite3
from collections.abc import Iterable
from functools import partial
from typing import Any, Final

import aiosqlite
from aiosqlite.context import Result
from sqlalchemy import URL

_CHUNK: Final = 64  # rows at once where a caller walks a cursor; nothing here does


class Connection(aiosqlite.Connection):
    """A connection whose cursors hold all rows of a statement from the moment that it was executed."""

    def cursor(self) -> Result[aiosqlite.Cursor]:
        """A cursor; none of SQLite's is opened yet."""
        return Result(self._cursor())

    async def _cursor(self) -> aiosqlite.Cursor:
        return _Cursor(self)

    async def run(self, sql: str, parameters: Iterable[Any], many: bool) -> tuple[sqlite3.Cursor, list[Any]]:
        """A closed cursor, which still knows columns and counts, and all rows."""
        return await self._execute(self._run, sql, parameters, many)  # type: ignore[no-any-return, no-untyped-call]

    def _run(self, sql: str, parameters: Iterable[Any], many: bool) -> tuple[sqlite3.Cursor, list[Any]]:
        cursor = self._conn.cursor()
        try:
            (cursor.executemany if many else cursor.execute)(sql, parameters)  # type: ignore[arg-type]
            return cursor, cursor.fetchall() if cursor.description else []
        finally:
            cursor.close()


class _Cursor(aiosqlite.Cursor):
    """What SQLAlchemy needs of a cursor: execute, fetch all, close."""

    def __init__(self, connection: Connection) -> None:
        self._own = connection
        self._rows: list[Any] = []

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> aiosqlite.Cursor:
        """Execute and fetch, in one step."""
        self._cursor, self._rows = await self._own.run(sql, parameters or (), False)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> aiosqlite.Cursor:
        """Execute for each, in one step."""
        self._cursor, self._rows = await self._own.run(sql, parameters, True)
        return self

    async def fetchall(self) -> Iterable[sqlite3.Row]:
        """The rows, which are here already."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """It was closed when it was executed."""


def creator(url: URL) -> Any:
    """What opens a connection for `url`, for `async_creator` of an engine."""
    arguments, options = url.get_dialect()().create_connect_args(url)

    def create() -> Connection:
        connection = Connection(partial(sqlite3.connect, *arguments, **options), _CHUNK)
        connection._thread.daemon = True  # as SQLAlchemy has it: a process that ends waits for no connection
        return connection

    return create
