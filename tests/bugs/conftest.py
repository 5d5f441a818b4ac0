"""The rooms in which mended faults of the conversation are played again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from knowledge.corpus import Corpus, load_digests
from tests.handlers.people import Room, opened_room


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus(load_digests())


@pytest_asyncio.fixture
async def room(tmp_path: Path, corpus: Corpus) -> AsyncIterator[Room]:
    async with opened_room(tmp_path, corpus) as opened:
        yield opened
