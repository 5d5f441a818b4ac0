"""The worker when things go wrong: a message that always fails, a channel that is away, a database that is away, a stop."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot import build
from bot.channels import Later, Progress, Undeliverable
from bot.worker import Rhythm, Worker
from handlers.memory import Memory
from handlers.message import Block, BlockKind, File, Incoming, Reply
from handlers.post import Event, Outgoing, Work, incoming_payload
from handlers.reporting import Outcome
from handlers.talk import Thought
from store.database import Database
from tests.bot.rooms import Simple, opened


class Phone:
    """A channel that fails as it is told to."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.faults: list[Exception] = []

    async def send(self, person: str, reply: Reply, place: Mapping[str, Any], skip: int, sent: Progress) -> str:
        for at, block in enumerate(reply.blocks[skip:], skip + 1):
            if self.faults:
                raise self.faults.pop(0)
            self.sent.append(block.text)
            if at < len(reply.blocks):
                await sent(at)
        return "id"

    async def fetch(self, file: File) -> File:
        return file

    @asynccontextmanager
    async def busy(self, place: Mapping[str, Any]) -> AsyncIterator[None]:
        yield


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(tmp_path) as found:
        yield found


async def echo(incoming: Incoming) -> Reply:
    return Reply((Block(BlockKind.LEAD, incoming.text), Block(BlockKind.LEAD, f"{incoming.text}!")))


def worker(database: Database, phone: Phone, talk: Any = None, **rhythm: Any) -> Worker:
    given = {"retry_first": 0, "retry_most": 0, "send_tries": 3, **rhythm}
    return Worker(database, talk or Simple(echo), {"phone": phone}, build.now, Rhythm(**given))


async def arrives(database: Database, text: str, event_id: str = "", person: str = "lan") -> None:
    async with database.work() as work:
        await work.inbox.put(Event("phone", event_id or text, person, incoming_payload(Incoming("phone", person, text)), build.now()))


async def count(database: Database, table: str, state: str) -> int:
    async with database.engine.connect() as connection:
        return int((await connection.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE state = '{state}'")).scalar() or 0)


async def test_a_message_is_answered_once(database: Database) -> None:
    phone = Phone()
    await arrives(database, "một")
    await arrives(database, "một")
    await worker(database, phone).drain()
    assert phone.sent == ["một", "một!"]


async def test_parts_that_went_out_are_not_sent_again(database: Database) -> None:
    phone = Phone()
    await arrives(database, "một")
    await worker(database, phone, readers=1).read()

    async def fail(person: str, reply: Reply, place: Mapping[str, Any], skip: int, sent: Progress) -> str:
        phone.sent.append(reply.blocks[0].text)
        await sent(1)
        raise ConnectionError

    phone.send, whole = fail, phone.send  # type: ignore[method-assign]
    await worker(database, phone).deliver("phone")
    phone.send = whole  # type: ignore[method-assign]
    await worker(database, phone).drain()
    assert phone.sent == ["một", "một!"]


@pytest.mark.parametrize(("fault", "state"), [(Undeliverable("blocked"), "held"), (Later(0, "flood"), "sent"), (ConnectionError(), "sent")])
async def test_what_cannot_be_sent_is_held_or_tried_again(database: Database, fault: Exception, state: str) -> None:
    phone = Phone()
    phone.faults = [fault]
    await arrives(database, "một")
    await worker(database, phone).drain()
    assert await count(database, "outbox", state) == 1


async def test_what_fails_too_often_is_given_up_and_seen(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    phone = Phone()
    phone.faults = [ConnectionError() for _ in range(3)]
    await arrives(database, "một")
    await arrives(database, "hai")
    await worker(database, phone).drain()
    assert await count(database, "outbox", "dead") == 1
    assert phone.sent == ["hai", "hai!"]
    assert "given up" in caplog.text


async def test_a_message_that_always_fails_is_answered_with_a_word_of_regret(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Simple):
        async def act(self, thought: Thought, work: Work) -> Outcome:
            if thought.incoming.text == "một":
                raise RuntimeError("secret words")
            return await super().act(thought, work)

    phone = Phone()
    await arrives(database, "một")
    await arrives(database, "hai")
    with caplog.at_level(logging.ERROR):
        await worker(database, phone, Broken(echo)).drain()
    assert await count(database, "inbox", "failed") == 1
    assert phone.sent[-2:] == ["hai", "hai!"]
    assert len(phone.sent) == 3


async def test_what_ended_the_process_again_and_again_is_given_up(database: Database) -> None:
    phone = Phone()
    await arrives(database, "một")
    for n in range(12):
        async with database.work() as work:
            assert await work.inbox.claim(build.now() + timedelta(hours=n), timedelta(minutes=1)) is not None
        await database.let_claims_go()
    await worker(database, phone).drain()
    assert len(phone.sent) == 1
    assert await count(database, "inbox", "failed") == 1


async def test_a_conversation_that_moved_meanwhile_is_read_again(database: Database) -> None:
    class Slow(Simple):
        tries = 0

        async def think(self, incoming: Incoming, memory: Memory) -> Thought:
            self.tries += 1
            if self.tries == 1:
                async with database.work() as work:
                    known = await work.conversations.load("phone", "lan")
                    await work.conversations.save("phone", "lan", replace(known, asked="khác"), build.now())
            return await super().think(incoming, memory)

    phone, talk = Phone(), Slow(echo)
    await arrives(database, "một")
    await worker(database, phone, talk).drain()
    assert talk.tries == 2
    assert phone.sent == ["một", "một!"]
    async with database.look() as work:
        assert (await work.conversations.load("phone", "lan")).asked == "khác"


async def test_a_notice_is_put_into_words_when_it_is_sent(database: Database) -> None:
    phone = Phone()
    payload = {"kind": "notice", "notice": "taken", "report": "r1", "number": "4827193056", "facts": {}}
    async with database.work() as work:
        await work.conversations.save("phone", "lan", Memory(language="en"), build.now())
        await work.outbox.add(Outgoing("phone", "lan", "n", payload), build.now())
    await worker(database, phone).drain()
    assert "CN 482 719 3056" in phone.sent[0]


async def test_an_outage_is_waited_out_and_a_stop_ends_at_once(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    class Away:
        """The store, which cannot be reached while `away`."""

        away = True
        files = database.files

        def work(self, *, first: bool = False) -> Any:
            if self.away:
                raise ConnectionError
            return database.work()

        look = work

        async def drop(self, digests: Any) -> None:
            raise ConnectionError

    phone, post = Phone(), Away()
    await arrives(database, "một")
    running = Worker(post, Simple(echo), {"phone": phone}, build.now, Rhythm(readers=1, senders=1, idle=0.05))
    task = asyncio.create_task(running.run())
    await asyncio.sleep(0.3)
    post.away = False
    async with asyncio.timeout(10):
        while len(phone.sent) < 2:
            await asyncio.sleep(0.05)
    task.cancel()
    async with asyncio.timeout(2):
        await asyncio.gather(task, return_exceptions=True)
    assert "the queue cannot be worked off" in caplog.text


async def test_housekeeping_runs_and_its_failure_is_logged(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    kept = asyncio.Event()

    async def house() -> None:
        kept.set()
        raise RuntimeError

    running = Worker(database, Simple(echo), {}, build.now, Rhythm(readers=1, idle=0.05), house)
    task = asyncio.create_task(running.run())
    async with asyncio.timeout(5):
        await kept.wait()
        await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert "housekeeping failed" in caplog.text
