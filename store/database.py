"""The database: an engine for its address, and units of work that happen whole or not at all."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy import event, make_url, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from store.carrying import Carrying
from store.claims import WAITING
from store.conversations import Conversations
from store.erasure import Erasure
from store.files import Files
from store.inbox import Inbox
from store.ledger import Ledger
from store.links import Links
from store.migrate import upgrade
from store.one_step import creator
from store.outbox import Outbox
from store.reports_store import SqlReports
from store.retention import Keeping, let_go
from store.staff import Staff
from store.tables import AttachmentRow, InboxRow, OutboxRow
from store.threads import Threads
from store.tokens import Tokens
from store.turns import Turns

# A plan that was kept while a queue was empty reads all of it once it is full: 5 s to keep a message after 5 minutes of 100 a second.
_PLANNED_ANEW: Final = {"plan_cache_mode": "force_custom_plan"}
_AT_ONCE: Final = 3  # units of work that a process has open on PostgreSQL
BUSY_MS: Final = 30_000
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_STALE_FILE_S: Final = 3600.0
_READS: Final = "caunoi_reads"
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
    threads: Threads
    carrying: Carrying
    tokens: Tokens
    files: Files
    links: Links
    staff: Staff


class Database:
    """Units of work over one engine; `key` marks the identities that were erased."""

    def __init__(self, engine: AsyncEngine, files: Files, key: bytes, ledger: Ledger, keep_received: bool = False) -> None:
        self.engine, self.files, self._key, self._ledger, self._keep_received = engine, files, key, ledger, keep_received
        self._turns = Turns(1 if self.alone else _AT_ONCE)

    @classmethod
    async def open(cls, url: str, data_dir: Path, key: bytes, *, keep_received: bool = False) -> "Database":
        """Connect and bring the tables to their newest shape; `keep_received`: an erasure leaves the words of received reports."""
        engine = open_engine(url)
        try:
            await upgrade(engine)
        except BaseException:
            await engine.dispose()
            raise
        return cls(engine, Files(data_dir / "attachments"), key, Ledger(data_dir / "erased.jsonl"), keep_received)

    async def erase_again(self, now: datetime) -> int:
        """Erase whoever the ledger names: a backup that was restored brings nobody back. Run it when the service starts."""
        async with self.look() as work:
            mine = await work.erasure.tombstones()
        stones = await asyncio.to_thread(self._ledger.merged, mine)
        async with self.work() as work:
            return await work.erasure.again(stones, now) if stones else 0

    async def let_claims_go(self) -> None:
        """Free what a process that was killed held; only where no other process works on this database."""
        async with AsyncSession(self.engine) as session, session.begin():
            for queue in (InboxRow, OutboxRow):
                await session.execute(update(queue).where(queue.claimed_until.is_not(None)).values(claimed_by="", claimed_until=None))

    @property
    def alone(self) -> bool:
        """True where only one process may work on this database."""
        return self.engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def work(self, *, first: bool = False) -> AsyncIterator[Work]:
        """One transaction: committed at the end, undone by any error. Keep it short; nothing slow is awaited inside.

        `first`: something has arrived, and a platform or a person waits for the word that it was kept.
        """
        async with self._turns.turn(first), AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            work = self._work(session)
            yield work
        if work.erasure.stones:
            await asyncio.to_thread(self._ledger.add, work.erasure.stones)
            await self.files.remove(work.erasure.orphans)
            await self._forget()

    @asynccontextmanager
    async def look(self) -> AsyncIterator[Work]:
        """One transaction that only reads: on SQLite it waits for no writer."""
        async with AsyncSession(self.engine.execution_options(**{_READS: True}), expire_on_commit=False) as session:
            yield self._work(session)
            await session.rollback()

    def _work(self, session: AsyncSession) -> Work:
        outbox, erasure = Outbox(session), Erasure(session, self._key, self._keep_received)
        reports = SqlReports(session, outbox, erasure)
        carrying, tokens = Carrying(session), Tokens(session)
        links, staff, threads = Links(session), Staff(session), Threads(session)
        return Work(Conversations(session), Inbox(session), outbox, reports, erasure, threads, carrying, tokens, self.files, links, staff)

    async def let_go(self, keeping: Keeping, now: datetime) -> int:
        """Delete what is older than `keeping` allows, and return how many rows."""
        async with AsyncSession(self.engine) as session, session.begin():
            return await let_go(session, keeping, now)

    async def drop(self, digests: Collection[str]) -> None:
        """Remove content that must not be kept, unless a report or a message that waits names it too."""
        async with AsyncSession(self.engine) as session:
            used = set((await session.scalars(select(AttachmentRow.digest).where(AttachmentRow.digest.in_(digests)))).all())
            waiting = await session.scalars(select(InboxRow.payload).where(InboxRow.state == WAITING))
            used |= {str(file.get("digest")) for payload in waiting for file in payload.get("files", ())}
        await self.files.remove([d for d in digests if d not in used])

    async def sweep(self) -> int:
        """Remove files that no report names, left by a crash; run it when the service starts."""
        async with AsyncSession(self.engine) as session:
            used = set((await session.scalars(select(AttachmentRow.digest))).all())
            waiting = await session.scalars(select(InboxRow.payload).where(InboxRow.state == WAITING))
            used |= {str(file.get("digest")) for payload in waiting for file in payload.get("files", ())}
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
    common: dict[str, Any] = {"json_serializer": _as_json, "hide_parameters": True}  # a person's words belong in no log
    if make_url(url).get_backend_name() != "sqlite":
        return create_async_engine(url, pool_pre_ping=True, connect_args={"server_settings": _PLANNED_ANEW}, **common)
    engine = create_async_engine(url, poolclass=AsyncAdaptedQueuePool, async_creator=creator(make_url(url)), **common)
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
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get(_READS) else "BEGIN IMMEDIATE")
