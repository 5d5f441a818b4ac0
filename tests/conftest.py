"""Fixtures that every room's tests share."""

import os
from pathlib import Path

import pytest

from bot import build
from bot.settings import Settings
from knowledge.answer import Answers

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real legal texts; skips where it is absent, fails when REQUIRE_SHARED=1."""
    if not (SHARED / "corpus").is_dir():
        if os.environ.get("REQUIRE_SHARED") == "1":
            pytest.fail("REQUIRE_SHARED=1, but the folder of real texts is absent")
        pytest.skip("the folder of real texts (../shared) is absent")
    return SHARED


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with a data directory of their own, nothing from .env or the environment."""
    return Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("data"))  # type: ignore[call-arg]


@pytest.fixture(scope="session")
def answers(settings: Settings) -> Answers:
    """What answers questions, over the shipped corpus; the index is built once (about six seconds)."""
    return build.open_answers(settings, lambda _: None)
