"""Token pairs on both databases: one lease at a time, and a pair takes the place only of the one that it came from."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from handlers.post import TokenPair
from store.database import Database
from tests.store.contract import NOW
from tests.store.databases import opened

NAME = "zalo_oa:1"
LEASE = timedelta(minutes=1)
PAIR = TokenPair("access-1", "refresh-1", NOW + timedelta(hours=25))


@pytest_asyncio.fixture(params=["sqlite", "postgres"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(request.param, tmp_path) as found:
        async with found.work() as work:
            await work.tokens.begin(NAME, "refresh-0", NOW)
        yield found


async def claimed(database: Database, by: str, minutes: int = 0) -> bool:
    async with database.work() as work:
        return await work.tokens.claim(NAME, by, NOW + timedelta(minutes=minutes), LEASE)


async def stands(database: Database) -> TokenPair | None:
    async with database.look() as work:
        return await work.tokens.get(NAME)


async def test_what_was_begun_stands_and_a_new_authorisation_takes_its_place(database: Database) -> None:
    assert await stands(database) == TokenPair("", "refresh-0", NOW)
    async with database.look() as work:
        assert await work.tokens.get("another") is None
    assert await claimed(database, "a")
    async with database.work() as work:
        await work.tokens.alarm(NAME, "refresh-0", "-14020")
        await work.tokens.begin(NAME, "refresh-9", NOW)
    assert await stands(database) == TokenPair("", "refresh-9", NOW)
    assert await claimed(database, "b")


async def test_one_lease_at_a_time(database: Database) -> None:
    results = await asyncio.gather(*(claimed(database, by) for by in "abcdefgh"))
    assert results.count(True) == 1
    holder = "abcdefgh"[results.index(True)]
    assert await claimed(database, holder)  # its own again
    assert not await claimed(database, "z")
    async with database.work() as work:
        await work.tokens.free(NAME, "z")
        assert not await work.tokens.claim("another", "z", NOW, LEASE)
    assert not await claimed(database, "z")
    async with database.work() as work:
        await work.tokens.free(NAME, holder)
    assert await claimed(database, "z")
    assert not await claimed(database, "y")
    assert await claimed(database, "y", minutes=1)


async def test_a_pair_takes_the_place_of_the_one_it_came_from(database: Database) -> None:
    later = replace(PAIR, access="access-2", refresh="refresh-2")
    async with database.work() as work:
        await work.tokens.alarm(NAME, "refresh-0", "-14014 x")
        assert await work.tokens.replace(NAME, "refresh-0", PAIR)
        assert not await work.tokens.replace(NAME, "refresh-0", later)
    assert await stands(database) == PAIR
    async with database.work() as work:
        await work.tokens.alarm(NAME, "refresh-0", "of another")
        assert await work.tokens.replace(NAME, "refresh-1", later)
        await work.tokens.alarm(NAME, "refresh-2", "-14020 reused")
    assert await stands(database) == replace(later, alarm="-14020 reused")


def test_no_token_is_shown() -> None:
    assert "access-1" not in repr(PAIR)
    assert "refresh-1" not in repr(PAIR)
