"""The database: an engine for its address, and units of work that happen whole or not at all."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy import event, make_url, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from store.conversations import Conversations
from store.erasure import Erasure
from store.files import Files
from store.inbox import Inbox
from store.migrate import upgrade
from store.outbox import Outbox
from store.reports_store import SqlReports
from store.retention import Keeping, let_go
from store.tables import AttachmentRow

BUSY_MS: Final = 30_000
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_STALE_FILE_S: Final = 3600.0
_PRAGMAS: Final = (
    "journal_mode = WAL",
    "synchronous = FULL",  # a commit is on the disk before it is acknowledged
    f"busy_timeout = {BUSY_MS}",
    "foreign_keys = ON",
    "secure_delete = ON",  # what is erased is overwritten
)


@dataclass(frozen=True)
class Work:
    """The stores of one unit of work: they share one transaction."""

    conversations: Conversations
    inbox: Inbox
    outbox: Outbox
    reports: SqlReports
    erasure: Erasure


class Database:
    """Units of work over one engine; `key` marks the identities that were erased."""

    def __init__(self, engine: AsyncEngine, files: Files, key: bytes) -> None:
        self.engine, self.files, self._key = engine, files, key

    @classmethod
    async def open(cls, url: str, data_dir: Path, key: bytes) -> "Database":
        """Connect and bring the tables to their newest shape."""
        engine = open_engine(url)
        try:
            await upgrade(engine)
        except BaseException:
            await engine.dispose()
            raise
        return cls(engine, Files(data_dir / "attachments"), key)

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """One transaction: committed at the end, undone by any error. Keep it short; nothing slow is awaited inside."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            outbox, erasure = Outbox(session), Erasure(session, self._key)
            yield Work(Conversations(session), Inbox(session), outbox, SqlReports(session, outbox, erasure), erasure)
        if erasure.happened:
            await self.files.remove(erasure.orphans)
            await self._forget()

    async def let_go(self, keeping: Keeping, now: datetime) -> int:
        """Delete what is older than `keeping` allows, and return how many rows."""
        async with AsyncSession(self.engine) as session, session.begin():
            return await let_go(session, keeping, now)

    async def sweep(self) -> int:
        """Remove files that no report names, left by a crash; run it when the service starts."""
        async with AsyncSession(self.engine) as session:
            used = (await session.scalars(select(AttachmentRow.digest))).all()
        return await self.files.sweep(used, _STALE_FILE_S)

    async def _forget(self) -> None:
        """Empty SQLite's log: until then it holds pages as they were before an erasure."""
        if self.engine.dialect.name == "sqlite":
            async with self.engine.connect() as connection:
                raw = await connection.get_raw_connection()
                await cast(Any, raw.driver_connection).execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        """Let every connection go."""
        await self.engine.dispose()


def open_engine(url: str) -> AsyncEngine:
    """An engine for a SQLite or PostgreSQL address; nothing is opened yet."""
    common: dict[str, Any] = {"json_serializer": _as_json}
    if make_url(url).get_backend_name() != "sqlite":
        return create_async_engine(url, pool_pre_ping=True, **common)
    engine = create_async_engine(url, poolclass=AsyncAdaptedQueuePool, **common)
    event.listen(engine.sync_engine, "connect", _configure)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _as_json(value: Any) -> str:
    """Words as they are read, so that a search for them finds them; a lone surrogate, which cannot be written, escaped."""
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def _configure(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # the driver must not begin or commit by itself
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Any) -> None:
    # A transaction that reads first and writes later would fail when another has written between.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
