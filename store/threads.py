"""What was said in a conversation, for a channel that shows it itself: questions with their replies, and news."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.post import Turn
from store.claims import WAITING
from store.inbox import FAILED
from store.outbox import SENT
from store.tables import InboxRow, OutboxRow


class Threads:
    """handlers.post.Threads within one unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of(self, channel: str, person: str, limit: int) -> Sequence[Turn]:
        """The newest `limit` turns, oldest first."""
        if not person:
            return []
        mine = (InboxRow.channel == channel, InboxRow.person == person)
        asked = (await self._session.scalars(select(InboxRow).where(*mine).order_by(InboxRow.id.desc()).limit(limit))).all()
        told = (OutboxRow.channel == channel, OutboxRow.person == person)
        sent = (await self._session.scalars(select(OutboxRow).where(*told).order_by(OutboxRow.id.desc()).limit(limit * 2))).all()
        replies = {row.answers: row.payload for row in sent if row.answers is not None}
        turns = [Turn(row.id, row.payload, replies.get(row.id), row.received_at, row.state == FAILED) for row in asked]
        turns += [Turn(-row.id, None, row.payload, row.created_at) for row in sent if row.answers is None]
        return sorted(turns, key=lambda turn: (turn.at, turn.number))[-limit:]

    async def backlog(self) -> dict[str, tuple[int, datetime]]:
        """How many messages wait in the inbox of each channel, and when the oldest of them came."""
        wanted = select(InboxRow.channel, func.count(), func.min(InboxRow.received_at)).where(InboxRow.state == WAITING).group_by(InboxRow.channel)
        return {channel: (count, oldest) for channel, count, oldest in (await self._session.execute(wanted)).all()}

    async def standing(self) -> dict[tuple[str, str], int]:
        """How many messages of the outbox are not sent, by channel and state."""
        wanted = select(OutboxRow.channel, OutboxRow.state, func.count()).where(OutboxRow.state != SENT).group_by(OutboxRow.channel, OutboxRow.state)
        return {(channel, state): count for channel, state, count in (await self._session.execute(wanted)).all()}

    async def newest(self, channel: str, person: str) -> int:
        """The row of the newest message to this person, 0 where there is none."""
        found = await self._session.scalar(select(func.max(OutboxRow.id)).where(OutboxRow.channel == channel, OutboxRow.person == person))
        return found or 0
