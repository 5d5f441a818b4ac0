"""A store in memory: the double of store.database, trusted because it passes the same contract."""

import asyncio
import copy
import hashlib
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from handlers.memory import Memory
from handlers.post import Arrived, Event, Outgoing, Sending
from reports.deadlines import next_due
from reports.errors import Conflict, NumberTaken
from reports.model import Attachment, Change, Dues, Identity, Line, Message, Report, Reporter, Tombstone
from reports.states import State
from store.errors import LostClaim, Moved


@dataclass
class Row:
    """A row of a queue."""

    id: int
    what: Any
    state: str = "waiting"
    token: str = ""
    until: datetime | None = None
    not_before: datetime | None = None
    attempts: int = 0
    error: str = ""

    @property
    def conversation(self) -> tuple[str, str]:
        return self.what.channel, self.what.person


@dataclass
class Tables:
    """All that is kept."""

    conversations: dict[tuple[str, str], tuple[Memory, int]] = field(default_factory=dict)
    inbox: list[Row] = field(default_factory=list)
    outbox: list[Row] = field(default_factory=list)
    reporters: dict[Identity, Reporter] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    history: list[Line] = field(default_factory=list)
    stones: list[Tombstone] = field(default_factory=list)


def take(rows: list[Row], now: datetime, lease: timedelta, channels: Sequence[str] | None) -> Row | None:
    seen: set[tuple[str, str]] = {r.conversation for r in rows if r.state == "waiting" and r.until is not None and r.until > now}
    for row in rows:
        if row.state != "waiting" or row.conversation in seen or (channels is not None and row.what.channel not in channels):
            continue
        seen.add(row.conversation)
        if row.not_before is None or row.not_before <= now:
            row.token, row.until, row.attempts = uuid.uuid4().hex, now + lease, row.attempts + 1
            return row
    return None


def finish(rows: list[Row], table: str, row: int, token: str, **values: Any) -> bool:
    found = next((r for r in rows if r.id == row and r.token == token and r.state == "waiting"), None)
    if found is None:
        raise LostClaim(table, row)
    found.token, found.until = "", None
    for name, value in values.items():
        setattr(found, name, value)
    return any(r.state == "waiting" and r.conversation == found.conversation and r.id > row for r in rows)


class MemoryInbox:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def put(self, event: Event) -> int | None:
        if any((r.what.channel, r.what.event_id) == (event.channel, event.event_id) for r in self._tables.inbox):
            return None
        self._tables.inbox.append(Row(len(self._tables.inbox) + 1, event))
        return len(self._tables.inbox)

    async def claim(self, now: datetime, lease: timedelta, channels: Sequence[str] | None = None) -> Arrived | None:
        row = take(self._tables.inbox, now, lease, channels)
        return None if row is None else Arrived(row.id, row.token, row.what, row.attempts)

    async def done(self, arrived: Arrived) -> bool:
        return finish(self._tables.inbox, "inbox", arrived.id, arrived.token, state="done")

    async def failed(self, arrived: Arrived, error: str, again_at: datetime | None) -> None:
        state = "waiting" if again_at else "failed"
        finish(self._tables.inbox, "inbox", arrived.id, arrived.token, state=state, not_before=again_at)


class MemoryOutbox:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(self, message: Outgoing, now: datetime) -> bool:
        if any(r.what.dedupe == message.dedupe for r in self._tables.outbox):
            return False
        self._tables.outbox.append(Row(len(self._tables.outbox) + 1, message))
        return True

    async def claim(self, now: datetime, lease: timedelta, channels: Sequence[str] | None = None) -> Sending | None:
        row = take(self._tables.outbox, now, lease, channels)
        return None if row is None else Sending(row.id, row.token, row.what, row.attempts)

    async def progress(self, sending: Sending, parts: int, until: datetime) -> None:
        row = next((r for r in self._tables.outbox if r.id == sending.id and r.token == sending.token and r.state == "waiting"), None)
        if row is None:
            raise LostClaim("outbox", sending.id)
        row.what, row.until = replace(row.what, payload={**row.what.payload, "parts_sent": parts}), until

    async def sent(self, sending: Sending, now: datetime, platform_id: str = "") -> bool:
        return self._finish(sending, state="sent")

    async def retry(self, sending: Sending, error: str, at: datetime) -> None:
        self._finish(sending, not_before=at, error=error)

    async def hold(self, sending: Sending, error: str) -> None:
        row = next(r for r in self._tables.outbox if r.id == sending.id)
        self._finish(sending, state="waiting" if row.error == "back" else "held", error=error)

    async def give_up(self, sending: Sending, error: str) -> None:
        self._finish(sending, state="dead")

    async def release(self, channel: str, person: str) -> int:
        theirs = [r for r in self._tables.outbox if r.conversation == (channel, person)]
        for row in theirs:
            row.error = "back" if row.state == "waiting" and row.token else row.error
        return _waiting([r for r in theirs if r.state in ("held", "dead")])

    async def resume(self, channel: str, reason: str) -> int:
        rows = self._tables.outbox
        return _waiting([r for r in rows if r.conversation[0] == channel and r.state == "held" and r.error.startswith(reason)])

    async def counts(self) -> dict[str, int]:
        states = [r.state for r in self._tables.outbox]
        return {state: states.count(state) for state in states}

    def _finish(self, sending: Sending, **values: Any) -> bool:
        return finish(self._tables.outbox, "outbox", sending.id, sending.token, **values)


def _waiting(rows: list[Row]) -> int:
    for row in rows:
        row.state, row.not_before = "waiting", None
    return len(rows)


class MemoryConversations:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._versions: dict[tuple[str, str], int] = {}

    async def load(self, channel: str, person: str) -> Memory:
        memory, version = self._tables.conversations.get((channel, person), (Memory(), 0))
        self._versions[channel, person] = version
        return memory

    async def save(self, channel: str, person: str, memory: Memory, now: datetime) -> None:
        version = self._versions.get((channel, person), 0)
        if self._tables.conversations.get((channel, person), (None, 0))[1] != version:
            raise Moved(channel, person)
        self._tables.conversations[channel, person] = (memory, version + 1)
        self._versions[channel, person] = version + 1


class MemoryReports:
    """reports.store.Reports over dictionaries."""

    def __init__(self, tables: Tables | None = None) -> None:
        self.tables = tables or Tables()

    async def get(self, report: str) -> Report | None:
        return self.tables.reports.get(report)

    async def by_number(self, number: str) -> Report | None:
        return next((r for r in self.tables.reports.values() if number and r.number == number), None)

    async def of(self, identity: Identity) -> Sequence[Report]:
        return list(reversed([r for r in self.tables.reports.values() if r.reporter == identity]))

    async def circle(self, identity: Identity) -> frozenset[Identity]:
        return frozenset({identity})

    async def merged_into(self, report: str) -> Sequence[Report]:
        return [r for r in self.tables.reports.values() if r.merged_into == report]

    async def open(self, desk: str | None = None) -> Sequence[Report]:
        found = [r for r in self.tables.reports.values() if r.state.is_open and desk in (None, r.desk)]
        return sorted(found, key=lambda r: (next_due(r.dues) or date.max, r.received_at, r.id))

    async def compared(self, limit: int) -> Sequence[Report]:
        kept = [r for r in self.tables.reports.values() if r.state.is_open or r.state in (State.ANSWERED, State.MERGED)]
        return sorted(kept, key=lambda r: str(r.received_at), reverse=True)[:limit]

    async def received_since(self, identity: Identity, since: datetime) -> Sequence[datetime]:
        return [r.received_at for r in await self.of(identity) if r.received_at is not None and r.received_at >= since]

    async def attached_since(self, identity: Identity, since: datetime) -> Sequence[datetime]:
        mine = {r.id for r in await self.of(identity)}
        return [a.at for a in self.tables.attachments if a.report in mine and a.at >= since]

    async def thread(self, report: str) -> Sequence[Message]:
        return [m for m in self.tables.messages if m.report == report]

    async def attachments(self, report: str) -> Sequence[Attachment]:
        return [a for a in self.tables.attachments if a.report == report]

    async def history(self, report: str) -> Sequence[Line]:
        return [line for line in self.tables.history if line.report == report]

    async def keep(self, change: Change) -> Report:
        report = change.report
        stored = self.tables.reports.get(report.id)
        if (stored.version if stored else 0) != report.version:
            raise Conflict(report.id)
        other = await self.by_number(report.number)
        if other is not None and other.id != report.id:
            raise NumberTaken(report.number)
        kept = replace(report, version=report.version + 1)
        self.tables.reports[report.id] = kept
        self.tables.history.extend(change.history)
        self.tables.messages.extend(change.messages)
        self.tables.attachments.extend(change.attachments)
        for n in change.notices:
            payload = {"kind": "notice", "notice": str(n.kind), "report": n.report, "number": n.number, "facts": dict(n.facts)}
            await MemoryOutbox(self.tables).add(Outgoing(n.to.channel, n.to.person, n.dedupe, payload), change.history[-1].at)
        return kept

    async def reporter(self, identity: Identity) -> Reporter | None:
        return self.tables.reporters.get(identity)

    async def keep_reporter(self, reporter: Reporter) -> None:
        self.tables.reporters[reporter.identity] = reporter

    async def erase(self, identity: Identity, at: datetime) -> Tombstone:
        tables = self.tables
        mine = [r for r in tables.reports.values() if r.reporter == identity]
        ids = tuple(r.id for r in mine)
        for r in mine:
            state = r.state if r.state.is_closed else State.WITHDRAWN
            bare = replace(r, reporter=None, state=state, text="", first_words="", proposal="", commune="", code_hash="", publication=None)
            tables.reports[r.id] = replace(bare, name_seen=None, dues=Dues(), erased_at=at, version=r.version + 1)
        tables.messages[:] = [m for m in tables.messages if m.report not in ids]
        tables.attachments[:] = [a for a in tables.attachments if a.report not in ids]
        tables.history[:] = [replace(line, why="") if line.report in ids else line for line in tables.history]
        tables.reporters.pop(identity, None)
        tables.conversations.pop((identity.channel, identity.person), None)
        tables.outbox[:] = [r for r in tables.outbox if r.conversation != (identity.channel, identity.person)]
        for row in tables.inbox:
            if row.conversation == (identity.channel, identity.person):
                row.state = row.state if row.token else "done"
                row.what = replace(row.what, person="", payload={})
        stone = Tombstone(hashlib.sha256(f"{identity.channel}\0{identity.person}".encode()).hexdigest(), ids, at)
        tables.stones.append(stone)
        return stone


class MemoryFiles:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def put(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        self.kept[digest] = content
        return digest


@dataclass(frozen=True)
class MemoryWork:
    conversations: MemoryConversations
    inbox: MemoryInbox
    outbox: MemoryOutbox
    reports: MemoryReports


class MemoryDatabase:
    """Units of work over a copy that takes the place of the original at the end."""

    def __init__(self) -> None:
        self._tables, self._alone = Tables(), asyncio.Lock()

    @asynccontextmanager
    async def work(self) -> AsyncIterator[MemoryWork]:
        async with self._alone:
            tables = copy.deepcopy(self._tables)
            yield MemoryWork(MemoryConversations(tables), MemoryInbox(tables), MemoryOutbox(tables), MemoryReports(tables))
            self._tables = tables

    async def close(self) -> None:
        return


