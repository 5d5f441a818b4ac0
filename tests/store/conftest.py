"""Drops the database that the tests of this room made, whatever happened in between."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.store.databases import drop_postgres


@pytest.fixture(scope="session", autouse=True)
def postgres_is_left_as_it_was() -> Iterator[None]:
    yield
    asyncio.run(drop_postgres())
