"""Erases a person: every word of theirs in every table, files included; what stays names nobody.

The row of a report stays as a husk, for others may have joined it and its number must not be given out again.
A tombstone holds a keyed hash of the identity: a backup that is restored can be erased again by it.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, select, union, update
from sqlalchemy.ext.asyncio import AsyncSession

from reports.model import Identity, Tombstone
from reports.states import State
from store.claims import WAITING
from store.inbox import DONE
from store.tables import AttachmentRow, CarryingRow, ConversationRow, HistoryRow, InboxRow, LinkRow, MessageRow, OutboxRow, ReporterRow, ReportRow, TombstoneRow


class Erasure:
    """Erasing within one unit of work. Once that is committed, `orphans` are the files to remove."""

    def __init__(self, session: AsyncSession, key: bytes, keep_received: bool = False) -> None:
        self._session, self._key, self._keep_received = session, key, keep_received
        self.orphans: list[str] = []
        self.stones: list[Tombstone] = []

    def mark(self, identity: Identity) -> str:
        """The keyed hash of an identity: known again with the key, told by nobody without it."""
        return hmac.new(self._key, f"{identity.channel}\0{identity.person}".encode(), hashlib.sha256).hexdigest()

    async def erase(self, identity: Identity, at: datetime) -> Tombstone:
        """Remove every word of this person and leave a tombstone."""
        mine = (ReportRow.channel == identity.channel, ReportRow.person == identity.person)
        reports = tuple((await self._session.scalars(select(ReportRow.id).where(*mine).order_by(ReportRow.created_at))).all())
        received = select(ReportRow.id).where(ReportRow.id.in_(reports), ReportRow.number.is_not(None))
        kept = tuple((await self._session.scalars(received)).all()) if self._keep_received else ()
        await self._empty_reports(tuple(r for r in reports if r not in kept), at)
        await self._unname(kept)
        await self._empty_queues(identity)
        for table in (ReporterRow, ConversationRow, CarryingRow, LinkRow):
            await self._session.execute(delete(table).where(table.channel == identity.channel, table.person == identity.person))
        stone = Tombstone(self.mark(identity), reports, at)
        self._session.add(TombstoneRow(mark=stone.mark, reports=list(reports), erased_at=at))
        await self._session.flush()
        self.stones.append(stone)
        return stone

    async def tombstones(self) -> list[Tombstone]:
        """Every erasure there was, oldest first."""
        rows = await self._session.scalars(select(TombstoneRow).order_by(TombstoneRow.sequence))
        return [Tombstone(row.mark, tuple(row.reports), row.erased_at) for row in rows]

    async def again(self, stones: Iterable[Tombstone], at: datetime) -> int:
        """Erase once more whoever `stones` name and of whom there is something older than the erasure; return how many.

        That is so only after a backup was restored. Who has come back since, with new words, is left in peace.
        """
        last: dict[str, datetime] = {}
        for stone in stones:
            last[stone.mark] = max(last.get(stone.mark, stone.erased_at), stone.erased_at)
        found = [i for i in await self._identities() if (when := last.get(self.mark(i))) is not None and await self._holds(i, when)]
        for identity in found:
            await self.erase(identity, at)
        return len(found)

    async def _holds(self, identity: Identity, before: datetime) -> bool:
        """True when there is anything of this person from before a moment."""
        columns = (ReportRow.created_at, InboxRow.received_at, OutboxRow.created_at, ReporterRow.noticed_at, ConversationRow.touched_at)
        for column in columns:
            table = column.class_
            mine = (table.channel == identity.channel, table.person == identity.person, column < before)
            if (await self._session.execute(select(column).where(*mine).limit(1))).first() is not None:
                return True
        return False

    async def _identities(self) -> list[Identity]:
        tables = (ReporterRow, ReportRow, ConversationRow, InboxRow, OutboxRow)
        rows = await self._session.execute(union(*(select(t.channel, t.person).where(t.person != "") for t in tables)))
        return [Identity(row.channel, row.person) for row in rows]

    async def _empty_reports(self, reports: tuple[str, ...], at: datetime) -> None:
        files = (await self._session.scalars(select(AttachmentRow.digest).where(AttachmentRow.report.in_(reports)))).all()
        await self._session.execute(delete(MessageRow).where(MessageRow.report.in_(reports)))
        await self._session.execute(delete(AttachmentRow).where(AttachmentRow.report.in_(reports)))
        await self._session.execute(update(HistoryRow).where(HistoryRow.report.in_(reports)).values(why=""))
        gone = update(ReportRow).where(ReportRow.id.in_(reports))
        await self._session.execute(gone.where(ReportRow.state.in_([s for s in State if not s.is_closed])).values(state=State.WITHDRAWN.value))
        await self._session.execute(
            gone.values(
                channel=None, person=None, text="", first_words="", proposal="", commune="", code_hash="", publication=None, name_seen=None,
                due_forward=None, due_first_notice=None, due_answer=None, erased_at=at, version=ReportRow.version + 1,
            )
        )
        used = set((await self._session.scalars(select(AttachmentRow.digest).where(AttachmentRow.digest.in_(files)))).all())
        self.orphans += sorted(set(files) - used)

    async def _unname(self, reports: tuple[str, ...]) -> None:
        """What the law keeps: the words of received reports, which belong to nobody from now on. Open ones go on at their desk."""
        gone = update(ReportRow).where(ReportRow.id.in_(reports))
        await self._session.execute(gone.values(channel=None, person=None, commune="", code_hash="", name_seen=None, version=ReportRow.version + 1))

    async def _empty_queues(self, identity: Identity) -> None:
        """Inbox rows stay without words and person: a message that is delivered again is still known."""
        mine = (InboxRow.channel == identity.channel, InboxRow.person == identity.person)
        # The message that asks for the erasure is held by a worker and will be finished by it; those behind it are not read.
        free = (InboxRow.state == WAITING, func.coalesce(InboxRow.claimed_by, "") == "")
        await self._session.execute(update(InboxRow).where(*mine, *free).values(state=DONE))
        await self._session.execute(update(InboxRow).where(*mine).values(person="", payload={}, error=""))
        await self._session.execute(delete(OutboxRow).where(OutboxRow.channel == identity.channel, OutboxRow.person == identity.person))
