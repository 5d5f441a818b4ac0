"""Lets go of what is old: raw messages and what was sent after some days, silent conversations after more."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists
from sqlalchemy.ext.asyncio import AsyncSession

from store.claims import WAITING
from store.outbox import SENT
from store.tables import Base, ConversationRow, InboxRow, OutboxRow


@dataclass(frozen=True)
class Keeping:
    """For how long; each is a setting. Platforms deliver again within 24 hours, so raw rows live longer than that."""

    raw: timedelta = timedelta(days=30)
    chats: timedelta = timedelta(days=90)


async def let_go(session: AsyncSession, keeping: Keeping, now: datetime) -> int:
    """Delete what is older than `keeping` allows, and return how many rows; nothing that still waits is touched."""
    waits = [
        exists().where(queue.channel == ConversationRow.channel, queue.person == ConversationRow.person, queue.state == WAITING)
        for queue in (InboxRow, OutboxRow)
    ]
    old = ConversationRow.touched_at < now - keeping.chats
    return (
        await _delete(session, InboxRow, InboxRow.state != WAITING, InboxRow.received_at < now - keeping.raw)
        + await _delete(session, OutboxRow, OutboxRow.state == SENT, OutboxRow.sent_at < now - keeping.raw)
        + await _delete(session, ConversationRow, old, *(~w for w in waits))
    )


async def _delete(session: AsyncSession, table: type[Base], *which: ColumnElement[bool]) -> int:
    gone = await session.execute(delete(table).where(*which).returning(table.__mapper__.primary_key[0]))
    return len(gone.all())
