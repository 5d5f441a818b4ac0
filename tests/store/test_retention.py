"""Retention: old raw rows and silent conversations go, what waits stays; and the codec of memories is complete."""

from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.memory import Memory
from store.conversations import to_memory, to_row
from store.database import Database
from store.retention import Keeping
from tests.store.contract import MEMORY, NOW, claimed, event, letter, sending
from tests.store.databases import opened


@pytest.fixture(params=["sqlite", "postgres"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(request.param, tmp_path) as found:
        yield found


async def test_what_is_old_and_done_goes(database: Database) -> None:
    async with database.work() as work:
        for n in (1, 2):
            await work.inbox.put(event(n))
            await work.outbox.add(letter(n), NOW)
        for person in ("lan", "silent"):
            await work.conversations.save("web", person, MEMORY, NOW)
    first, sent = await claimed(database), await sending(database)
    assert first is not None
    assert sent is not None
    async with database.work() as work:
        await work.inbox.done(first)
        await work.outbox.sent(sent, NOW)
    assert await database.let_go(Keeping(), NOW + timedelta(days=29)) == 0
    assert await database.let_go(Keeping(), NOW + timedelta(days=31)) == 2
    assert await database.let_go(Keeping(), NOW + timedelta(days=91)) == 1  # the silent one; lan's message still waits
    async with database.work() as work:
        assert await work.conversations.load("web", "lan") == MEMORY
        assert await work.conversations.load("web", "silent") == Memory()
    assert await claimed(database) is not None


def test_the_memory_of_the_contract_fills_every_field() -> None:
    assert not [f.name for f in fields(Memory) if getattr(MEMORY, f.name) == getattr(Memory(), f.name)]
    assert to_memory(to_row(MEMORY)) == MEMORY


def test_a_memory_of_an_older_or_newer_release_is_read() -> None:
    row = to_row(MEMORY)
    del row["waiting"]
    assert to_memory({**row, "of_tomorrow": 1}).choices == MEMORY.choices
    assert to_memory(row).waiting == ""
