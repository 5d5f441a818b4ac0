"""What was said in a conversation, for a channel that shows it itself: questions with their replies, and news."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.post import Turn
from store.inbox import FAILED
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

    async def newest(self, channel: str, person: str) -> int:
        """The row of the newest message to this person, 0 where there is none."""
        found = await self._session.scalar(select(func.max(OutboxRow.id)).where(OutboxRow.channel == channel, OutboxRow.person == person))
        return found or 0
