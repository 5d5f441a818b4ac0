"""Runs the channels side by side: the web chat always, Telegram where a token is set."""

import asyncio
import contextlib
import logging
import socket
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import uvicorn

from bot import build, wiring
from bot.hooks import hooks
from bot.logs import formatter
from bot.metrics import Metrics
from bot.settings import Settings
from bot.web import create_app
from bot.worker import Worker
from handlers.texts import texts

log = logging.getLogger("caunoi")
WATCH_SECONDS = 2.0


def serve(settings: Settings, say: Callable[[str], None]) -> int:
    """Serve until interrupted; the address and three questions to try are printed first."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(settings.log_format))
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler])
    # httpx and aiogram write request addresses, and a platform's token is part of them; aiosqlite writes every value.
    for noisy in ("httpx", "aiogram.event", "aiohttp.access", "alembic", "aiosqlite"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # Searching holds the interpreter for milliseconds at a time; what waits for a commit of an arrived message comes in between.
    sys.setswitchinterval(0.001)
    with build.only_service(settings) as alone:
        if not alone and not settings.database.get_secret_value():
            say("Một dịch vụ khác đang chạy trên cùng thư mục dữ liệu; SQLite chỉ dùng cho một dịch vụ. Hãy dừng dịch vụ kia, hoặc dùng PostgreSQL.")
            return 1
        listening = bind(settings.host, settings.port)
        answers = build.LiveAnswers(settings, say)
        host, port = listening.getsockname()[:2]
        say(f"\n{settings.name} đang chạy tại http://{host}:{port}\n\nHỏi thử:")
        for question in texts("vi").suggestions():
            say(f"  - {question}")
        say("\nNhấn Ctrl+C để dừng.")
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_all(settings, answers, listening))
    return 0


def bind(host: str, port: int) -> socket.socket:
    """Listen on `port`, or on the first free one from 8080 when it is 0."""
    tries = [port] if port else [*range(8080, 8100), 0]
    for at, number in enumerate(tries):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, number))
            return listening  # not listening yet: until all is open a platform, or a balancer, is refused and does not wait
        except OSError:
            listening.close()
            if at == len(tries) - 1:
                raise
    raise AssertionError("unreachable")


async def _all(settings: Settings, answers: build.LiveAnswers, listening: socket.socket) -> None:
    async with build.open_store(settings, serving=True) as store:
        await _serve(settings, answers, listening, store)


async def _serve(settings: Settings, answers: build.LiveAnswers, listening: socket.socket, store: build.Store) -> None:
    talk, bell = build.talk(settings, answers), _Nudge()
    channels = wiring.open_channels(settings, store, bell)
    metrics = Metrics(lambda: wiring.counts(store), list(channels.senders), build.now)
    worker = build.worker(settings, store, talk, channels.senders, watch=metrics)
    bell.worker = worker
    app = create_app(
        channels.mail, talk.greeting, answers.corpus, today=lambda: build.now().date(), name=settings.name,
        digest_only=lambda: answers.digest_only, secret=build.web_secret(settings), extra=hooks(channels.hooks, watch=metrics),
        ready=lambda: wiring.answers(store), metrics=metrics, metrics_token=settings.metrics_token.get_secret_value(),
    )
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=5))
    working = asyncio.create_task(worker.run())
    beside = [asyncio.create_task(_beside(run)) for run in channels.running]
    tasks = [asyncio.create_task(server.serve(sockets=[listening])), asyncio.create_task(_watch(answers)), working]
    done, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    # The worker ends first: what it has at hand is still sent.
    for these in ([working], [*waiting, *beside]):
        for task in these:
            task.cancel()
        await asyncio.gather(*these, return_exceptions=True)
    for task in done - {working}:
        task.result()


class _Nudge:
    """Wakes the worker; what arrives before there is one waits in the inbox."""

    worker: Worker | None = None

    def __call__(self) -> None:
        if self.worker is not None:
            self.worker.nudge()


async def _beside(run: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """A channel beside the web chat; its end, whatever the reason, leaves the others running."""
    try:
        await run()
    except Exception:
        log.exception("a channel has ended")


async def _watch(answers: build.LiveAnswers) -> None:
    """Notice that an ingest has switched the index, without a restart."""
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        try:
            if await asyncio.to_thread(answers.refresh):
                log.info("the index was switched")
        except Exception:
            log.exception("the new index could not be opened; the old one stays in use")
