"""Claims a row of a queue: the oldest of a conversation that nobody holds, on either database.

The row of the conversation is locked first and the queue is read after that, in a second statement: so two workers
never hold one conversation, whatever each had seen before. On SQLite a transaction is alone anyway.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from store.errors import LostClaim
from store.tables import Base, ConversationRow, InboxRow, OutboxRow, Payload

WAITING: Final = "waiting"
_LOOKS: Final = 3  # conversations tried before a claim gives up: others have been faster at each
Row = TypeVar("Row", InboxRow, OutboxRow)


async def claim(session: AsyncSession, queue: type[Row], now: datetime, lease: timedelta, channels: Sequence[str] | None) -> Row | None:
    """Mark the oldest free row of a free conversation as held until `now + lease`; None where there is none."""
    for _ in range(_LOOKS):
        person = await _lock_conversation(session, queue, now, channels)
        if person is None:
            return None
        row = await _first(session, queue, *person, now)
        if row is not None:
            return await _hold(session, queue, row, now + lease)
    return None


async def finish(session: AsyncSession, queue: type[Row], row: int, token: str, values: Payload) -> None:
    """Write `values` to a held row and let it go; LostClaim where it is not held by `token`."""
    wanted = update(queue).where(queue.id == row, queue.claimed_by == token, queue.state == WAITING)
    done = await session.execute(wanted.values(claimed_by="", claimed_until=None, **values).returning(queue.id))
    if done.one_or_none() is None:
        raise LostClaim(queue.__tablename__, row)


async def ensure_conversation(session: AsyncSession, channel: str, person: str) -> None:
    """Let the row of this conversation exist: it is what a claim locks."""
    row = inserting(session, ConversationRow).values(channel=channel, person=person, version=0, memory={})
    await session.execute(row.on_conflict_do_nothing())


def inserting(session: AsyncSession, table: type[Base]) -> SqliteInsert | PostgresqlInsert:
    """An INSERT that knows ON CONFLICT, in the words of this session's database."""
    return PostgresqlInsert(table) if session.get_bind().dialect.name == "postgresql" else SqliteInsert(table)


def _free(queue: type[Row], now: datetime) -> ColumnElement[bool]:
    return and_(or_(queue.claimed_until.is_(None), queue.claimed_until <= now), or_(queue.not_before.is_(None), queue.not_before <= now))


async def _lock_conversation(
    session: AsyncSession, queue: type[Row], now: datetime, channels: Sequence[str] | None
) -> tuple[str, str] | None:
    """The conversation whose oldest row may be taken now, its row locked until the transaction ends."""
    other = aliased(queue)
    same = and_(other.state == WAITING, other.channel == queue.channel, other.person == queue.person)
    blocked = exists().where(same, or_(other.id < queue.id, other.claimed_until > now))
    found = (
        select(ConversationRow.channel, ConversationRow.person)
        .join(queue, and_(queue.channel == ConversationRow.channel, queue.person == ConversationRow.person))
        .where(queue.state == WAITING, _free(queue, now), ~blocked)
        .order_by(queue.id)
        .limit(1)
        .with_for_update(of=ConversationRow, skip_locked=True)
    )
    if channels is not None:
        found = found.where(queue.channel.in_(channels))
    row = (await session.execute(found)).first()
    return None if row is None else (row.channel, row.person)


async def _first(session: AsyncSession, queue: type[Row], channel: str, person: str, now: datetime) -> int | None:
    """The oldest row of a locked conversation, read afresh; None where another worker holds one or it is too early."""
    waiting = and_(queue.state == WAITING, queue.channel == channel, queue.person == person)
    if (await session.execute(select(queue.id).where(waiting, queue.claimed_until > now).limit(1))).first() is not None:
        return None
    oldest = (await session.execute(select(queue.id, _free(queue, now).label("free")).where(waiting).order_by(queue.id).limit(1))).first()
    return oldest.id if oldest is not None and oldest.free else None


async def _hold(session: AsyncSession, queue: type[Row], row: int, until: datetime) -> Row:
    held = update(queue).where(queue.id == row)
    held = held.values(claimed_by=uuid.uuid4().hex, claimed_until=until, attempts=queue.attempts + 1)
    await session.execute(held)
    return (await session.execute(select(queue).where(queue.id == row).execution_options(populate_existing=True))).scalar_one()
