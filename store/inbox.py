"""The inbox: what arrived, once each, handed out in the order of each conversation."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.post import Arrived, Event
from store.claims import WAITING, Held, claim, ensure_conversation, finish, put_new, table_of
from store.tables import InboxRow

DONE: Final = "done"
FAILED: Final = "failed"
_TABLE: Final = table_of(InboxRow)
_WAITING_OF: Final = (
    select(func.count())
    .select_from(_TABLE)
    .where(_TABLE.c.state == WAITING, _TABLE.c.channel == bindparam("of_channel"), _TABLE.c.person == bindparam("of_person"))
)


class Inbox:
    """The inbox within one unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def put(self, event: Event) -> int | None:
        """Keep `event` and return its row; None when it was kept before, which is no error."""
        await ensure_conversation(self._session, event.channel, event.person)
        row = {
            "channel": event.channel, "event_id": event.event_id, "person": event.person, "payload": event.payload,
            "received_at": event.received_at, "state": WAITING,
        }  # fmt: skip
        return await put_new(self._session, InboxRow, row)

    async def find(self, channel: str, event_id: str) -> int | None:
        """The row of an event that was kept."""
        return await self._session.scalar(select(InboxRow.id).where(InboxRow.channel == channel, InboxRow.event_id == event_id))

    async def waiting(self, channel: str, person: str) -> int:
        """How many messages of this conversation wait."""
        return await self._session.scalar(_WAITING_OF, {"of_channel": channel, "of_person": person}) or 0

    async def claim(self, now: datetime, lease: timedelta, channels: Sequence[str] | None = None) -> Arrived | None:
        """Take the next message. Commit before working on it: the lease is what others see."""
        found = await claim(self._session, InboxRow, now, lease, channels)
        if found is None:
            return None
        row, more = found
        return Arrived(row.id, row.claimed_by, Event(row.channel, row.event_id, row.person, row.payload, row.received_at), row.attempts, more)

    async def done(self, arrived: Arrived, *, emptied: bool = False) -> bool:
        """Finish it, in the transaction that keeps all that came of it; LostClaim undoes all of that.

        `emptied` drops what was written: it must not be kept. True where another of its conversation waits behind it.
        """
        return await finish(self._session, InboxRow, _held(arrived), {"state": DONE, **({"payload": {}} if emptied else {})})

    async def failed(self, arrived: Arrived, error: str, again_at: datetime | None) -> None:
        """Put it back until `again_at`; None gives it up, visibly, and lets the conversation go on."""
        state = FAILED if again_at is None else WAITING
        await finish(self._session, InboxRow, _held(arrived), {"state": state, "error": error, "not_before": again_at})


def _held(arrived: Arrived) -> Held:
    return Held(arrived.id, arrived.token, arrived.event.channel, arrived.event.person)
