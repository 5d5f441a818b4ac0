"""Databases to test against: SQLite in a folder, PostgreSQL in a database of its own, dropped at the end."""

import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from store.database import Database

POSTGRES = os.environ.get("CAUNOI_TEST_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres")
NAME = f"caunoi_{uuid.uuid4().hex[:12]}"
KEY = b"a key for tests"
made: list[str] = []  # databases to drop at the end


async def run(url: str, *statements: str) -> None:
    """Run statements outside of a transaction."""
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            for statement in statements:
                await connection.execute(text(statement))
    finally:
        await engine.dispose()


async def postgres_url() -> str:
    """The address of this session's own database, empty; skips without a server, fails when REQUIRE_POSTGRES=1."""
    url = make_url(POSTGRES).set(database=NAME).render_as_string(hide_password=False)
    if made:
        await run(url, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
        return url
    try:
        await run(POSTGRES, f"CREATE DATABASE {NAME}")
    except (OSError, SQLAlchemyError) as error:
        if os.environ.get("REQUIRE_POSTGRES") == "1":
            pytest.fail(f"REQUIRE_POSTGRES=1, but there is no server: {error}")
        pytest.skip("no PostgreSQL server")
    made.append(NAME)
    return url


async def drop_postgres() -> None:
    """Drop this session's database where there is one."""
    while made:
        await run(POSTGRES, f"DROP DATABASE {made.pop()} WITH (FORCE)")


async def url_of(kind: str, folder: Path) -> str:
    """The address of an empty database of this kind."""
    return f"sqlite+aiosqlite:///{folder / 'test.db'}" if kind == "sqlite" else await postgres_url()


@asynccontextmanager
async def opened(kind: str, folder: Path) -> AsyncIterator[Database]:
    """A database of this kind with all its tables."""
    database = await Database.open(await url_of(kind, folder), folder, KEY)
    try:
        yield database
    finally:
        await database.close()
