"""Migrations: up, down and up again on both databases, and the shape they reach is the one declared."""

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from store.database import Database, open_engine
from store.migrate import downgrade, upgrade
from store.tables import Base
from tests.store.databases import url_of

KINDS = pytest.mark.parametrize("kind", ["sqlite", "postgres"])


def differences(connection: Connection) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata))


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


@KINDS
async def test_up_down_and_up_again(kind: str, tmp_path: Path) -> None:
    engine = open_engine(await url_of(kind, tmp_path))
    for _ in range(2):
        await upgrade(engine)
        async with engine.connect() as connection:
            assert await connection.run_sync(differences) == []
            assert await connection.run_sync(tables) == set(Base.metadata.tables)
        await downgrade(engine)
        async with engine.connect() as connection:
            assert await connection.run_sync(tables) == set()
    await engine.dispose()


@KINDS
async def test_upgrading_what_is_newest_changes_nothing(kind: str, tmp_path: Path) -> None:
    engine = open_engine(await url_of(kind, tmp_path))
    await upgrade(engine)
    await upgrade(engine)
    await engine.dispose()


async def test_a_step_that_fails_leaves_nothing(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}")
    async with engine.begin() as connection:
        await connection.exec_driver_sql("CREATE TABLE tombstone (x INTEGER)")  # stands in the way of the last table
    with pytest.raises(Exception, match="tombstone"):
        await upgrade(engine)
    async with engine.connect() as connection:
        assert await connection.run_sync(tables) == {"tombstone"}
    await engine.dispose()


async def test_a_database_that_cannot_be_brought_up_is_let_go(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'a.db'}"
    engine = open_engine(url)
    async with engine.begin() as connection:
        await connection.exec_driver_sql("CREATE TABLE inbox (x INTEGER)")
    await engine.dispose()
    with pytest.raises(Exception, match="inbox"):
        await Database.open(url, tmp_path, b"key")  # a connection left open would be a warning, and so an error
