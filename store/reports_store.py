"""Reports in the database: reports.store.Reports within one unit of work."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.post import Outgoing
from reports.errors import Conflict, NumberTaken
from reports.model import Attachment, Change, Identity, Line, Message, Notice, Report, Reporter, Tombstone
from reports.states import State
from store.claims import inserting
from store.erasure import Erasure
from store.links import Links
from store.outbox import Outbox
from store.report_rows import attachment_of, line_of, message_of, report_of, report_values, reporter_of, reporter_values, values_of
from store.tables import AttachmentRow, HistoryRow, MessageRow, ReporterRow, ReportRow


class SqlReports:
    """Reads and keeps reports; the notices of a change become rows of the outbox."""

    def __init__(self, session: AsyncSession, outbox: Outbox, erasure: Erasure) -> None:
        self._session, self._outbox, self._erasure = session, outbox, erasure

    async def get(self, report: str) -> Report | None:
        """The report with this id."""
        return await self._one(select(ReportRow).where(ReportRow.id == report))

    async def by_number(self, number: str) -> Report | None:
        """The report with this receipt number."""
        return await self._one(select(ReportRow).where(ReportRow.number == number))

    async def of(self, identity: Identity) -> Sequence[Report]:
        """All reports of a person, newest first."""
        mine = (ReportRow.channel == identity.channel, ReportRow.person == identity.person)
        return await self._many(select(ReportRow).where(*mine).order_by(ReportRow.created_at.desc(), ReportRow.id))

    async def circle(self, identity: Identity) -> frozenset[Identity]:
        """All identities that are linked as one person, this one included."""
        return await Links(self._session).circle(identity)

    async def merged_into(self, report: str) -> Sequence[Report]:
        """The reports that were merged into this one, oldest first."""
        return await self._many(select(ReportRow).where(ReportRow.merged_into == report).order_by(ReportRow.received_at, ReportRow.id))

    async def open(self, desk: str | None = None) -> Sequence[Report]:
        """The open reports, of one desk or of all, the one that is due first standing first."""
        wanted = select(ReportRow).where(ReportRow.state.in_([s.value for s in State if s.is_open]))
        if desk is not None:
            wanted = wanted.where(ReportRow.desk == desk)
        # A clock that has stopped is due never; least() would tell NULL differently on the two databases.
        days = [func.coalesce(day, date.max) for day in (ReportRow.due_forward, ReportRow.due_first_notice, ReportRow.due_answer)]
        first = case((and_(days[0] <= days[1], days[0] <= days[2]), days[0]), (days[1] <= days[2], days[1]), else_=days[2])
        return await self._many(wanted.order_by(first, ReportRow.received_at, ReportRow.id))

    async def compared(self, limit: int) -> Sequence[Report]:
        """The newest received reports that are open, answered or merged."""
        states = [s.value for s in State if s.is_open or s in (State.ANSWERED, State.MERGED)]
        wanted = select(ReportRow).where(ReportRow.state.in_(states), ReportRow.erased_at.is_(None))
        return await self._many(wanted.order_by(ReportRow.received_at.desc(), ReportRow.id).limit(limit))

    async def received_since(self, identity: Identity, since: datetime) -> Sequence[datetime]:
        """When reports of this person were received, from `since` on."""
        mine = (ReportRow.channel == identity.channel, ReportRow.person == identity.person)
        found = await self._session.scalars(select(ReportRow.received_at).where(*mine, ReportRow.received_at >= since))
        return [at for at in found if at is not None]

    async def attached_since(self, identity: Identity, since: datetime) -> Sequence[datetime]:
        """When files of this person were taken, from `since` on."""
        mine = (ReportRow.channel == identity.channel, ReportRow.person == identity.person)
        files = select(AttachmentRow.at).join(ReportRow, ReportRow.id == AttachmentRow.report)
        return (await self._session.scalars(files.where(*mine, AttachmentRow.at >= since))).all()

    async def thread(self, report: str) -> Sequence[Message]:
        """The messages of a report in their order."""
        rows = await self._session.scalars(select(MessageRow).where(MessageRow.report == report).order_by(MessageRow.sequence))
        return [message_of(row) for row in rows]

    async def attachments(self, report: str) -> Sequence[Attachment]:
        """The files of a report in their order."""
        rows = await self._session.scalars(select(AttachmentRow).where(AttachmentRow.report == report).order_by(AttachmentRow.sequence))
        return [attachment_of(row) for row in rows]

    async def history(self, report: str) -> Sequence[Line]:
        """What was done with a report, in its order."""
        rows = await self._session.scalars(select(HistoryRow).where(HistoryRow.report == report).order_by(HistoryRow.sequence))
        return [line_of(row) for row in rows]

    async def keep(self, change: Change) -> Report:
        """Keep all of `change`; Conflict where the report has moved on, NumberTaken where its number has."""
        kept = replace(change.report, version=change.report.version + 1)
        await self._write(change.report, kept)
        for table, values in ((HistoryRow, change.history), (MessageRow, change.messages), (AttachmentRow, change.attachments)):
            if values:
                await self._session.execute(insert(table), [values_of(v) for v in values])
        for notice in change.notices:
            await self._outbox.add(_outgoing(notice), change.history[-1].at)
        return kept

    async def reporter(self, identity: Identity) -> Reporter | None:
        """What is held about a person."""
        row = await self._session.get(ReporterRow, (identity.channel, identity.person), populate_existing=True)
        return None if row is None else reporter_of(row)

    async def keep_reporter(self, reporter: Reporter) -> None:
        """Keep what a person said about themselves."""
        who, values = reporter.identity, reporter_values(reporter)
        row = inserting(self._session, ReporterRow).values(channel=who.channel, person=who.person, **values)
        await self._session.execute(row.on_conflict_do_update(index_elements=["channel", "person"], set_=values))

    async def erase(self, identity: Identity, at: datetime) -> Tombstone:
        """Remove every word of this person."""
        return await self._erasure.erase(identity, at)

    async def _write(self, before: Report, kept: Report) -> None:
        values = report_values(kept)
        try:
            async with self._session.begin_nested():  # a number that is taken must not end the whole unit of work
                if before.version == 0:
                    written = await self._session.execute(insert(ReportRow).values(**values).returning(ReportRow.id))
                else:
                    same = (ReportRow.id == before.id, ReportRow.version == before.version)
                    written = await self._session.execute(update(ReportRow).where(*same).values(**values).returning(ReportRow.id))
                found = written.one_or_none()
        except IntegrityError as error:
            other = await self.by_number(kept.number) if kept.number else None
            if other is not None and other.id != kept.id:
                raise NumberTaken(kept.number) from error
            raise Conflict(before.id) from error
        if found is None:
            raise Conflict(before.id)

    async def _one(self, wanted: Select[ReportRow]) -> Report | None:
        row = (await self._session.execute(wanted.execution_options(populate_existing=True))).scalar_one_or_none()
        return None if row is None else report_of(row)

    async def _many(self, wanted: Select[ReportRow]) -> list[Report]:
        return [report_of(row) for row in await self._session.scalars(wanted.execution_options(populate_existing=True))]


def _outgoing(notice: Notice) -> Outgoing:
    payload: dict[str, Any] = {
        "kind": "notice", "notice": str(notice.kind), "report": notice.report, "number": notice.number, "facts": dict(notice.facts),
    }  # fmt: skip
    return Outgoing(notice.to.channel, notice.to.person, notice.dedupe, payload)
