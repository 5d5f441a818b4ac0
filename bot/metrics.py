"""What an operator watches: figures in Prometheus' text format, and whether the service is ready. No person shows in any of it."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from ipaddress import IPv6Address, ip_address
from typing import Final, Generic, Protocol, TypedDict, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

PATIENCE: Final = 1.0  # seconds that the database has to answer
KINDS: Final = frozenset({"answer", "decline", "ask_back", "report", "divert", "smalltalk", "human", "error", "fallback", "receipt"})
STATES: Final = ("waiting", "held", "dead")  # shown as 0 too
_BUCKETS: Final = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600)
# A proxy on this machine speaks for somebody else.
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")

T = TypeVar("T")


class Watch(Protocol):
    """Is told what happens, and must neither wait nor raise."""

    def answered(self, channel: str, seconds: float, kind: str) -> None:
        """A reply of `kind` (facts["kind"], "" where there is none) was kept `seconds` after its message had come."""
        ...

    def fell_back(self, channel: str) -> None:
        """The law could not be asked, and the reply said so."""
        ...

    def reported(self, channel: str) -> None:
        """A report was received."""
        ...

    def rejected(self, channel: str, reason: str) -> None:
        """A push to a webhook was not taken; `reason` is one of a few words."""
        ...


class Silent:
    """A Watch that keeps nothing."""

    def answered(self, channel: str, seconds: float, kind: str) -> None:
        """Nothing."""

    def fell_back(self, channel: str) -> None:
        """Nothing."""

    def reported(self, channel: str) -> None:
        """Nothing."""

    def rejected(self, channel: str, reason: str) -> None:
        """Nothing."""


SILENT: Final[Watch] = Silent()


class Counts(TypedDict):
    """What stands in the queues."""

    inbox: Mapping[str, tuple[int, datetime]]  # of each channel where something waits: how many, and when the oldest of them came
    outbox: Mapping[tuple[str, str], int]  # how many by channel and state: "waiting", "held", "dead"


class Metrics:
    """The figures of one process, a Watch; `counts` looks into the queues, `channels` are shown even where nothing has happened."""

    def __init__(self, counts: Callable[[], Awaitable[Counts]], channels: Collection[str], now: Callable[[], datetime], patience: float = PATIENCE) -> None:
        self._counts, self._channels, self._now = _Once(counts, patience), tuple(channels), now
        self._registry = registry = CollectorRegistry(auto_describe=False)
        self._answers = Gauge("caunoi_database_answers", "1 where the database answered in time; without it the queues are not shown", registry=registry)
        self._waiting = Gauge("caunoi_inbox_waiting", "Messages that wait for a reply", ["channel"], registry=registry)
        self._oldest = Gauge("caunoi_inbox_oldest_seconds", "Age of the oldest message that waits for a reply", ["channel"], registry=registry)
        self._outbox = Gauge("caunoi_outbox_messages", "Messages to people by where they stand", ["channel", "state"], registry=registry)
        self._seconds = Histogram("caunoi_answer_seconds", "From a message to its reply, kept", ["channel"], buckets=_BUCKETS, registry=registry)
        self._replies = Counter("caunoi_replies_total", "Replies by kind", ["channel", "kind"], registry=registry)
        self._last = Gauge("caunoi_last_message_timestamp_seconds", "When the newest message came that has a reply", ["channel"], registry=registry)
        self._refusals = Counter("caunoi_refusals_total", "Questions that were not answered", ["channel"], registry=registry)
        self._fallbacks = Counter("caunoi_fallbacks_total", "Replies while the law could not be asked", ["channel"], registry=registry)
        self._reports = Counter("caunoi_reports_total", "Reports received", ["channel"], registry=registry)
        self._rejected = Counter("caunoi_hook_rejected_total", "Pushes to a webhook that were not taken", ["channel", "reason"], registry=registry)
        for channel in self._channels:
            for metric in (self._seconds, self._refusals, self._fallbacks, self._reports):
                metric.labels(channel)

    def answered(self, channel: str, seconds: float, kind: str) -> None:
        """A reply was kept."""
        self._seconds.labels(channel).observe(max(0.0, seconds))  # the clock of a platform may go fast
        self._last.labels(channel).set(self._now().timestamp() - max(0.0, seconds))
        self._replies.labels(channel, kind if kind in KINDS else "other").inc()
        if kind == "decline":
            self._refusals.labels(channel).inc()

    def fell_back(self, channel: str) -> None:
        """The law could not be asked."""
        self._fallbacks.labels(channel).inc()

    def reported(self, channel: str) -> None:
        """A report was received."""
        self._reports.labels(channel).inc()

    def rejected(self, channel: str, reason: str) -> None:
        """A push was not taken."""
        self._rejected.labels(channel, reason).inc()

    async def text(self) -> bytes:
        """Every figure, in the text format 0.0.4; the queues only where the database answers in time."""
        try:
            counts = await self._counts()
        except Exception:  # whatever ails it, the figures of this process are there
            self._look(None)
        else:
            self._look(counts)
        return generate_latest(self._registry)

    def _look(self, counts: Counts | None) -> None:
        for gauge in (self._waiting, self._oldest, self._outbox):
            gauge.clear()
        self._answers.set(counts is not None)
        if counts is None:
            return
        now = self._now()
        for channel in dict.fromkeys((*self._channels, *counts["inbox"])):
            waiting, since = counts["inbox"].get(channel, (0, now))
            self._waiting.labels(channel).set(waiting)
            self._oldest.labels(channel).set(max(0.0, (now - since).total_seconds()))
        known = {(channel, state): 0 for channel in self._channels for state in STATES}
        for (channel, state), number in {**known, **counts["outbox"]}.items():
            self._outbox.labels(channel, state).set(number)


def metrics_route(metrics: Metrics, token: str = "") -> Route:
    """GET /metrics for programs on this machine and for who knows `token`; for all others there is no such page."""

    async def show(request: Request) -> Response:
        if not (_bears(request, token) or _local(request)):
            raise HTTPException(404)
        return Response(await metrics.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return Route("/metrics", show, methods=["GET"])


def ready_route(ready: Callable[[], Awaitable[object]], patience: float = PATIENCE) -> Route:
    """GET /readyz: 200 where `ready`, which asks the database something small, returns in time; else 503 and one word why."""
    asked = _Once(ready, patience)

    async def show(request: Request) -> Response:
        try:
            await asked()
        except TimeoutError:
            return PlainTextResponse("slow", 503)
        except Exception:  # whatever ails it
            return PlainTextResponse("database", 503)
        return PlainTextResponse("ready")

    return Route("/readyz", show, methods=["GET"])


def _bears(request: Request, token: str) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return bool(token) and scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(errors="replace"), token.encode())


def _local(request: Request) -> bool:
    """True for a program on this machine that asks for itself; a proxy here brings strangers, and is told by the headers it adds."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    host = request.headers.get("host", "")  # a page in a browser here may have a name that leads here
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return _loopback(request.client.host) and (name == "localhost" or _loopback(name))


def _loopback(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return ((isinstance(address, IPv6Address) and address.ipv4_mapped) or address).is_loopback


class _Once(Generic[T]):
    """Asks one question at a time, each within `patience` seconds; an answer that comes later is waited for by who asks next.

    A question to the database is not cut short: that would leave a connection behind.
    """

    def __init__(self, ask: Callable[[], Awaitable[T]], patience: float) -> None:
        self._ask, self._patience = ask, patience
        self._asking: asyncio.Future[T] | None = None

    async def __call__(self) -> T:
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(self._ask())
            self._asking.add_done_callback(_seen)
        async with asyncio.timeout(self._patience):
            return await asyncio.shield(self._asking)


def _seen(asked: asyncio.Future[T]) -> None:
    if not asked.cancelled():
        asked.exception()  # known to who asked, or to nobody
