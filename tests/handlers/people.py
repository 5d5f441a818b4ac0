"""People who write to the assistant through inbox, worker and outbox, with buttons or with numbers."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.channels import Channel
from bot.worker import Rhythm, Worker
from handlers.faults import Faults, Found
from handlers.memory import Memory
from handlers.message import Block, BlockKind, Choice, Incoming, Reply
from handlers.post import Work
from handlers.report_turn import Clerk
from handlers.reporting import Reporting
from handlers.talk import Talk
from knowledge.calendar import Calendar
from knowledge.corpus import Corpus
from knowledge.provision import Provision
from reports.chats import DeskChat
from reports.deadlines import Clocks
from reports.desk import DeskService
from reports.model import Identity
from reports.number import RandomCodes
from reports.places import Places
from reports.routing import Routing
from reports.rules import Rules
from reports.service import Service
from store.database import Database
from tests.handlers.phones import Attached, Phone, Shown, Sink, World

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
RULES = Rules(Routing.load(departments=["19"]), Clocks.load(Calendar.load()), Places.load())


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
    """A database, the whole conversation with stand-ins for law and search, people on `phones`, and a clock to set.

    `home` is the channel on which people write who name none; `buttons`: they tap where there is something to tap.
    """

    def __init__(self, database: Database, corpus: Corpus, phones: Sequence[Phone] = (), *, buttons: bool = False) -> None:
        self.at = datetime(2026, 10, 5, 9, tzinfo=HANOI)
        self.database, self.law, self.buttons = database, Law(), buttons
        self.phones: dict[str, Phone] = {phone.name: phone for phone in phones or (Sink("telegram"), Sink("web"))}
        self.home = next(iter(self.phones))
        self.likely: list[Provision] = []
        self.chats: dict[str, tuple[DeskChat, ...]] = {}
        self.find_fault: Exception | None = None
        faults = Faults(lambda: corpus, lambda _: self.likely)

        async def find(text: str) -> Found:
            if self.find_fault is not None:
                raise self.find_fault
            return Found(faults.by_key(text[4:])) if text.startswith("key:") else faults.in_text(text)

        self.talk = Talk(self.law, find, Reporting(self.clerk, self.now), greeting, self.now)
        self._work(self.talk)

    def _work(self, talk: Talk) -> None:
        """Let a worker talk; the channels of the phones may be made later."""
        self.worker = Worker(self.database, talk, _Channels(self.phones), self.now, Rhythm(retry_first=0, retry_most=0))

    @property
    def sinks(self) -> dict[str, Sink]:
        """The channels without a platform."""
        return {name: phone for name, phone in self.phones.items() if isinstance(phone, Sink)}

    def now(self) -> datetime:
        return self.at

    def clerk(self, work: Work) -> Clerk:
        codes = RandomCodes()
        return Clerk(Service(work.reports, work.files, RULES, self.now, codes), DeskService(work.reports, RULES, self.now, codes), RULES, self.chats)

    def later(self, **time: float) -> None:
        self.at += timedelta(**time)

    def needs(self, what: str) -> None:
        """Skip the test where the channel of this room does not know `what`: buttons, edits, groups, quotes, files, absence."""
        if what not in self.phones[self.home].can:
            pytest.skip(f"{self.home} has no {what}")

    def identity(self, name: str = "lan", channel: str = "") -> Identity:
        """Who somebody is to the assistant."""
        phone = self.phones[channel or self.home]
        return Identity(phone.name, phone.identity(name))

    async def settle(self) -> None:
        """Work off all that has come, and look at the screens."""
        await self.worker.drain()
        for phone in self.phones.values():
            await phone.look()

    async def again(self, nth: int) -> None:
        """The nth event of all that came in this room's first channel comes once more."""
        await self.phones[self.home].happened[nth]()
        await self.settle()

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[DeskService]:
        """An official at work; what they do is sent at the end."""
        async with self.database.work() as work:
            yield self.clerk(work).desk
        await self.settle()


def greeting(language: str) -> Reply:
    """The first words."""
    return Reply((Block(BlockKind.LEAD, "Chào."),), (Choice("Hỏi thử", "q:0"),))


class _Channels(Mapping[str, Channel]):
    """The channels of phones, as they stand when they are asked for."""

    def __init__(self, phones: Mapping[str, Phone]) -> None:
        self._phones = phones

    def __getitem__(self, name: str) -> Channel:
        return self._phones[name].channel

    def __iter__(self) -> Iterator[str]:
        return iter(self._phones)

    def __len__(self) -> int:
        return len(self._phones)


class Person:
    """Someone who writes on one channel; with numbers, or with buttons where the room says so and there are some."""

    def __init__(self, room: Room, name: str = "lan", channel: str = "", *, buttons: bool | None = None) -> None:
        self.room, self.name, self.phone = room, name, room.phones[channel or room.home]
        self.buttons = (room.buttons if buttons is None else buttons) and "buttons" in self.phone.can
        self.phone.identity(name)
        self.message = ""

    @property
    def got(self) -> list[Shown | Reply]:
        """All that came to their screen."""
        return self.phone.screen(self.name)

    @property
    def last(self) -> Shown | Reply:
        return self.got[-1]

    async def says(self, text: str, *, files: Attached = (), edits: str = "", group: bool = False, quoted: str = "") -> str:
        """Write, and read the reply."""
        self.message = await self.phone.says(self.name, text, files=files, edits=edits, group=group, quoted=quoted)
        return await self._read()

    async def picks(self, label: str) -> str:
        """Take the choice whose label holds `label`."""
        at, choice = next((n, c) for n, c in enumerate(self.last.choices, 1) if label in c.label)
        if self.buttons:
            await self.phone.taps(self.name, choice.token)
            return await self._read()
        return await self.says(str(at))

    async def taps(self, token: str) -> str:
        """Press a button that they were never shown."""
        await self.phone.taps(self.name, self.phone.made_up(self.name, token))
        return await self._read()

    async def _read(self) -> str:
        await self.room.settle()
        return self.last.text()


@asynccontextmanager
async def opened_room(folder: Path, corpus: Corpus, phones: Sequence[Phone] = (), *, buttons: bool = False) -> AsyncIterator[Room]:
    database = await Database.open(f"sqlite+aiosqlite:///{folder / 'room.db'}", folder, b"a key for tests")
    try:
        room = Room(database, corpus, phones, buttons=buttons)
        async with AsyncExitStack() as stack:
            for phone in room.phones.values():
                await stack.enter_async_context(phone.opened(World(database, room.now, corpus, folder, greeting)))
            yield room
    finally:
        await database.close()
