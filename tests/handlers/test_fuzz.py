"""Generated updates against the whole conversation; benchmarks/fuzz.py plays many more of them and says what is looked at."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.fuzz import UPDATES, Stage, Update, staged
from knowledge.answer import Answers


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as opened:
        yield opened


@pytest.fixture(scope="module")
def stage(runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory, answers: Answers) -> Iterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("fuzz")
    scope = staged(f"sqlite+aiosqlite:///{folder / 'fuzz.db'}", folder, answers.corpus, answers)
    yield runner.run(scope.__aenter__())
    runner.run(scope.__aexit__(None, None, None))


@settings(max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(st.lists(UPDATES, min_size=1, max_size=12))
def test_whatever_arrives_is_answered_once_and_touches_nobody_else(stage: Stage, runner: asyncio.Runner, story: list[Update]) -> None:
    runner.run(stage.play(story))


# What generation seldom reaches: a conversation that is carried away, an event that comes again after an erasure.
@pytest.mark.parametrize("story", [
    [Update("report", words="Xã không biết gửi hồ sơ cho cơ quan nào"), Update("say", words="/noi"), Update("carry", 1, n=1), Update("say", words="/phananh")],
    [Update("say", words="/baocao"), Update("invented tap", words="w:trouble:²")],
    [Update("invented tap", words="w:open:\x00"), Update("invented tap", words="w:open:\ud800")],
    [Update("invented tap", words="d:32-2024-nd-cp:²"), Update("invented tap", words="q:²")],
    [Update("report", words="Chợ hạng ba do ai quản lý"), Update("erase"), Update("again", n=3), Update("say", words="/baocao")],
])  # fmt: skip
def test_these_stories_stay_whole(stage: Stage, runner: asyncio.Runner, story: list[Update]) -> None:
    runner.run(stage.play(story))
