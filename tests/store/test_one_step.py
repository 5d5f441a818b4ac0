"""A statement on SQLite takes one step of its connection's thread, and behaves as the driver's own does."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from store.database import open_engine
from store.one_step import Connection, creator


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    made = open_engine(f"sqlite+aiosqlite:///{tmp_path / 'steps.db'}")
    async with made.begin() as connection:
        await connection.execute(text("CREATE TABLE word (id INTEGER PRIMARY KEY, said TEXT UNIQUE)"))
    yield made
    await made.dispose()


async def test_a_statement_takes_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = list[str]()
    own = Connection._execute

    async def counted(self: Connection, function: object, *given: object) -> object:
        steps.append(getattr(function, "__name__", ""))
        return await own(self, function, *given)  # type: ignore[no-untyped-call]

    connection = creator(make_url(f"sqlite+aiosqlite:///{tmp_path / 'steps.db'}"))()
    async with connection:
        monkeypatch.setattr(Connection, "_execute", counted)
        async with connection.cursor() as cursor:
            await cursor.execute("SELECT ? AS a, 2 AS b UNION SELECT 3, 4", (1,))
            assert (await cursor.fetchall(), [name for name, *_ in cursor.description]) == ([(1, 2), (3, 4)], ["a", "b"])
        assert steps == ["_run"]
        monkeypatch.undo()


async def test_rows_counts_and_ids_are_those_of_sqlite(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("INSERT INTO word (said) VALUES (:said)"), [{"said": "một"}, {"said": "hai"}, {"said": "ba"}])
        assert (await connection.execute(text("UPDATE word SET said = said || '!'"))).rowcount == 3
        assert (await connection.execute(text("INSERT INTO word (said) VALUES ('bốn')"))).lastrowid == 4
        assert (await connection.execute(text("INSERT INTO word (said) VALUES ('năm') RETURNING id, said"))).all() == [(5, "năm")]
        assert (await connection.execute(text("SELECT said FROM word WHERE id < 3 ORDER BY id"))).scalars().all() == ["một!", "hai!"]
        assert (await connection.execute(text("SELECT said FROM word WHERE id = 99"))).one_or_none() is None


async def test_a_statement_that_fails_leaves_the_connection_as_it_was(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("INSERT INTO word (said) VALUES ('một')"))
        with pytest.raises(IntegrityError):
            await connection.execute(text("INSERT INTO word (said) VALUES ('một')"))
        with pytest.raises(OperationalError):
            await connection.execute(text("SELECT nothing FROM word"))
        assert (await connection.execute(text("SELECT count(*) FROM word"))).scalar_one() == 1
        await connection.rollback()
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM word"))).scalar_one() == 0


def test_the_options_of_the_address_reach_sqlite(tmp_path: Path) -> None:
    made = creator(make_url(f"sqlite+aiosqlite:///file:{tmp_path / 'absent.db'}?mode=ro&uri=true"))()
    with pytest.raises(sqlite3.OperationalError):
        made._connector()
