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

POSTGRES = os.environ.get("CAUNOI_TEST_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/test")
KEY = b"a key for tests"


@asynccontextmanager
async def postgres_url() -> AsyncIterator[str]:
    """The address of a database made for this test; skips without a server, fails when REQUIRE_POSTGRES=1."""
    name = f"caunoi_{uuid.uuid4().hex[:12]}"
    engine = create_async_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f"CREATE DATABASE {name}"))
    except (OSError, SQLAlchemyError) as error:
        await engine.dispose()
        if os.environ.get("REQUIRE_POSTGRES") == "1":
            pytest.fail(f"REQUIRE_POSTGRES=1, but there is no server: {error}")
        pytest.skip("no PostgreSQL server")
    try:
        yield make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    finally:
        async with engine.connect() as connection:
            await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        await engine.dispose()


@asynccontextmanager
async def url_of(kind: str, folder: Path) -> AsyncIterator[str]:
    """An address of an empty database of this kind."""
    if kind == "sqlite":
        yield f"sqlite+aiosqlite:///{folder / 'test.db'}"
        return
    async with postgres_url() as url:
        yield url


@asynccontextmanager
async def opened(kind: str, folder: Path) -> AsyncIterator[Database]:
    """A database of this kind with all its tables."""
    async with url_of(kind, folder) as url:
        database = await Database.open(url, folder, KEY)
        try:
            yield database
        finally:
            await database.close()
