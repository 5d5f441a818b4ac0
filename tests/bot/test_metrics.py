"""Figures, readiness and log lines: over real HTTP, who may see them, and what a database that is away does to them."""

import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families as families
from starlette.applications import Starlette

from bot import build
from bot.logs import JsonLines, formatter
from bot.metrics import SILENT, Counts, Metrics, Watch, metrics_route, ready_route
from bot.web import create_app
from bot.web_mail import Mail
from handlers.message import Reply
from knowledge.corpus import Corpus
from tests.bot.rooms import SECRET as KEY
from tests.bot.rooms import opened
from tests.bot.test_hooks import served

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
TOKEN = "a-token-of-the-tests"


class Queues:
    """What the wiring asks the store for; it can fail or hang."""

    def __init__(self) -> None:
        self.counts = Counts(inbox={"web": (2, NOW - timedelta(seconds=90))}, outbox={("telegram", "held"): 3, ("telegram", "sent"): 7})
        self.fault: Exception | None = None
        self.hold: asyncio.Event | None = None
        self.asked = 0

    async def __call__(self) -> Counts:
        self.asked += 1
        if self.hold is not None:
            await self.hold.wait()
        if self.fault is not None:
            raise self.fault
        return self.counts


@pytest.fixture
def queues() -> Queues:
    return Queues()


@pytest.fixture
def metrics(queues: Queues) -> Metrics:
    return Metrics(queues, ("web", "telegram"), lambda: NOW, patience=0.2)


def read(text: bytes | str) -> dict[str, float]:
    """The samples, by name and labels."""
    told = text if isinstance(text, str) else text.decode()
    return {" ".join((s.name, *s.labels.values())): s.value for family in families(told) for s in family.samples}


async def test_the_figures(metrics: Metrics) -> None:
    watch: Watch = metrics
    watch.answered("web", 0.3, "answer")
    watch.answered("web", 4, "decline")
    watch.answered("telegram", -2, "lạ\n")
    watch.fell_back("telegram")
    watch.reported("web")
    watch.rejected("zalo-oa", "forged")
    got = read(await metrics.text())
    assert {name: got[name] for name in got if "bucket" not in name and "_created" not in name} == {
        "caunoi_database_answers": 1,
        "caunoi_inbox_waiting web": 2, "caunoi_inbox_waiting telegram": 0, "caunoi_inbox_oldest_seconds web": 90, "caunoi_inbox_oldest_seconds telegram": 0,
        "caunoi_outbox_messages web waiting": 0, "caunoi_outbox_messages web held": 0, "caunoi_outbox_messages web dead": 0,
        "caunoi_outbox_messages telegram waiting": 0, "caunoi_outbox_messages telegram held": 3, "caunoi_outbox_messages telegram dead": 0,
        "caunoi_outbox_messages telegram sent": 7,
        "caunoi_answer_seconds_count web": 2, "caunoi_answer_seconds_sum web": 4.3,
        "caunoi_answer_seconds_count telegram": 1, "caunoi_answer_seconds_sum telegram": 0,
        "caunoi_replies_total web answer": 1, "caunoi_replies_total web decline": 1, "caunoi_replies_total telegram other": 1,
        "caunoi_last_message_timestamp_seconds web": NOW.timestamp() - 4, "caunoi_last_message_timestamp_seconds telegram": NOW.timestamp(),
        "caunoi_refusals_total web": 1, "caunoi_refusals_total telegram": 0, "caunoi_fallbacks_total web": 0, "caunoi_fallbacks_total telegram": 1,
        "caunoi_reports_total web": 1, "caunoi_reports_total telegram": 0, "caunoi_hook_rejected_total zalo-oa forged": 1,
    }  # fmt: skip
    assert (got["caunoi_answer_seconds_bucket web 0.5"], got["caunoi_answer_seconds_bucket web 5.0"]) == (1, 2)


def test_two_stand_side_by_side_and_nothing_is_global(queues: Queues, metrics: Metrics) -> None:
    Metrics(queues, ("web",), lambda: NOW)
    assert not [family.name for family in REGISTRY.collect() if family.name.startswith("caunoi")]


def test_the_default_watch_keeps_nothing() -> None:
    SILENT.answered("web", 1, "answer")
    SILENT.fell_back("web")
    SILENT.reported("web")
    SILENT.rejected("web", "forged")


async def test_without_the_database_the_figures_of_the_process_are_there(queues: Queues, metrics: Metrics) -> None:
    metrics.reported("web")
    await metrics.text()
    queues.fault = OSError("away")
    got = read(await metrics.text())
    assert (got["caunoi_database_answers"], got["caunoi_reports_total web"]) == (0, 1)
    assert not [name for name in got if name.startswith(("caunoi_inbox", "caunoi_outbox"))]  # rather nothing than what was once
    queues.fault, queues.hold, queues.asked = None, asyncio.Event(), 0
    assert read(await metrics.text())["caunoi_database_answers"] == 0
    assert read(await metrics.text())["caunoi_database_answers"] == 0
    assert queues.asked == 1  # one question at a time, however long it hangs
    queues.hold.set()
    assert read(await metrics.text())["caunoi_inbox_waiting web"] == 2


@pytest.fixture
async def site(metrics: Metrics, tmp_path: Path) -> AsyncIterator[Starlette]:
    """The whole application with a token."""
    async with opened(tmp_path) as room:

        async def ready() -> None:
            async with room.look() as work:
                await work.inbox.waiting("", "")

        yield create_app(
            Mail(room, lambda: None, build.now), lambda _: Reply(()), lambda: Corpus([]), today=NOW.date, name="Cầu Nối",
            digest_only=lambda: True, secret=KEY, ready=ready, metrics=metrics, metrics_token=TOKEN,
        )  # fmt: skip


async def test_the_figures_are_for_this_machine_and_for_who_has_the_token(site: Starlette) -> None:
    async with served(site) as url, httpx.AsyncClient(base_url=url) as http:
        shown = await http.get("/metrics")
        assert (shown.status_code, shown.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
        assert "set-cookie" not in shown.headers
        assert read(shown.text)["caunoi_inbox_waiting web"] == 2
        proxied: list[dict[str, str]] = [
            {"x-forwarded-for": "127.0.0.1"}, {"x-forwarded-for": "203.0.113.9"}, {"forwarded": "for=127.0.0.1"}, {"x-real-ip": "::1"},
            {"host": "caunoi.example.vn"}, {"host": "[::"}, {"host": "127.0.0.1.example.vn"},
        ]  # fmt: skip
        for headers in proxied:
            assert (await http.get("/metrics", headers=headers)).status_code == 404, headers
            assert (await http.get("/metrics", headers={**headers, "authorization": f"Bearer {TOKEN}"})).status_code == 200, headers
            for wrong in (b"Bearer", b"Bearer x", f"Bearer {TOKEN}x".encode(), f"Basic {TOKEN}".encode(), TOKEN.encode(), b"Bearer \xff\xfe"):
                given = {**{name.encode(): value.encode() for name, value in headers.items()}, b"authorization": wrong}
                assert (await http.get("/metrics", headers=given)).status_code == 404, (headers, wrong)
        assert (await http.get("/metrics", headers={"host": "localhost:80"})).status_code == 200
        assert (await http.post("/metrics")).status_code == 405
        assert ((await http.get("/readyz")).text, (await http.get("/healthz")).text) == ("ready", "ok")


@pytest.mark.parametrize(("client", "status"), [
    ("127.0.0.1", 200), ("127.8.8.8", 200), ("::1", 200), ("::ffff:127.0.0.1", 200), ("203.0.113.9", 404), ("10.0.0.2", 404), ("::ffff:10.0.0.2", 404),
    ("", 404), ("unix", 404),
])  # fmt: skip
async def test_where_a_caller_comes_from(metrics: Metrics, client: str, status: int) -> None:
    from_there = httpx.ASGITransport(Starlette(routes=[metrics_route(metrics)]), client=(client, 1))
    async with httpx.AsyncClient(transport=from_there, base_url="http://127.0.0.1") as http:
        assert (await http.get("/metrics")).status_code == status
        assert (await http.get("/metrics", headers={"authorization": "Bearer"})).status_code == status  # no token is set: none opens


async def test_readiness_says_in_a_word_why_not() -> None:
    hold, asked = asyncio.Event(), 0

    async def broken() -> None:
        raise OSError("a path that nobody should read")

    async def hanging() -> None:
        nonlocal asked
        asked += 1
        await hold.wait()

    async def probe(ready: Callable[[], Awaitable[Any]], then: Callable[[], None] = lambda: None) -> list[tuple[int, str]]:
        async with served(Starlette(routes=[ready_route(ready, 0.1)])) as url, httpx.AsyncClient(base_url=url) as http:
            answers = [await http.get("/readyz") for _ in range(2)]
            assert asked <= 1  # one question at a time, however long it hangs
            then()
            answers.append(await http.get("/readyz"))
            return [(answer.status_code, answer.text) for answer in answers]

    assert await probe(broken) == [(503, "database")] * 3
    assert await probe(hanging, hold.set) == [(503, "slow"), (503, "slow"), (200, "ready")]


# --- log lines ------------------------------------------------------------------------------------------


def line(message: Any, *args: Any, fault: BaseException | None = None) -> dict[str, str]:
    """What JsonLines makes of a record."""
    info: Any = None
    if fault is not None:
        try:
            raise fault
        except BaseException:
            info = sys.exc_info()
    record = logging.LogRecord("caunoi.x", logging.WARNING, "x.py", 1, message, args, info)
    made = JsonLines().format(record)
    assert "\n" not in made
    made.encode()  # it can be written
    told: dict[str, str] = json.loads(made)
    return told


def test_a_line_is_one_object() -> None:
    told = line("tin %d: %s", 7, "xin\nchào")
    assert datetime.fromisoformat(told.pop("time")).utcoffset() == timedelta(0)
    assert told == {"level": "WARNING", "logger": "caunoi.x", "message": "tin 7: xin\nchào"}


def test_of_an_exception_only_its_type_and_place() -> None:
    told = line("hỏng", fault=ValueError("số điện thoại 0912345678"))
    assert told["exception"] == "ValueError"
    assert told["at"].startswith("test_metrics.py:")
    assert "0912345678" not in str(told)
    assert line("hỏng", fault=json.JSONDecodeError("x", "y", 0))["exception"] == "json.decoder.JSONDecodeError"


def test_no_record_is_too_odd() -> None:
    assert line("%d", "chữ")["message"] == "%d"
    assert line({"a": 1})["message"] == "{'a': 1}"
    assert line("nửa \ud800")["message"] == "nửa \\ud800".replace("\\ud800", "\ud800")


def test_the_format_is_chosen_by_name() -> None:
    record = logging.LogRecord("caunoi", logging.INFO, "x.py", 1, "xin chào", (), None)
    assert formatter("text").format(record).endswith(" INFO caunoi xin chào")
    assert json.loads(formatter("json").format(record))["message"] == "xin chào"
    with pytest.raises(ValueError, match="xml"):
        formatter("xml")
