"""Claims a row of a queue: the oldest of a conversation that nobody holds, on either database.

The row of the conversation is locked first and the queue is read after that, in a second statement: so two workers
never hold one conversation, whatever each had seen before. On SQLite a transaction is alone anyway.
"""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, cast

from sqlalchemy import BindParameter, ColumnElement, Select, String, Table, and_, bindparam, exists, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from store.errors import LostClaim
from store.tables import Base, ConversationRow, Moment, Payload, QueueRow

WAITING: Final = "waiting"
_LOOKS: Final = 3  # conversations tried before a claim gives up: others have been faster at each
# PostgreSQL's statistics are of a time when little waited: with them it sorts the whole of a backlog for each claim (400 ms with
# 45,000 waiting) rather than walk the index that has the order (0.4 ms).
_WALK: Final = text("SET LOCAL enable_sort = off")


@dataclass(frozen=True)
class Held:
    """A row that was claimed: its number, the token of the claim, whose conversation it is in."""

    row: int
    token: str
    of_channel: str
    of_person: str


async def claim(
    session: AsyncSession, queue: type[QueueRow], now: datetime, lease: timedelta, channels: Sequence[str] | None,
) -> tuple[Any, bool] | None:  # fmt: skip
    """Mark the oldest free row of a free conversation as held until `now + lease`; None where there is none.

    Its columns, and whether others may be taken now: False is certain.
    """
    if session.get_bind().dialect.name == "sqlite":
        rows = (await session.execute(_oldest_rows(queue, _these(channels)), {"now": now})).scalars().all()
        return (await _hold(session, queue, rows[0], now + lease), len(rows) > 1) if rows else None
    await session.execute(_WALK)
    for _ in range(_LOOKS):
        person = (await session.execute(_oldest_locked(queue, _these(channels)), {"now": now})).first()
        if person is None:
            return None
        row = await _first(session, queue, person.channel, person.person, now)
        if row is not None:
            return await _hold(session, queue, row, now + lease), True
    return None


async def finish(session: AsyncSession, queue: type[QueueRow], held: Held, values: Payload) -> bool:
    """Write `values` to a held row and let it go; LostClaim where it is not held any more.

    True where another row of its conversation waits behind it.
    """
    plain = {name: value for name, value in values.items() if not isinstance(value, ColumnElement)}
    done = _finishing(queue, tuple(sorted(plain)))
    if len(plain) < len(values):
        done = done.values({name: value for name, value in values.items() if name not in plain})
    to = {f"to_{name}": value for name, value in plain.items()}
    behind = (await session.execute(done, {**asdict(held), **to})).one_or_none()
    if behind is None:
        raise LostClaim(queue.__tablename__, held.row)
    return bool(behind[0])


async def ensure_conversation(session: AsyncSession, channel: str, person: str) -> None:
    """Let the row of this conversation exist: it is what a claim locks."""
    await put_new(session, ConversationRow, {"channel": channel, "person": person, "version": 0, "memory": {}})


async def put_new(session: AsyncSession, table: type[Base], values: Payload) -> int | None:
    """Insert a row, unless one stands in its way: then None; its id, 0 in a table without."""
    return (await session.execute(_putting(table, session.get_bind().dialect.name), values)).scalar_one_or_none()


def inserting(session: AsyncSession, row: type[Base]) -> SqliteInsert | PostgresqlInsert:
    """An INSERT that knows ON CONFLICT, in the words of this session's database."""
    return _insert(row, session.get_bind().dialect.name)


def table_of(row: type[Base]) -> Table:
    """The table of a mapped class: a statement over it costs half of one over the class, and a message takes a dozen."""
    return cast(Table, row.__table__)


def _insert(row: type[Base], dialect: str) -> SqliteInsert | PostgresqlInsert:
    table = table_of(row)
    return PostgresqlInsert(table) if dialect == "postgresql" else SqliteInsert(table)


def _free(queue: type[QueueRow], now: BindParameter[datetime]) -> ColumnElement[bool]:
    return and_(or_(queue.claimed_until.is_(None), queue.claimed_until <= now), or_(queue.not_before.is_(None), queue.not_before <= now))


def _these(channels: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if channels is None else tuple(channels)


# Built once each: these are the most frequent statements of all.
@cache
def _putting(row: type[Base], dialect: str) -> Any:
    table = table_of(row)
    return _insert(row, dialect).on_conflict_do_nothing().returning(table.c.id if "id" in table.c else literal(0))


@cache
def _finishing(queue: type[QueueRow], names: tuple[str, ...]) -> Any:
    table = table_of(queue)
    wanted = update(table).where(table.c.id == bindparam("row"), table.c.claimed_by == bindparam("token"), table.c.state == WAITING)
    done = wanted.values({"claimed_by": "", "claimed_until": None} | {name: bindparam(f"to_{name}") for name in names})
    # SQLAlchemy names no table in a RETURNING of SQLite: a column there is the innermost one, so all else is a parameter.
    other = table.alias()
    same = and_(other.c.channel == bindparam("of_channel"), other.c.person == bindparam("of_person"), other.c.id > bindparam("row"))
    return done.returning(exists().where(other.c.state == WAITING, same))


@cache
def _oldest_rows(queue: type[QueueRow], channels: tuple[str, ...] | None) -> Select[int]:
    return _oldest(queue, channels).with_only_columns(queue.id).limit(2)


@cache
def _oldest_locked(queue: type[QueueRow], channels: tuple[str, ...] | None) -> Select[str, str]:
    return _oldest(queue, channels).with_for_update(of=ConversationRow, skip_locked=True)


def _oldest(queue: type[QueueRow], channels: tuple[str, ...] | None) -> Select[str, str]:
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


async def _first(session: AsyncSession, queue: type[QueueRow], channel: str, person: str, now: datetime) -> int | None:
    """The oldest row of a locked conversation, read afresh; None where another worker holds one or it is too early."""
    oldest = (await session.execute(_first_of(queue), {"of_channel": channel, "of_person": person, "now": now})).first()
    return oldest.id if oldest is not None and oldest.free else None


@cache
def _first_of(queue: type[QueueRow]) -> Select[int, bool]:
    now, other = bindparam("now", type_=Moment()), aliased(queue)
    channel, person = bindparam("of_channel", type_=String), bindparam("of_person", type_=String)
    held = exists().where(other.state == WAITING, other.channel == channel, other.person == person, other.claimed_until > now)
    waiting = and_(queue.state == WAITING, queue.channel == channel, queue.person == person)
    return select(queue.id, and_(_free(queue, now), ~held).label("free")).where(waiting).order_by(queue.id).limit(1)


async def _hold(session: AsyncSession, queue: type[QueueRow], row: int, until: datetime) -> Any:
    return (await session.execute(_holding(queue), {"row": row, "by": uuid.uuid4().hex, "until": until})).one()


@cache
def _holding(queue: type[QueueRow]) -> Any:
    table = table_of(queue)
    held = update(table).where(table.c.id == bindparam("row"))
    held = held.values(claimed_by=bindparam("by"), claimed_until=bindparam("until"), attempts=table.c.attempts + 1)
    return held.returning(*table.c)
