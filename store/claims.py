"""Claims a row of a queue: the oldest of a conversation that nobody holds, on either database.

The row of the conversation is locked first and the queue is read after that, in a second statement: so two workers
never hold one conversation, whatever each had seen before. On SQLite a transaction is alone anyway.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Final, TypeVar

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, exists, or_, select, text, update
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from store.errors import LostClaim
from store.tables import Base, ConversationRow, InboxRow, Moment, OutboxRow, Payload

WAITING: Final = "waiting"
_LOOKS: Final = 3  # conversations tried before a claim gives up: others have been faster at each
# PostgreSQL's statistics are of a time when little waited: with them it sorts the whole of a backlog for each claim (400 ms with
# 45,000 waiting) rather than walk the index that has the order (0.4 ms).
_WALK: Final = text("SET LOCAL enable_sort = off")
Row = TypeVar("Row", InboxRow, OutboxRow)


async def claim(session: AsyncSession, queue: type[Row], now: datetime, lease: timedelta, channels: Sequence[str] | None) -> Row | None:
    """Mark the oldest free row of a free conversation as held until `now + lease`; None where there is none."""
    if session.get_bind().dialect.name == "sqlite":
        row = (await session.execute(_oldest_row(queue, _these(channels)), {"now": now})).scalar()
        return None if row is None else await _hold(session, queue, row, now + lease)
    await session.execute(_WALK)
    for _ in range(_LOOKS):
        person = (await session.execute(_oldest_locked(queue, _these(channels)), {"now": now})).first()
        if person is None:
            return None
        row = await _first(session, queue, person.channel, person.person, now)
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


def _free(queue: type[Row], now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return and_(or_(queue.claimed_until.is_(None), queue.claimed_until <= now), or_(queue.not_before.is_(None), queue.not_before <= now))


def _these(channels: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if channels is None else tuple(channels)


# Built once for each queue and its channels: a claim is the most frequent statement of all.
@cache
def _oldest_row(queue: type[Row], channels: tuple[str, ...] | None) -> Select[int]:
    return _oldest(queue, channels).with_only_columns(queue.id)


@cache
def _oldest_locked(queue: type[Row], channels: tuple[str, ...] | None) -> Select[str, str]:
    return _oldest(queue, channels).with_for_update(of=ConversationRow, skip_locked=True)


def _oldest(queue: type[Row], channels: tuple[str, ...] | None) -> Select[str, str]:
    """The conversation whose oldest row may be taken at `:now`, the one with the oldest such row first."""
    now = bindparam("now", type_=Moment())
    other = aliased(queue)
    same = and_(other.state == WAITING, other.channel == queue.channel, other.person == queue.person)
    blocked = exists().where(same, or_(other.id < queue.id, other.claimed_until > now))
    found = (
        select(ConversationRow.channel, ConversationRow.person)
        .join(queue, and_(queue.channel == ConversationRow.channel, queue.person == ConversationRow.person))
        .where(queue.state == WAITING, _free(queue, now), ~blocked)
        .order_by(queue.rank, queue.id)
        .limit(1)
    )
    return found if channels is None else found.where(queue.channel.in_(channels))


async def _first(session: AsyncSession, queue: type[Row], channel: str, person: str, now: datetime) -> int | None:
    """The oldest row of a locked conversation, read afresh; None where another worker holds one or it is too early."""
    other = aliased(queue)
    held = exists().where(other.state == WAITING, other.channel == channel, other.person == person, other.claimed_until > now)
    waiting = and_(queue.state == WAITING, queue.channel == channel, queue.person == person)
    free = and_(_free(queue, now), ~held)
    oldest = (await session.execute(select(queue.id, free.label("free")).where(waiting).order_by(queue.id).limit(1))).first()
    return oldest.id if oldest is not None and oldest.free else None


async def _hold(session: AsyncSession, queue: type[Row], row: int, until: datetime) -> Row:
    held = update(queue).where(queue.id == row)
    held = held.values(claimed_by=uuid.uuid4().hex, claimed_until=until, attempts=queue.attempts + 1)
    return (await session.execute(held.returning(queue), execution_options={"populate_existing": True})).scalar_one()
