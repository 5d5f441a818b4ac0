"""Codes that carry a conversation to another channel: with it go its memory, its reports and what is still to be sent."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from reports.model import Identity
from store.claims import WAITING, ensure_conversation
from store.links import Links
from store.outbox import SENT
from store.tables import CarryingRow, ConversationRow, InboxRow, OutboxRow, ReporterRow, ReportRow

LIVES: Final = timedelta(minutes=15)
_LETTERS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is read or heard as another
_LENGTH: Final = 10  # 49 bits, valid for a quarter of an hour and once


class Carrying:
    """handlers.post.Carrying within one unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def code(self, identity: Identity, now: datetime) -> str:
        """A new code for this person; the ones before are void."""
        mine = (CarryingRow.channel == identity.channel, CarryingRow.person == identity.person)
        await self._session.execute(delete(CarryingRow).where(*mine))
        await self._session.execute(delete(CarryingRow).where(CarryingRow.until < now))
        code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        row = insert(CarryingRow).values(code_hash=_hashed(code), channel=identity.channel, person=identity.person, until=now + LIVES)
        await self._session.execute(row)
        return f"{code[:5]}-{code[5:]}"

    async def owner(self, code: str, to: Identity, now: datetime) -> Identity | None:
        """Whose code it is, used up by this; None where no such code is valid, or it is `to`'s own."""
        used = delete(CarryingRow).where(CarryingRow.code_hash == _hashed(code), CarryingRow.until >= now)
        used = used.where(~((CarryingRow.channel == to.channel) & (CarryingRow.person == to.person)))
        row = (await self._session.execute(used.returning(CarryingRow.channel, CarryingRow.person))).one_or_none()
        return None if row is None else Identity(row.channel, row.person)

    async def take(self, code: str, to: Identity, now: datetime) -> Identity | None:
        """Move all that belongs to the person of `code` to `to`; None where no such code is valid, or it is `to`'s own."""
        old = await self.owner(code, to, now)
        if old is not None:
            await self._move(old, to)
        return old

    async def _move(self, old: Identity, new: Identity) -> None:
        to = {"channel": new.channel, "person": new.person}
        mine = (ReportRow.channel == old.channel, ReportRow.person == old.person)
        await self._session.execute(update(ReportRow).where(*mine).values(version=ReportRow.version + 1, **to))
        held = (ReporterRow.channel == new.channel, ReporterRow.person == new.person)
        if await self._session.scalar(select(ReporterRow.channel).where(*held)) is None:
            await self._session.execute(update(ReporterRow).where(ReporterRow.channel == old.channel, ReporterRow.person == old.person).values(**to))
        await ensure_conversation(self._session, new.channel, new.person)
        # What is being sent at this moment stays where it is; the rest follows.
        waits = (OutboxRow.channel == old.channel, OutboxRow.person == old.person, OutboxRow.answers.is_(None), OutboxRow.state != SENT)
        await self._session.execute(update(OutboxRow).where(*waits, OutboxRow.claimed_by == "").values(state=WAITING, not_before=None, **to))
        await Links(self._session).moved(old, new)
        # What was written and answered there stays with nobody: an erasure on the new channel must leave no word behind.
        written = update(InboxRow).where(InboxRow.channel == old.channel, InboxRow.person == old.person, InboxRow.state != WAITING)
        await self._session.execute(written.values(person="", payload={}, error=""))
        answered = delete(OutboxRow).where(OutboxRow.channel == old.channel, OutboxRow.person == old.person, OutboxRow.state == SENT)
        await self._session.execute(answered)
        here = (ConversationRow.channel == old.channel, ConversationRow.person == old.person)
        await self._session.execute(update(ConversationRow).where(*here).values(memory={}, version=ConversationRow.version + 1))


def _hashed(code: str) -> str:
    plain = "".join(c for c in code.upper() if c.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
