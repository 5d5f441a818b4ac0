"""A loopback HTTP server that answers like the Zalo Bot Platform and refuses what it refuses; its base class also carries the OA's stand-in."""

from __future__ import annotations

import asyncio
import io
import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from tests.standins.threaded import Threaded

JSON = dict[str, Any]

TEXT_MAX = CAPTION_MAX = 2000
SECRET_MIN, SECRET_MAX = 8, 256
SECRET_HEADER = "X-Bot-Api-Secret-Token"
BODY_MAX = 16 * 2**20
PARSE_MODES = frozenset({"markdown", "html"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
FORGERIES = ("missing", "empty", "wrong", "shorter", "longer", "non_ascii", "other_header")


class Refusal(Exception):
    """One error answer of the platform: its error number, what it says, and an HTTP status where the usual one does not hold."""

    def __init__(self, code: int, message: str, status: int | None = None) -> None:
        super().__init__(code, message)
        self.code, self.message, self.status = code, message, status


@dataclass(frozen=True)
class Sent:
    """One message that reached a user, also when the client never saw the answer; `user` is the chat id or the OA's user id."""

    method: str
    payload: JSON
    time: float
    user: str
    message_id: str
    kind: str
    text: str
    quota_type: str = ""


@dataclass
class Call:
    """One request as it came; HTTP status of its answer (0: closed without one) and the platform's error number (0: carried out)."""

    method: str
    payload: JSON
    headers: dict[str, str]
    time: float
    status: int | None = None
    error: int | None = None
    description: str = ""


@dataclass(frozen=True, eq=False)
class Event:
    """One thing that the platform tells the bot."""

    body: JSON

    @property
    def name(self) -> str:
        return str(self.body.get("event_name", ""))

    @property
    def message_id(self) -> str:
        """The id to dedupe on; empty where the event has none."""
        message = self.body.get("message") or {}
        return str(message.get("message_id", message.get("msg_id", "")))


@dataclass(frozen=True)
class Delivery:
    """One POST to the bot's webhook: HTTP status (None: none in time), how long it took, and what was answered."""

    event: Event | None
    attempt: int
    status: int | None
    seconds: float
    answer: bytes = b""


@dataclass
class _Fault:
    status: int
    body: bytes
    headers: dict[str, str]
    error: int


@dataclass
class _Faults:
    failures: dict[str, list[_Fault]] = field(default_factory=dict)
    drops: dict[str, int] = field(default_factory=dict)
    early_drops: dict[str, int] = field(default_factory=dict)
    delays: dict[str, float] = field(default_factory=dict)
    early_delays: dict[str, float] = field(default_factory=dict)


class Dropped(Exception):
    """The connection is to be closed without an answer."""


class ZaloStandin(Threaded):
    """What both stand-ins share: life, records, scripted faults, the clock and the webhook; use as a context manager."""

    hosts = 1

    def __init__(self) -> None:
        super().__init__()
        self.base_url = ""
        self.webhook_url = ""
        self.webhook_disabled = False
        self.ack_within = 2.0  # seconds; OA: documented (S); Bot: not documented
        self.retry_delays: tuple[float, ...] = ()  # real seconds before each redelivery; () never redelivers
        self.parallel = 1  # webhook POSTs at a time
        self.faults = _Faults()
        self._sent: list[Sent] = []
        self._calls: list[Call] = []
        self._deliveries: list[Delivery] = []
        self._lost: list[Event] = []
        self._blocked: set[str] = set()
        self._queue: list[tuple[Event, int]] = []
        self._holding = False
        self._numbers = 0
        self._clock: float | None = None
        self._work: asyncio.Event | None = None
        self._session: ClientSession | None = None

    # --- what a subclass says -----------------------------------------------------------------

    def _name(self, request: web.Request) -> str:
        raise NotImplementedError

    def _admit(self, call: Call, request: web.Request) -> None:
        """Refuse a caller who has no right; runs before the body is judged."""
        raise NotImplementedError

    async def _perform(self, call: Call, request: web.Request) -> Any:
        """Carry the request out; a body to answer with, or a whole response."""
        raise NotImplementedError

    async def _body(self, request: web.Request) -> JSON:
        raise NotImplementedError

    def _error_body(self, code: int, message: str, call: str) -> JSON:
        raise NotImplementedError

    def _error_status(self, refusal: Refusal) -> int:
        raise NotImplementedError

    def _code_of(self, status: int) -> int:
        """The platform's number for a scripted HTTP status."""
        raise NotImplementedError

    def _says(self, code: int) -> str:
        return "scripted failure"

    def _wire(self, event: Event, forge: str | None, attempt: int) -> tuple[bytes, dict[str, str]]:
        """Body and headers of an event, forged in the way named."""
        raise NotImplementedError

    def _acknowledged(self, status: int | None) -> bool:
        return status == 200

    def _answer_headers(self, call: Call) -> dict[str, str]:
        return {}

    def _pushes(self) -> bool:
        return bool(self.webhook_url) and not self.webhook_disabled

    # --- life ---------------------------------------------------------------------------------

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._halt, self._work = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        app = web.Application(client_max_size=BODY_MAX)
        app.router.add_route("*", "/{rest:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.2)
        await runner.setup()
        for _ in range(self.hosts):
            await web.TCPSite(runner, "127.0.0.1", 0).start()
        self._listening([f"http://127.0.0.1:{address[1]}" for address in runner.addresses])
        async with ClientSession() as session:
            self._session = session
            pusher = asyncio.create_task(self._push_forever(session))
            ready.set()
            await self._halt.wait()
            pusher.cancel()
            await asyncio.gather(pusher, return_exceptions=True)
        await runner.cleanup()

    def _listening(self, urls: list[str]) -> None:
        self.base_url = urls[0]

    # --- what a test reads --------------------------------------------------------------------

    @property
    def sent(self) -> list[Sent]:
        """Delivered messages in order."""
        with self._changed:
            return list(self._sent)

    def sent_to(self, user: str) -> list[Sent]:
        """Delivered messages of one chat in order."""
        return [sent for sent in self.sent if sent.user == user]

    def texts(self, user: str) -> list[str]:
        """The texts that one chat shows, in order."""
        return [sent.text for sent in self.sent_to(user)]

    @property
    def calls(self) -> list[Call]:
        """Every request, refused ones too, in order."""
        with self._changed:
            return list(self._calls)

    def calls_of(self, method: str) -> list[Call]:
        """The requests of one method."""
        return [call for call in self.calls if call.method == method]

    @property
    def deliveries(self) -> list[Delivery]:
        """Every POST to the webhook that has ended, in order of their ends."""
        with self._changed:
            return list(self._deliveries)

    @property
    def late(self) -> list[Delivery]:
        """POSTs that the bot did not answer within `ack_within`."""
        return [delivery for delivery in self.deliveries if delivery.seconds >= self.ack_within]

    @property
    def lost(self) -> list[Event]:
        """Events that the platform has given up on."""
        with self._changed:
            return list(self._lost)

    @property
    def pending(self) -> list[Event]:
        """Events that wait for their first delivery or their turn in a redelivery."""
        with self._changed:
            return [event for event, _ in self._queue]

    def wait_until(self, condition: Callable[[], bool], timeout: float = 5.0) -> None:
        """Wait until `condition` holds; TimeoutError with the last calls otherwise."""
        until = time.monotonic() + timeout
        with self._changed:
            # The short wait sees conditions that depend on more than this server.
            while not self._changed.wait_for(condition, 0.05):
                if time.monotonic() > until:
                    tail = [(call.method, call.status, call.error, call.description) for call in self._calls[-5:]]
                    pushed = [(delivery.attempt, delivery.status) for delivery in self._deliveries[-5:]]
                    raise TimeoutError(f"after {timeout} s: {len(self._sent)} sent, last calls {tail}, last deliveries {pushed}")

    def wait_for(self, n: int, timeout: float = 5.0, user: str | None = None) -> list[Sent]:
        """Wait until `n` messages in all, or to `user`, were delivered and return them."""
        self.wait_until(lambda: sum(user in {None, sent.user} for sent in self._sent) >= n, timeout)
        return self.sent if user is None else self.sent_to(user)

    def wait_for_calls(self, method: str, n: int, timeout: float = 5.0) -> list[Call]:
        """Wait until `method` was answered `n` times in all and return its calls."""
        self.wait_until(lambda: sum(c.method == method and c.status is not None for c in self._calls) >= n, timeout)
        return self.calls_of(method)

    def wait_for_deliveries(self, n: int, timeout: float = 5.0) -> list[Delivery]:
        """Wait until `n` POSTs to the webhook have ended in all and return them."""
        self.wait_until(lambda: len(self._deliveries) >= n, timeout)
        return self.deliveries

    # --- the clock ----------------------------------------------------------------------------

    def now(self) -> float:
        """Seconds since 1970 by the stand-in's clock."""
        return time.time() if self._clock is None else self._clock

    def set_clock(self, moment: float | datetime) -> None:
        """Stop the clock at `moment` (seconds since 1970, or a time with a zone)."""
        if isinstance(moment, datetime) and moment.tzinfo is None:
            raise ValueError("the clock needs a time with a zone")
        with self._changed:
            self._clock = moment.timestamp() if isinstance(moment, datetime) else float(moment)

    def advance(self, seconds: float) -> None:
        """Turn the clock on, and stop it there."""
        with self._changed:
            self._clock = self.now() + seconds

    # --- what goes wrong ----------------------------------------------------------------------

    def fail_next(
        self, method: str, *, status: int | None = None, error: int | None = None, message: str = "",
        body: JSON | bytes | None = None, headers: Mapping[str, str] | None = None, retry_after: int | None = None, times: int = 1,
    ) -> None:  # fmt: skip
        """Refuse the next `times` requests of `method` ("*": of any but getUpdates) without effect.

        `error` alone gives the platform's own error body, under the status the platform uses; `status` of 500 and above alone gives a
        gateway's HTML; `body` is sent as it stands. `retry_after` adds the header Retry-After.
        """
        if status is None and error is None and body is None:
            raise ValueError("say a status, an error number or a body")
        extra = dict(headers or {})
        if retry_after is not None:
            extra["Retry-After"] = str(retry_after)
        code = error if error is not None else self._code_of(status or 200)
        if isinstance(body, bytes):
            raw, kind = body, "text/html"
        elif body is None and error is None and (status or 200) >= 500:
            raw, kind = f"<html><body><h1>{status}</h1></body></html>".encode(), "text/html"
        else:
            raw, kind = dumped(body if body is not None else self._error_body(code, message or self._says(code), method)), "application/json"
        shown = status if status is not None else 200 if body is not None else self._error_status(Refusal(code, message))
        fault = _Fault(shown, raw, {"Content-Type": kind, **extra}, code)
        with self._changed:
            self.faults.failures.setdefault(method, []).extend([fault] * times)

    def drop_after_send(self, method: str, times: int = 1) -> None:
        """Carry out the next `times` good requests of `method`, then close the connection without an answer."""
        with self._changed:
            self.faults.drops[method] = times

    def drop_before_send(self, method: str, times: int = 1) -> None:
        """Close the connection of the next `times` requests of `method` without effect or answer."""
        with self._changed:
            self.faults.early_drops[method] = times

    def delay(self, method: str, seconds: float, *, before: bool = False) -> None:
        """Answer every request of `method` so much later, after its effect or `before` it; 0 ends it."""
        with self._changed:
            (self.faults.early_delays if before else self.faults.delays)[method] = seconds

    def block(self, user: str) -> None:
        """The user blocks the bot: what is sent there is refused."""
        with self._changed:
            self._blocked.add(user)

    def unblock(self, user: str) -> None:
        """The user unblocks the bot."""
        with self._changed:
            self._blocked.discard(user)

    # --- events -------------------------------------------------------------------------------

    def redeliver(self, *events: Event) -> None:
        """Deliver events once more, in this order, whatever the bot has acknowledged."""
        with self._changed:
            self._queue += [(event, 0) for event in events]
            self._wake()

    def hold(self) -> None:
        """Keep new events back, so that `release` can deliver them in any order."""
        with self._changed:
            self._holding = True

    def release(self, *events: Event) -> None:
        """Deliver held events in the order given; one given twice is delivered twice."""
        with self._changed:
            self._holding = False
            self.redeliver(*events)

    def enable_webhook(self) -> None:
        """Switch the webhook on again after the platform has switched it off."""
        with self._changed:
            self.webhook_disabled = False
            self._wake()

    def pushed(self, event: Event) -> tuple[bytes, dict[str, str]]:
        """Body and headers of the POST that brings `event`, for who carries it to the webhook."""
        return self._wire(event, None, 0)

    def post_now(self, event: Event, *, forge: str | None = None) -> Delivery:
        """POST an event once, now, without redelivery, forged in the way named; blocks the calling thread."""
        return self._post_blocking(event, *self._wire(event, forge, 0))

    def post_raw(self, body: bytes, headers: Mapping[str, str] | None = None) -> Delivery:
        """POST bytes as they are with these headers alone; blocks the calling thread."""
        return self._post_blocking(None, body, dict(headers or {}))

    def _post_blocking(self, event: Event | None, body: bytes, headers: dict[str, str]) -> Delivery:
        if not self._loop or not self._session or not self.webhook_url:
            raise ValueError("no webhook is set")
        post = self._post(self._session, event, 0, body, headers)
        return asyncio.run_coroutine_threadsafe(post, self._loop).result(self.ack_within + 10)

    def _emit(self, body: JSON) -> Event:
        event = Event(json.loads(json.dumps(body)))
        with self._changed:
            if not self._holding:
                self._queue.append((event, 0))
                self._wake()
        return event

    def _number(self) -> int:
        with self._changed:
            self._numbers += 1
            return self._numbers

    def _message_id(self) -> str:
        return f"{0xA1B2C3D4E5F60000 + self._number():016x}"

    def _wake(self) -> None:
        if self._loop and not self._loop.is_closed() and self._work:
            self._loop.call_soon_threadsafe(self._work.set)
        self._changed.notify_all()

    async def _push_forever(self, session: ClientSession) -> None:
        work, running = self._work, set[asyncio.Task[None]]()
        assert work
        try:
            while True:
                work.clear()
                with self._changed:
                    entry = self._queue.pop(0) if self._queue and self._pushes() else None
                if entry is None:
                    await work.wait()
                    continue
                running.add(asyncio.create_task(self._deliver(session, *entry)))
                while len(running) >= self.parallel:
                    _, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in running:
                task.cancel()

    async def _deliver(self, session: ClientSession, event: Event, attempt: int) -> None:
        try:
            body, headers = self._wire(event, None, attempt)
            delivery = await self._post(session, event, attempt, body, headers)
        except Exception as error:
            self._crash = error
            raise
        if self._acknowledged(delivery.status):
            return
        with self._changed:
            if attempt < len(self.retry_delays):
                asyncio.get_running_loop().call_later(self.retry_delays[attempt], self._again, event, attempt + 1)
            else:
                self._lost.append(event)
                self.webhook_disabled = self.webhook_disabled or bool(self.retry_delays)
            self._changed.notify_all()

    def _again(self, event: Event, attempt: int) -> None:
        with self._changed:
            self._queue.insert(0, (event, attempt))
            self._wake()

    async def _post(self, session: ClientSession, event: Event | None, attempt: int, body: bytes, headers: dict[str, str]) -> Delivery:
        status, answer, began = None, b"", time.monotonic()
        try:
            timeout = ClientTimeout(total=self.ack_within)
            sent = {"Content-Type": "application/json", **headers}
            # A stream, since aiohttp warns of large bytes.
            async with session.post(self.webhook_url, data=io.BytesIO(body), headers=sent, timeout=timeout, allow_redirects=False) as got:
                answer = await got.read()
                status = got.status
        except (ClientError, TimeoutError):
            pass
        delivery = Delivery(event, attempt, status, time.monotonic() - began, answer)
        with self._changed:
            self._deliveries.append(delivery)
            self._changed.notify_all()
        return delivery

    # --- HTTP ---------------------------------------------------------------------------------

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        call = Call(self._name(request), {}, dict(request.headers), time.monotonic())
        with self._changed:
            self._calls.append(call)
            self._changed.notify_all()
        status = 0
        try:
            response = await self._carry_out(call, request)
            await asyncio.sleep(self.faults.delays.get(call.method, 0))
            if call.error == 0 and self._spent(self.faults.drops, call.method):
                raise Dropped
            status = response.status
            return response
        except Dropped:
            if request.transport:
                request.transport.abort()
            return web.Response(status=500)  # goes nowhere
        finally:  # also when the client went away while it waited
            with self._changed:
                call.status = status
                self._changed.notify_all()

    async def _carry_out(self, call: Call, request: web.Request) -> web.StreamResponse:
        problem: Refusal | None = None
        try:
            try:
                call.payload = await self._body(request)
            except Refusal as refusal:
                problem = refusal
            if self._spent(self.faults.early_drops, call.method):
                raise Dropped
            await asyncio.sleep(self.faults.early_delays.get(call.method, 0))
            if fault := self._scripted(call.method):
                call.error, call.description = fault.error, "scripted"
                return web.Response(status=fault.status, body=fault.body, headers=fault.headers)
            self._admit(call, request)
            if problem:
                raise problem
            body = await self._perform(call, request)
            call.error = 0
            return body if isinstance(body, web.StreamResponse) else self._json(body, 200, call)
        except Refusal as refusal:
            call.error, call.description = refusal.code, refusal.message
            return self._json(self._error_body(refusal.code, refusal.message, call.method), self._error_status(refusal), call)
        except Dropped:
            raise
        except web.HTTPException as error:  # a body above BODY_MAX
            call.error = error.status
            return web.Response(status=error.status)
        except Exception as error:
            self._crash = error
            return web.Response(status=500)

    def _json(self, body: Any, status: int, call: Call) -> web.Response:
        return web.Response(body=dumped(body), status=status, content_type="application/json", headers=self._answer_headers(call))

    def _scripted(self, method: str) -> _Fault | None:
        with self._changed:
            for key in (method, "" if method == "getUpdates" else "*"):
                if self.faults.failures.get(key):
                    return self.faults.failures[key].pop(0)
            return None

    def _spent(self, counters: dict[str, int], method: str) -> bool:
        with self._changed:
            left = counters.get(method, 0)
            counters[method] = max(left - 1, 0)
            return left > 0


async def json_body(request: web.Request, code: int) -> JSON:
    """The JSON object of a request; empty where there is no body; refused with `code` where it is anything else."""
    raw = await request.read()
    if not raw:
        return {}
    if request.content_type != "application/json":
        raise Refusal(code, "Content-Type must be application/json")
    try:
        parsed = json.loads(raw)
        json.dumps(parsed, ensure_ascii=False).encode()
    except ValueError as error:
        raise Refusal(code, "can't parse request body as JSON in UTF-8") from error
    if not isinstance(parsed, dict):
        raise Refusal(code, "request body must be a JSON object")
    return parsed


def utf16(text: str) -> int:
    """Length of `text` in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def dumped(body: Any) -> bytes:
    """JSON as the platform writes it: UTF-8, no spaces."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass
class BotOptions:
    """What shared/reference/platforms.md leaves open or marks for confirmation; the default is the stricter or the first-named reading."""

    http_errors: bool = False  # the error number is the HTTP status too; otherwise errors come under HTTP 200
    push_envelope: bool = True  # webhook bodies as {"ok", "result"}; otherwise {"event_name", "message"} alone
    poll_envelope: bool = True  # the same for getUpdates
    utf16_limits: bool = True  # 2,000 "characters" are UTF-16 units; otherwise code points
    refuse_unknown_fields: bool = True  # buttons and other fields of Telegram; otherwise ignored
    known_chats_only: bool = True  # nothing can be sent to who never wrote
    loopback_webhooks: bool = True  # plain http on loopback is taken, since a test has no certificate
    poll_limit: float = 30.0  # real seconds that a poll waits at most
    verification: Any = field(default_factory=lambda: {"ok": True})  # the shape of setWebhook's `verification` is not documented
    image_field: str = "photo_url"  # where message.image.received has the picture
    voice_field: str = "voice_url"  # field of sendVoice and of message.voice.received
    # Only 408 and 429 are documented; the rest follows Telegram.
    bad_request: int = 400
    unauthorized: int = 401
    blocked: int = 403
    unknown_method: int = 404
    empty_poll: int = 408
    conflict: int = 409
    quota: int = 429


class ZaloBotStandin(ZaloStandin):
    """The Bot Platform and the people who write to the bot; use as a context manager or with start() and stop()."""

    def __init__(self, token: str = "123456789:stand-in-token-of-the-tests", options: BotOptions | None = None) -> None:
        super().__init__()
        self.token, self.options = token, options or BotOptions()
        self.account_name = "bot.standin"
        self.secret = ""
        self._webhook_at = 0
        self._chats: dict[str, str] = {}
        self._quota: int | None = None
        self._methods: dict[str, tuple[Callable[[JSON], Any], frozenset[str]]] = {
            "getMe": (self._get_me, frozenset()),
            "setWebhook": (self._set_webhook, frozenset({"url", "secret_token"})),
            "deleteWebhook": (self._delete_webhook, frozenset()),
            "getWebhookInfo": (self._webhook_info, frozenset()),
            "sendMessage": (self._send_message, frozenset({"chat_id", "text", "parse_mode", "text_styles"})),
            "sendPhoto": (self._send_photo, frozenset({"chat_id", "photo", "caption"})),
            "sendSticker": (self._send_sticker, frozenset({"chat_id", "sticker"})),
            "sendVoice": (self._send_voice, frozenset({"chat_id", self.options.voice_field})),
            "sendChatAction": (self._chat_action, frozenset({"chat_id", "action"})),
        }

    # --- what people do -----------------------------------------------------------------------

    def add_chat(self, chat_id: str, chat_type: str = "PRIVATE") -> None:
        """Make a chat known to the bot, as a first message does."""
        with self._changed:
            self._chats.setdefault(chat_id, chat_type)

    def say(self, user: str, text: str, *, chat: str | None = None, name: str = "Lan", **extra: Any) -> Event:
        """A user's text message, in the own private chat or in the group `chat`; `extra` changes the message."""
        return self.event("message.text.received", user, chat=chat, name=name, text=text, **extra)

    def send_image(self, user: str, url: str = "https://photo.zdn.vn/a.jpg", caption: str = "", **extra: Any) -> Event:
        """A user's picture."""
        fields = {self.options.image_field: url, **({"caption": caption} if caption else {}), **extra}
        return self.event("message.image.received", user, **fields)

    def send_sticker(self, user: str, sticker: str = "sticker-1", **extra: Any) -> Event:
        """A user's sticker."""
        return self.event("message.sticker.received", user, **{"sticker": sticker, "url": "https://zalo-api.zdn.vn/s.png", **extra})

    def send_voice(self, user: str, url: str = "https://voice.zdn.vn/a.aac", **extra: Any) -> Event:
        """A user's voice message."""
        return self.event("message.voice.received", user, **{self.options.voice_field: url, **extra})

    def send_unsupported(self, user: str, **extra: Any) -> Event:
        """A message whose content the platform does not pass on."""
        return self.event("message.unsupported.received", user, **extra)

    def event(self, event_name: str, user: str, *, chat: str | None = None, name: str = "Lan", **fields: Any) -> Event:
        """An event of any kind, also one nobody knows."""
        with self._changed:
            if user in self._blocked:
                raise ValueError(f"user {user} has blocked the bot and cannot write to it")
            chat_id, chat_type = chat or user, "GROUP" if chat else "PRIVATE"
            self.add_chat(chat_id, chat_type)
            message: JSON = {
                "message_id": self._message_id(), "date": int(self.now() * 1000),
                "from": {"id": user, "display_name": name, "is_bot": False},
                "chat": {"id": chat_id, "chat_type": chat_type}, **fields,
            }  # fmt: skip
            return self._emit({"event_name": event_name, "message": message})

    def set_quota(self, left: int | None) -> None:
        """After `left` more messages every send is refused with 429 "Quota exceeded"; None ends it."""
        with self._changed:
            self._quota = left

    def point_webhook(self, url: str, secret: str) -> None:
        """Set the webhook without a call of the bot."""
        with self._changed:
            self.webhook_url, self.secret, self._webhook_at, self.webhook_disabled = url, secret, int(self.now() * 1000), False
            self._wake()

    def unset_webhook(self) -> None:
        """Remove the webhook without a call of the bot."""
        self.point_webhook("", "")

    # --- what the base asks -------------------------------------------------------------------

    def _name(self, request: web.Request) -> str:
        found = re.fullmatch(r"/bot[^/]*/([^/]*)", request.path)
        return found[1] if found else request.path

    def _admit(self, call: Call, request: web.Request) -> None:
        found = re.fullmatch(r"/bot([^/]*)/[^/]*", request.path)
        if not found:
            raise Refusal(self.options.unknown_method, "Not Found", 404)
        if found[1] != self.token:
            raise Refusal(self.options.unauthorized, "Unauthorized")
        if call.method != "getUpdates" and call.method not in self._methods:
            raise Refusal(self.options.unknown_method, "Not Found: method not found")
        if request.method != "POST":
            raise Refusal(self.options.bad_request, "Bad Request: only POST is taken")

    async def _body(self, request: web.Request) -> JSON:
        return await json_body(request, self.options.bad_request)

    async def _perform(self, call: Call, request: web.Request) -> Any:
        if call.method == "getUpdates":
            return await self._get_updates(call.payload)
        handler, known = self._methods[call.method]
        if self.options.refuse_unknown_fields and (unknown := call.payload.keys() - known):
            raise self._bad(f"unknown fields {sorted(unknown)}")
        with self._changed:
            result = handler(call.payload)
            self._changed.notify_all()
        return {"ok": True, "result": result}

    def _error_body(self, code: int, message: str, call: str) -> JSON:
        return {"ok": False, "error_code": code, "description": message}

    def _says(self, code: int) -> str:
        return "Quota exceeded" if code == self.options.quota else "scripted failure"

    def _error_status(self, refusal: Refusal) -> int:
        return refusal.status or (refusal.code if self.options.http_errors and 400 <= refusal.code <= 599 else 200)

    def _code_of(self, status: int) -> int:
        return status

    def _acknowledged(self, status: int | None) -> bool:
        return status is not None and 200 <= status < 300

    def _wire(self, event: Event, forge: str | None, attempt: int) -> tuple[bytes, dict[str, str]]:
        body = {"ok": True, "result": event.body} if self.options.push_envelope else event.body
        return dumped(body), self.secret_headers(forge)

    def secret_headers(self, forge: str | None = None) -> dict[str, str]:
        """The header that proves a webhook POST, or one of FORGERIES."""
        if forge not in {None, *FORGERIES}:
            raise ValueError(f"{forge!r} is none of {FORGERIES}")
        forged = {
            None: self.secret, "empty": "", "wrong": "x" * len(self.secret), "shorter": self.secret[:-1], "longer": f"{self.secret}x",
            "non_ascii": f"{self.secret}ữ", "other_header": self.secret,
        }  # fmt: skip
        name = "X-Telegram-Bot-Api-Secret-Token" if forge == "other_header" else SECRET_HEADER
        return {name: forged[forge]} if forge in forged else {}

    # --- updates ------------------------------------------------------------------------------

    async def _get_updates(self, payload: JSON) -> JSON:
        timeout = payload.get("timeout", 30)
        if isinstance(timeout, bool) or not re.fullmatch(r"\d{1,4}", str(timeout)):
            raise self._bad("timeout must be a number of seconds")
        if self.options.refuse_unknown_fields and (unknown := payload.keys() - {"timeout"}):
            raise self._bad(f"unknown fields {sorted(unknown)}")
        until = time.monotonic() + min(float(timeout), self.options.poll_limit)
        work = self._work
        assert work
        while True:
            with self._changed:
                if self.webhook_url:
                    raise Refusal(self.options.conflict, "Conflict: getUpdates is not available while a webhook is set")
                if self._queue:
                    event, _ = self._queue.pop(0)
                    return {"ok": True, "result": event.body} if self.options.poll_envelope else event.body
            left = until - time.monotonic()
            if left <= 0:
                raise Refusal(self.options.empty_poll, "Request timeout")
            with suppress(TimeoutError):
                await asyncio.wait_for(work.wait(), min(left, 0.05))  # the pusher may clear the event first

    def _set_webhook(self, payload: JSON) -> JSON:
        url, secret = self._string(payload, "url"), self._string(payload, "secret_token")
        parts = urlsplit(url)
        local = parts.hostname in LOOPBACK
        if not (parts.hostname and (parts.scheme == "https" or (local and self.options.loopback_webhooks))):
            raise self._bad("url must be https")
        if (local and not self.options.loopback_webhooks) or re.match(r"(10|192\.168|172\.(1[6-9]|2\d|3[01]))\.", parts.hostname or ""):
            raise self._bad("url must be a public address")
        if not SECRET_MIN <= len(secret) <= SECRET_MAX:
            raise self._bad(f"secret_token must have {SECRET_MIN} to {SECRET_MAX} characters")
        self.point_webhook(url, secret)
        return {"url": url, "updated_at": self._webhook_at, "verification": self.options.verification}

    def _delete_webhook(self, payload: JSON) -> JSON:
        self.unset_webhook()
        return self._webhook_info(payload)

    def _webhook_info(self, payload: JSON) -> JSON:
        return {"url": self.webhook_url, "updated_at": self._webhook_at}

    # --- messages -----------------------------------------------------------------------------

    def _get_me(self, payload: JSON) -> JSON:
        return {"id": self.token.split(":")[0], "account_name": self.account_name, "account_type": "BASIC", "can_join_groups": False}

    def _bad(self, what: str) -> Refusal:
        return Refusal(self.options.bad_request, f"Bad Request: {what}")

    def _string(self, payload: JSON, name: str) -> str:
        value = payload.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self._bad(f"{name} is required and must be a string")
        return value

    def _measured(self, payload: JSON, name: str, limit: int) -> str:
        text = self._string(payload, name)
        if (utf16(text) if self.options.utf16_limits else len(text)) > limit:
            raise self._bad(f"{name} must have 1 to {limit} characters")
        return text

    def _address(self, payload: JSON) -> str:
        chat_id = self._string(payload, "chat_id")
        if self.options.known_chats_only and chat_id not in self._chats:
            raise self._bad("chat not found")
        if chat_id in self._blocked:
            raise Refusal(self.options.blocked, "Forbidden: bot was blocked by the user")
        return chat_id

    def _link(self, payload: JSON, name: str) -> str:
        url = self._string(payload, name)
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
            raise self._bad(f"{name} must be a URL")
        return url

    def _record(self, method: str, payload: JSON, chat_id: str, kind: str, text: str = "") -> JSON:
        if self._quota is not None:
            if self._quota <= 0:
                raise Refusal(self.options.quota, "Quota exceeded")
            self._quota -= 1
        sent = Sent(method, json.loads(json.dumps(payload)), time.monotonic(), chat_id, self._message_id(), kind, text)
        self._sent.append(sent)
        return {"message_id": sent.message_id, "date": int(self.now() * 1000)}

    def _send_message(self, payload: JSON) -> JSON:
        text = self._measured(payload, "text", TEXT_MAX)
        mode, styles = payload.get("parse_mode"), payload.get("text_styles")
        if mode is not None and mode not in PARSE_MODES:
            raise self._bad(f"parse_mode must be one of {sorted(PARSE_MODES)}")
        if styles is not None and mode is None:
            self._check_styles(styles, utf16(text))
        return self._record("sendMessage", payload, self._address(payload), "text", text)

    def _check_styles(self, styles: Any, length: int) -> None:
        if not isinstance(styles, list) or not all(isinstance(style, dict) for style in styles):
            raise self._bad("text_styles must be a list of objects")
        for style in styles:
            # The names of the two fields are not documented in platforms.md; their unit is.
            begin, count = style.get("offset", style.get("start")), style.get("length", style.get("len"))
            if not isinstance(begin, int) or not isinstance(count, int) or begin < 0 or count < 1 or begin + count > length:
                raise self._bad("text_styles has a range outside the text")

    def _send_photo(self, payload: JSON) -> JSON:
        self._link(payload, "photo")
        caption = self._measured(payload, "caption", CAPTION_MAX) if "caption" in payload else ""
        return self._record("sendPhoto", payload, self._address(payload), "image", caption)

    def _send_sticker(self, payload: JSON) -> JSON:
        self._string(payload, "sticker")
        return self._record("sendSticker", payload, self._address(payload), "sticker")

    def _send_voice(self, payload: JSON) -> JSON:
        if not urlsplit(self._link(payload, self.options.voice_field)).path.endswith(".aac"):
            raise self._bad("a voice message must be an .aac file")
        chat_id = self._address(payload)
        if self._chats.get(chat_id) == "GROUP":
            raise self._bad("voice messages go to private chats only")
        return self._record("sendVoice", payload, chat_id, "voice")

    def _chat_action(self, payload: JSON) -> bool:
        if self._string(payload, "action") != "typing":
            raise self._bad("action must be typing")
        self._address(payload)
        return True
