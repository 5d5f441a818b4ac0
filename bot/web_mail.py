"""The web chat's way to inbox and outbox: keeps what a browser sends, shows the thread, waits for replies, pushes news."""

import asyncio
import hashlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, TypeVar

from bot.channels import Progress, whole
from handlers.message import Choice, File, Incoming, Reply
from handlers.notices import told
from handlers.post import Event, Post, Turn, incoming_payload

WEB: Final = "web"
PENDING: Final = 3  # messages of one identity that may wait at the same time
KEPT: Final = 100  # turns that a page can be asked for
_LOOK_AGAIN: Final = 0.5  # seconds; another process may have replied, which rings no bell here

T = TypeVar("T")
_log: Final = logging.getLogger(__name__)


class Busy(Exception):
    """Too many messages of this identity wait."""


class Unavailable(Exception):
    """Nothing can be kept now: the message was not taken."""


@dataclass(frozen=True)
class Exchange:
    """One line of the thread as the page shows it: `label` is what was asked, "" for news."""

    number: int
    label: str
    language: str
    as_of: date | None
    reply: Reply | None
    files: tuple[str, ...] = ()
    at: datetime | None = None
    draft: str = ""  # what stood in the box when a choice was tapped

    @property
    def waiting(self) -> bool:
        """True until a reply is there."""
        return self.reply is None

    @property
    def news(self) -> bool:
        """True for what came without a question."""
        return self.number < 0


class Mail:
    """What the pages need of the store; also the channel by which the worker reaches them."""

    def __init__(self, post: Post, nudge: Callable[[], None], now: Callable[[], datetime]) -> None:
        self._post, self._nudge, self._now = post, nudge, now
        self._bells: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    # --- for the pages ----------------------------------------------------------------------------

    async def take(self, incoming: Incoming, submission: Sequence[str], label: str, draft: str) -> int:
        """Keep a message and return its number; the same submission again gives the same one. Busy, Unavailable."""
        event_id = hashlib.sha256("\0".join((incoming.person, *submission)).encode(errors="replace")).hexdigest()
        payload = {**incoming_payload(incoming), "label": label, "draft": draft}
        try:
            return await whole(self._put(Event(WEB, event_id, incoming.person, payload, self._now())))
        except Busy:
            raise
        except Exception as error:
            _log.error("a message could not be kept: %s", type(error).__name__)
            raise Unavailable from error

    async def _put(self, event: Event) -> int:
        async with self._post.work(first=True) as work:
            full = await work.inbox.waiting(WEB, event.person) >= PENDING
            number = None if full else await work.inbox.put(event)
            if number is None and (number := await work.inbox.find(WEB, event.event_id)) is None:
                raise Busy
        self._nudge()
        return number

    async def keep(self, name: str, content: bytes) -> File:
        """Keep the content of a file that came with a form; Unavailable."""
        try:
            return File(name, len(content), await self._post.files.put(content))
        except OSError as error:
            _log.error("a file could not be kept: %s", type(error).__name__)
            raise Unavailable from error

    async def thread(self, person: str, language: str, limit: int = KEPT) -> list[Exchange]:
        """The newest exchanges of a person, oldest first; Unavailable."""
        try:
            turns = await whole(self._turns(person, limit))
        except Exception as error:
            _log.error("a thread could not be read: %s", type(error).__name__)
            raise Unavailable from error
        return [_exchange(turn, language) for turn in turns]

    async def _turns(self, person: str, limit: int) -> Sequence[Turn]:
        async with self._post.look() as work:
            return await work.threads.of(WEB, person, limit)

    async def wait(self, person: str, number: int, language: str, seconds: float) -> Exchange | None:
        """The exchange with this number, with its reply if that comes within `seconds`; None where there is none."""
        end = asyncio.get_running_loop().time() + seconds
        while True:
            bell = self._bells[person]
            bell.clear()
            found = next((e for e in await self.thread(person, language) if e.number == number), None)
            left = end - asyncio.get_running_loop().time()
            if found is None or not found.waiting or left <= 0:
                return found
            await _heard(bell, min(left, _LOOK_AGAIN))

    async def news(self, person: str, language: str, after: int, seconds: float) -> list[Exchange]:
        """What came without a question since the message `after`; waits for it, `seconds` at most."""
        end = asyncio.get_running_loop().time() + seconds
        while True:
            bell = self._bells[person]
            bell.clear()
            found = [e for e in await self.thread(person, language) if e.news and -e.number > after]
            left = end - asyncio.get_running_loop().time()
            if found or left <= 0:
                return found
            await _heard(bell, min(left, 5.0))

    async def newest(self, person: str) -> int:
        """A number that grows with every message to this person."""
        return await whole(self._newest(person))

    async def _newest(self, person: str) -> int:
        async with self._post.look() as work:
            return await work.threads.newest(WEB, person)

    # --- bot.channels.Channel ---------------------------------------------------------------------

    async def send(self, person: str, reply: Reply, place: Mapping[str, Any], skip: int, sent: Progress) -> str:
        """Nothing leaves: the page shows the outbox itself; whoever waits for it is woken."""
        if (bell := self._bells.pop(person, None)) is not None:
            bell.set()
        return ""

    async def fetch(self, file: File) -> File:
        """A browser's file is kept already."""
        return replace(file, trouble="gone")

    @asynccontextmanager
    async def busy(self, place: Mapping[str, Any]) -> AsyncIterator[None]:
        """The page shows by itself that it waits."""
        yield


async def _heard(bell: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await bell.wait()
    except TimeoutError:
        return


def _exchange(turn: Turn, language: str) -> Exchange:
    asked = turn.asked or {}
    as_of = asked.get("as_of")
    return Exchange(
        turn.number, str(asked.get("label", "")), str(asked.get("language", language)), date.fromisoformat(as_of) if as_of else None,
        told(turn.reply, language) if turn.reply is not None else None, tuple(f["name"] for f in asked.get("files", ())), turn.at,
        str(asked.get("draft", "")),
    )  # fmt: skip


def offered(thread: Sequence[Exchange], token: str) -> Choice | None:
    """The latest choice shown with this token."""
    replies = (e.reply for e in reversed(thread) if e.reply)
    return next((c for r in replies for c in r.choices if c.token == token), None)
