"""The outbox: what is to be sent, once each, in the order of each conversation; undeliverable is held and visible."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, case, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.post import Outgoing, Payload, Sending, Undelivered
from reports.model import Identity
from store.claims import WAITING, Held, claim, ensure_conversation, finish, put_new, table_of
from store.errors import LostClaim
from store.tables import LinkRow, OutboxRow

SENT: Final = "sent"
HELD: Final = "held"  # the channel cannot deliver now: window closed, person has blocked it
_BACK: Final = "back"  # marks what is being sent while the person comes back
DEAD: Final = "dead"  # given up after too many attempts; still visible, can be released
_TABLE: Final = table_of(OutboxRow)
_THEIRS: Final = update(_TABLE).where(_TABLE.c.channel == bindparam("of_channel"), _TABLE.c.person == bindparam("of_person"))
_SENT_NOW: Final = _THEIRS.where(_TABLE.c.state == WAITING, _TABLE.c.claimed_until.is_not(None)).values(error=_BACK)
_KEPT_BACK: Final = _THEIRS.where(or_(_TABLE.c.state == HELD, _TABLE.c.state == DEAD)).values(state=WAITING, not_before=None).returning(_TABLE.c.id)
_ONE, _OTHER = table_of(LinkRow).alias(), table_of(LinkRow).alias()
_LINKED: Final = exists().where(
    _ONE.c.channel == bindparam("of_channel"), _ONE.c.person == bindparam("of_person"), _ONE.c.circle == _OTHER.c.circle,
    _OTHER.c.channel == _TABLE.c.channel, _OTHER.c.person == _TABLE.c.person,
)  # fmt: skip
_DIVERTED: Final = select(_TABLE.c.id, _TABLE.c.payload).where(_TABLE.c.state.in_((HELD, DEAD)), _TABLE.c.dedupe.contains(">"), _LINKED)


class Outbox:
    """The outbox within one unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, message: Outgoing, now: datetime) -> bool:
        """Keep `message`, to be sent once this unit of work is committed; False when it was kept before."""
        await ensure_conversation(self._session, message.channel, message.person)
        row = {
            "channel": message.channel, "person": message.person, "dedupe": message.dedupe, "payload": message.payload, "created_at": now,
            "state": WAITING, "answers": message.answers, "rank": 0 if message.answers is not None else 1,
        }  # fmt: skip
        return await put_new(self._session, OutboxRow, row) is not None

    async def claim(self, now: datetime, lease: timedelta, channels: Sequence[str] | None = None) -> Sending | None:
        """Take the next message to send. Commit before sending it."""
        found = await claim(self._session, OutboxRow, now, lease, channels)
        if found is None:
            return None
        row, more = found
        return Sending(row.id, row.claimed_by, Outgoing(row.channel, row.person, row.dedupe, row.payload, row.answers), row.attempts, more)

    async def progress(self, sending: Sending, parts: int, until: datetime) -> None:
        """So many messages of it have been sent: they are not sent again. It stays in the same hands until `until`."""
        payload = {**sending.message.payload, "parts_sent": parts}
        held = update(OutboxRow).where(OutboxRow.id == sending.id, OutboxRow.claimed_by == sending.token, OutboxRow.state == WAITING)
        if (await self._session.execute(held.values(payload=payload, claimed_until=until).returning(OutboxRow.id))).one_or_none() is None:
            raise LostClaim(OutboxRow.__tablename__, sending.id)

    async def sent(self, sending: Sending, now: datetime, platform_id: str = "") -> bool:
        """It was sent; LostClaim where another worker has taken it meanwhile. True where another of its conversation waits behind it."""
        return await finish(self._session, OutboxRow, _held(sending), {"state": SENT, "sent_at": now, "platform_id": platform_id, "error": ""})

    async def retry(self, sending: Sending, error: str, at: datetime) -> None:
        """It failed; it, and what stands behind it in this conversation, waits until `at`."""
        await finish(self._session, OutboxRow, _held(sending), {"state": WAITING, "error": error, "not_before": at})

    async def hold(self, sending: Sending, error: str) -> None:
        """It cannot be delivered now; what stands behind it goes on. Where the person came back while it was being sent, it is tried again."""
        state = case((OutboxRow.error == _BACK, WAITING), else_=HELD)
        await finish(self._session, OutboxRow, _held(sending), {"state": state, "error": error, "not_before": None})

    async def divert(self, sending: Sending, to: Identity, now: datetime) -> None:
        """It goes to another identity of the same person; this row is done with."""
        message = sending.message
        await self.add(Outgoing(to.channel, to.person, f"{message.dedupe}>{to.channel}"[:255], _for_another(message.payload)), now)
        await finish(self._session, OutboxRow, _held(sending), {"state": SENT, "sent_at": now, "error": f"diverted to {to.channel}"})

    async def give_up(self, sending: Sending, error: str) -> None:
        """It has failed too often."""
        await finish(self._session, OutboxRow, _held(sending), {"state": DEAD, "error": error})

    async def release(self, channel: str, person: str) -> int:
        """Let all that is held for this person be sent again, and return how many: the person has written.

        What was diverted to a linked channel and is held there comes back to where they write.
        """
        whose = {"of_channel": channel, "of_person": person}
        await self._session.execute(_SENT_NOW, whose)
        back = (await self._session.execute(_KEPT_BACK, whose)).all()
        diverted = (await self._session.execute(_DIVERTED, whose)).all()
        for row in diverted:
            moved = {"channel": channel, "person": person, "payload": _for_another(row.payload), "state": WAITING, "not_before": None}
            await self._session.execute(update(OutboxRow).where(OutboxRow.id == row.id).values(moved))
        return len(back) + len(diverted)

    async def resume(self, channel: str, reason: str) -> int:
        """Let what is held in a channel for a reason that begins so be sent again, and return how many: the channel itself is mended."""
        held = update(OutboxRow).where(OutboxRow.channel == channel, OutboxRow.state == HELD, OutboxRow.error.startswith(reason, autoescape=True))
        return len((await self._session.execute(held.values(state=WAITING, not_before=None).returning(OutboxRow.id))).all())

    async def undelivered(self, limit: int, number: str = "") -> list[Undelivered]:
        """What is held or given up, at most `limit`: what is about a report first, then the oldest; no words of it and not whose it is."""
        columns = (OutboxRow.id, OutboxRow.channel, OutboxRow.state, OutboxRow.attempts, OutboxRow.created_at, OutboxRow.error, OutboxRow.payload)
        about = OutboxRow.payload["number"].as_string()
        wanted = select(*columns).where(OutboxRow.state.in_((HELD, DEAD))).order_by(about.is_(None), OutboxRow.id).limit(limit)
        if number:
            wanted = wanted.where(about == number)
        return [Undelivered(*row[:6], str(row.payload.get("number", ""))) for row in await self._session.execute(wanted)]

    async def again(self, ids: Collection[int]) -> int:
        """Let what is held or given up under these ids be sent again, with as many attempts as a new message; return how many."""
        held = update(OutboxRow).where(OutboxRow.id.in_(sorted(ids)), OutboxRow.state.in_((HELD, DEAD)))
        return len((await self._session.execute(held.values(state=WAITING, attempts=0, not_before=None, error="").returning(OutboxRow.id))).all())

    async def counts(self) -> dict[str, int]:
        """How many messages stand in each state."""
        found = await self._session.execute(select(OutboxRow.state, func.count()).group_by(OutboxRow.state))
        return {state: count for state, count in found}  # noqa: C416


def _for_another(payload: Payload) -> Payload:
    """A payload without what is true of one channel only: where it goes, how much of it was sent."""
    return {k: v for k, v in payload.items() if k not in ("place", "parts_sent")}


def _held(sending: Sending) -> Held:
    return Held(sending.id, sending.token, sending.message.channel, sending.message.person)
