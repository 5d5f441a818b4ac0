"""The contract, kept by the double in memory, by SQLite and by PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.store.contract import Store, StoreContract
from tests.store.databases import opened
from tests.store.memory import MemoryDatabase


class TestMemory(StoreContract):
    @pytest.fixture
    def store(self) -> Store:
        return MemoryDatabase()


class TestSqlite(StoreContract):
    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[Store]:
        async with opened("sqlite", tmp_path) as database:
            yield database


class TestPostgres(StoreContract):
    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[Store]:
        async with opened("postgres", tmp_path) as database:
            yield database
