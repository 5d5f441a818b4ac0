"""People who write to the assistant through inbox, worker and outbox, with buttons or with numbers."""

import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.channels import Progress, Undeliverable
from bot.worker import Rhythm, Worker
from handlers.faults import Faults, Found
from handlers.memory import Memory
from handlers.message import Block, BlockKind, Choice, File, Incoming, Reply
from handlers.post import Event, Work, incoming_payload
from handlers.report_turn import Clerk
from handlers.reporting import Reporting
from handlers.talk import Talk
from knowledge.calendar import Calendar
from knowledge.corpus import Corpus
from knowledge.provision import Provision
from reports.chats import DeskChat
from reports.deadlines import Clocks
from reports.desk import DeskService
from reports.number import RandomCodes
from reports.places import Places
from reports.routing import Routing
from reports.rules import Rules
from reports.service import Service
from store.database import Database

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
RULES = Rules(Routing.load(departments=["19"]), Clocks.load(Calendar.load()), Places.load())


class Sink:
    """A channel that keeps what is sent to each person; `away` makes a person unreachable."""

    def __init__(self) -> None:
        self.sent: defaultdict[str, list[Reply]] = defaultdict(list)
        self.away: set[str] = set()
        self.remote: dict[str, bytes] = {}

    async def send(self, person: str, reply: Reply, place: Mapping[str, Any], skip: int, sent: Progress) -> str:
        if person in self.away:
            raise Undeliverable("blocked")
        self.sent[person].append(reply)
        return str(len(self.sent[person]))

    async def fetch(self, file: File) -> File:
        found = self.remote.get(file.remote)
        return File(file.name, file.size, remote=file.remote, content=found, trouble="" if found is not None else "gone")

    @asynccontextmanager
    async def busy(self, place: Mapping[str, Any]) -> AsyncIterator[None]:
        yield


@dataclass
class Law:
    """Answers that stand in for the law; `fault` makes it fail."""

    fault: Exception | None = None
    kind: str = "answer"
    asked: list[str] = field(default_factory=list)

    async def __call__(self, incoming: Incoming, memory: Memory) -> tuple[Reply, Memory]:
        if self.fault is not None:
            raise self.fault
        self.asked.append(incoming.text or incoming.choice or "")
        choices = (Choice("Xem toàn bộ Điều 8", "p:32-2024-nd-cp.8"), Choice("Báo vướng mắc về quy định này", "r:32-2024-nd-cp.8.2"))
        return Reply((Block(BlockKind.LEAD, "Cụm được mở rộng tối đa 75 ha."),), choices, {"kind": self.kind}), memory


class Room:
    """A database, the whole conversation with stand-ins for law and search, and a clock to set."""

    def __init__(self, database: Database, corpus: Corpus) -> None:
        self.at = datetime(2026, 10, 5, 9, tzinfo=HANOI)
        self.database, self.law = database, Law()
        self.sinks = {"telegram": Sink(), "web": Sink()}
        self.likely: list[Provision] = []
        self.chats: dict[str, tuple[DeskChat, ...]] = {}
        self.find_fault: Exception | None = None
        faults = Faults(lambda: corpus, lambda _: self.likely)

        async def find(text: str) -> Found:
            if self.find_fault is not None:
                raise self.find_fault
            return Found(faults.by_key(text[4:])) if text.startswith("key:") else faults.in_text(text)

        def greeting(language: str) -> Reply:
            return Reply((Block(BlockKind.LEAD, "Chào."),), (Choice("Hỏi thử", "q:0"),))

        talk = Talk(self.law, find, Reporting(self.clerk, self.now), greeting, self.now)
        self.worker = Worker(database, talk, self.sinks, self.now, Rhythm(retry_first=0, retry_most=0))
        self._ids = itertools.count(1)

    def now(self) -> datetime:
        return self.at

    def clerk(self, work: Work) -> Clerk:
        codes = RandomCodes()
        return Clerk(Service(work.reports, work.files, RULES, self.now, codes), DeskService(work.reports, RULES, self.now, codes), RULES, self.chats)

    def later(self, **time: float) -> None:
        self.at += timedelta(**time)

    async def arrives(self, incoming: Incoming, event_id: str = "") -> None:
        number = next(self._ids)
        async with self.database.work() as work:
            await work.inbox.put(Event(incoming.channel, event_id or f"e{number}", incoming.person, incoming_payload(incoming), self.at))
        await self.worker.drain()

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[DeskService]:
        """An official at work; what they do is sent at the end."""
        async with self.database.work() as work:
            yield self.clerk(work).desk
        await self.worker.drain()


class Person:
    """Someone who writes. `buttons`: choices are tapped; otherwise their numbers are typed."""

    def __init__(self, room: Room, name: str = "lan", channel: str = "telegram", *, buttons: bool = False) -> None:
        self.room, self.name, self.channel, self.buttons = room, name, channel, buttons
        self._messages = itertools.count(100)
        self.message = ""

    @property
    def got(self) -> list[Reply]:
        """All that was sent to them."""
        return self.room.sinks[self.channel].sent[self.name]

    @property
    def last(self) -> Reply:
        return self.got[-1]

    async def says(self, text: str, *, files: Sequence[File] = (), edits: str = "", group: bool = False, quoted: str = "") -> str:
        """Write, and read the reply."""
        self.message = edits or str(next(self._messages))
        said = Incoming(self.channel, self.name, text, message=self.message, edits=bool(edits), group=group, files=tuple(files), quoted=quoted)
        await self.room.arrives(said)
        return self.last.text()

    async def picks(self, label: str) -> str:
        """Take the choice whose label holds `label`."""
        at, choice = next((n, c) for n, c in enumerate(self.last.choices, 1) if label in c.label)
        if self.buttons:
            await self.room.arrives(Incoming(self.channel, self.name, choice=choice.token))
            return self.last.text()
        return await self.says(str(at))

    async def taps(self, token: str) -> str:
        """Press a button that may be old or made up."""
        await self.room.arrives(Incoming(self.channel, self.name, choice=token))
        return self.last.text()


@asynccontextmanager
async def opened_room(folder: Path, corpus: Corpus) -> AsyncIterator[Room]:
    database = await Database.open(f"sqlite+aiosqlite:///{folder / 'room.db'}", folder, b"a key for tests")
    try:
        yield Room(database, corpus)
    finally:
        await database.close()
