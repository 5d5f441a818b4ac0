"""What could not be sent: seen by an operator without words and names, and sent again when they say so."""

from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.post import Undelivered
from store.database import Database
from tests.store.contract import NOW, letter, sending
from tests.store.databases import opened

LATER = NOW + timedelta(hours=1)


@pytest.fixture(params=["sqlite", "postgres"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(request.param, tmp_path) as found:
        yield found


async def three(database: Database) -> None:
    """One message that is held, one that was given up, one that waits, each to another person."""
    async with database.work() as work:
        for n, person in enumerate(("a", "b", "c")):
            await work.outbox.add(letter(n, person), NOW + timedelta(seconds=n))
    for state in ("held", "dead"):
        found = await sending(database)
        assert found is not None
        async with database.work() as work:
            await (work.outbox.hold(found, "blocked") if state == "held" else work.outbox.give_up(found, "ValueError"))


async def undelivered(database: Database, limit: int = 10) -> list[Undelivered]:
    async with database.look() as work:
        return await work.outbox.undelivered(limit)


async def test_held_and_dead_are_seen_oldest_first_without_words_and_person(database: Database) -> None:
    await three(database)
    found = await undelivered(database)
    assert [(u.channel, u.state, u.attempts, u.since, u.error) for u in found] == [
        ("web", "held", 1, NOW, "blocked"), ("web", "dead", 1, NOW + timedelta(seconds=1), "ValueError"),
    ]  # fmt: skip
    assert await undelivered(database, 1) == found[:1]
    assert {f.name for f in fields(Undelivered)} == {"id", "channel", "state", "attempts", "since", "error", "number"}


async def test_nothing_undelivered(database: Database) -> None:
    assert await undelivered(database) == []
    async with database.work() as work:
        assert await work.outbox.again([]) == 0


async def test_what_is_released_is_sent_with_fresh_attempts(database: Database) -> None:
    await three(database)
    dead = (await undelivered(database))[1]
    async with database.work() as work:
        assert await work.outbox.again([dead.id]) == 1
        assert await work.outbox.again([dead.id]) == 0  # it waits already
    assert [u.state for u in await undelivered(database)] == ["held"]
    found = await sending(database, LATER)
    assert found is not None
    assert (found.id, found.attempts, found.message.person) == (dead.id, 1, "b")


async def test_what_waits_what_was_sent_and_what_is_not_there_are_left_alone(database: Database) -> None:
    await three(database)
    last = await sending(database)
    assert last is not None
    async with database.work() as work:
        await work.outbox.sent(last, NOW)
    async with database.work() as work:
        assert await work.outbox.again([last.id, last.id + 99]) == 0
        assert await work.outbox.counts() == {"held": 1, "dead": 1, "sent": 1}
        assert await work.outbox.again([u.id for u in await work.outbox.undelivered(10)]) == 2


async def test_what_was_sent_of_a_long_message_is_not_sent_again(database: Database) -> None:
    async with database.work() as work:
        await work.outbox.add(letter(1), NOW)
    found = await sending(database)
    assert found is not None
    async with database.work() as work:
        await work.outbox.progress(found, 2, NOW + timedelta(minutes=1))
        await work.outbox.give_up(found, "ValueError")
        assert await work.outbox.again([found.id]) == 1
    found = await sending(database, LATER)
    assert found is not None
    assert found.message.payload["parts_sent"] == 2
