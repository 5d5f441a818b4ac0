"""A database, a worker and a conversation of one function, for the tests of channels."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Protocol

from starlette.applications import Starlette

from bot import build
from bot.channels import Channel
from bot.web import create_app
from bot.web_mail import Mail
from bot.worker import Rhythm, Talking, Worker
from handlers.memory import Memory
from handlers.message import Block, BlockKind, Choice, Incoming, Reply
from handlers.post import Contents, Outgoing, Work
from handlers.reporting import Outcome
from handlers.talk import Thought
from handlers.texts import texts
from knowledge.corpus import Corpus
from store.database import Database

Answering = Callable[[Incoming], Awaitable[Reply]]
SECRET = b"a secret for these tests alone"
QUICK = Rhythm(readers=2, senders=2, idle=0.2, retry_first=0.05, retry_most=0.2, send_tries=4)


class Simple:
    """A conversation of one function: what handlers.talk.Talk is to the worker, without law and reports."""

    def __init__(self, answer: Answering) -> None:
        self._answer = answer
        self.greeting: Callable[[str], Reply] = _greeting


    async def think(self, incoming: Incoming, memory: Memory) -> Thought:
        try:
            reply = await self._answer(incoming)
        except Exception:
            reply = Reply((Block(BlockKind.LEAD, texts("vi").trouble()),))
        return Thought(incoming, replace(memory, choices=reply.choices, choices_at=build.now()), reply=reply)

    async def act(self, thought: Thought, work: Work) -> Outcome:
        assert thought.reply is not None
        return Outcome(thought.reply, thought.memory)

    async def unsent(self, message: Outgoing, reason: str, work: Work) -> None:
        pass  # there are no desks here


def _greeting(language: str) -> Reply:
    return Reply((Block(BlockKind.LEAD, "Chào anh/chị, đây là trợ lý tự động."),), (Choice("Hỏi thử một câu", "q:0"),))


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Database]:
    """A database on SQLite in `folder`."""
    database = await Database.open(f"sqlite+aiosqlite:///{folder / 'room.db'}", folder, b"a key for tests")
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def working(database: Database, talk: Talking, channels: Mapping[str, Channel], rhythm: Rhythm = QUICK) -> AsyncIterator[Worker]:
    """A worker at its work, ended as the service ends it."""
    worker = Worker(database, talk, channels, build.now, rhythm)
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)



class LatePost:
    """A database that is opened when the application starts, in the loop that it will be used in."""

    database: Database

    @property
    def files(self) -> Contents:
        return self.database.files

    async def drop(self, digests: Collection[str]) -> None:
        await self.database.drop(digests)

    def work(self, *, first: bool = False) -> AbstractAsyncContextManager[Work]:
        return self.database.work(first=first)

    def look(self) -> AbstractAsyncContextManager[Work]:
        return self.database.look()


class Greeting(Talking, Protocol):
    """A conversation with its first words."""

    greeting: Callable[[str], Reply]


def web_app(talk: Greeting, corpus: Callable[[], Corpus], *, today: Callable[[], date], digest_only: bool = True, secret: bytes = SECRET) -> Starlette:
    """The web channel over a database of its own, with a worker at its side."""
    post, bell = LatePost(), Nudge()
    mail = Mail(post, bell, build.now)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        with tempfile.TemporaryDirectory() as folder:
            async with opened(Path(folder)) as database:
                post.database = database
                app.state.database = database
                async with working(database, talk, {"web": mail}) as worker:
                    bell.worker = worker
                    yield

    return create_app(mail, talk.greeting, corpus, today=today, name="Cầu Nối", digest_only=lambda: digest_only, secret=secret, lifespan=lifespan)


class Nudge:
    """Wakes a worker that is made later."""

    worker: Worker | None = None

    def __call__(self) -> None:
        if self.worker is not None:
            self.worker.nudge()
