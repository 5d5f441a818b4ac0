"""Asks the conversation in the background and keeps what was asked and replied, bounded in memory."""

import asyncio
import logging
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from handlers.message import Choice, Conversation, Incoming, Reply

EXCHANGES: Final = 25  # questions with their replies kept of one identity
IDENTITIES: Final = 1000
CHARACTERS: Final = 20_000_000  # of all questions and replies together
PENDING: Final = 3  # questions of one identity that may wait at the same time
GREETING: Final = 2.0  # seconds; a page opens without its first words rather than late

_log = logging.getLogger(__name__)


class Failure(StrEnum):
    """Why a question got no reply."""

    FAILED = "failed"
    SLOW = "slow"


@dataclass
class Exchange:
    """One question and its reply; `label` is what was asked, as shown."""

    number: int
    label: str
    incoming: Incoming
    task: asyncio.Task[None] | None = field(default=None, repr=False)
    reply: Reply | None = None
    failure: Failure | None = None

    @property
    def waiting(self) -> bool:
        """True until a reply or a failure is there."""
        return self.reply is None and self.failure is None

    @property
    def size(self) -> int:
        """Characters kept."""
        return len(self.label) + (sum(len(b.text) for b in self.reply.blocks) if self.reply else 0)


@dataclass
class Thread:
    """What one identity has asked. `draft` is text that was typed and not sent, `failure` why not."""

    person: str
    exchanges: deque[Exchange] = field(default_factory=lambda: deque(maxlen=EXCHANGES))
    draft: str = ""
    failure: Failure | None = None
    as_of: date | None = None
    sent: OrderedDict[tuple[str, ...], Exchange] = field(default_factory=OrderedDict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    count: int = 0

    def add(self, label: str, incoming: Incoming, submission: tuple[str, ...]) -> Exchange:
        """Append an exchange that waits for its reply; the same submission again finds it in `sent`."""
        self.count += 1
        exchange = Exchange(self.count, label, incoming)
        self.exchanges.append(exchange)
        self.sent[submission] = exchange
        while len(self.sent) > EXCHANGES:
            self.sent.popitem(last=False)
        return exchange

    def drop(self, exchange: Exchange) -> None:
        """Take a failed exchange out; its text goes back to the box unless something newer is there."""
        if exchange in self.exchanges:
            self.exchanges.remove(exchange)
        self.sent = OrderedDict((k, e) for k, e in self.sent.items() if e is not exchange)
        self.failure = exchange.failure
        if exchange.incoming.choice is None:
            self.draft = self.draft or exchange.incoming.text

    def find(self, number: int) -> Exchange | None:
        """The exchange with this number."""
        return next((e for e in self.exchanges if e.number == number), None)

    def offered(self, token: str) -> Choice | None:
        """The latest choice shown with this token."""
        replies = (e.reply for e in reversed(self.exchanges) if e.reply)
        return next((c for r in replies for c in r.choices if c.token == token), None)

    @property
    def waiting(self) -> list[Exchange]:
        """The exchanges without a reply yet."""
        return [e for e in self.exchanges if e.waiting]

    @property
    def size(self) -> int:
        """Characters kept."""
        return sum(e.size for e in self.exchanges)


class Threads:
    """The threads of those who asked last; the one unused for longest goes first."""

    def __init__(self, identities: int = IDENTITIES, characters: int = CHARACTERS) -> None:
        self._identities, self._characters = identities, characters
        self._threads: OrderedDict[str, Thread] = OrderedDict()

    def __len__(self) -> int:
        return len(self._threads)

    def of(self, person: str) -> Thread:
        """The thread of `person`; an empty one, not kept, for who has asked nothing."""
        if person in self._threads:
            self._threads.move_to_end(person)
        return self._threads.get(person) or Thread(person)

    def keep(self, thread: Thread) -> None:
        """Keep `thread`, and forget others until all fits."""
        self._threads[thread.person] = thread
        self._threads.move_to_end(thread.person)
        size = sum(t.size for t in self._threads.values())
        while len(self._threads) > 1 and (len(self._threads) > self._identities or size > self._characters):
            size -= self._threads.popitem(last=False)[1].size


class Asking:
    """Puts questions to the conversation, one at a time for each identity."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._greetings: dict[str, Reply] = {}

    async def greeting(self, language: str) -> Reply | None:
        """The first words in `language`, None while the conversation fails; they are the same for everyone."""
        if language not in self._greetings:
            try:
                async with asyncio.timeout(GREETING):
                    self._greetings[language] = await self._conversation(_start("", language))
            except Exception:
                _log.exception("the conversation raised at its greeting")
        return self._greetings.get(language)

    def start(self, thread: Thread, exchange: Exchange) -> None:
        """Ask; does not wait."""
        exchange.task = asyncio.create_task(self._ask(thread, exchange))

    async def wait(self, exchange: Exchange, seconds: float) -> None:
        """Wait until the reply or failure is there, `seconds` at most."""
        if exchange.task is not None and exchange.waiting:
            await asyncio.wait({exchange.task}, timeout=seconds)

    async def _ask(self, thread: Thread, exchange: Exchange) -> None:
        async with thread.turn:
            try:
                if exchange.number == 1:  # who was greeted may answer with the number of a suggestion
                    await self._conversation(_start(thread.person, exchange.incoming.language))
                exchange.reply = await self._conversation(exchange.incoming)
            except TimeoutError:
                exchange.failure = Failure.SLOW
            except Exception:
                _log.exception("the conversation raised")
                exchange.failure = Failure.FAILED
        if exchange.failure is not None:
            thread.drop(exchange)


def _start(person: str, language: str) -> Incoming:
    return Incoming("web", person, "/start", language=language)
