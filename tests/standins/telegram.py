"""A loopback HTTP server that answers like the Telegram Bot API and refuses what the platform refuses."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from aiohttp import ClientSession, web

from tests.standins.telegram_bodies import UPLOAD_MAX, body_of, envelope, error_answer
from tests.standins.telegram_rules import (
    ACTIONS,
    CALLBACK_ANSWER_MAX,
    CAPTION_MAX,
    COMMANDS_MAX,
    DESCRIPTION_MAX,
    JSON,
    SHORT_DESCRIPTION_MAX,
    TEXT_MAX,
    Refusal,
    Unsupported,
    bad,
    command_entities,
    formatted,
    inline,
    text_body,
    utf16,
    validated,
)
from tests.standins.threaded import Threaded

DOWNLOAD_MAX = 20 * 2**20
POLL_TIMEOUT_MAX = 50
OPT_IN_UPDATES = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
TOKEN = re.compile(r"[1-9][0-9]*:[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Sent:
    """One accepted outgoing message or edit, with the message that the platform would show."""

    method: str
    payload: JSON
    time: float
    message: JSON

    @property
    def chat_id(self) -> int:
        return int(self.message["chat"]["id"])

    @property
    def text(self) -> str:
        """The text a reader sees, without markup."""
        return str(self.message.get("text", self.message.get("caption", "")))

    @property
    def buttons(self) -> list[JSON]:
        """All inline buttons in reading order."""
        rows = self.message.get("reply_markup", {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]


@dataclass
class Call:
    """One request as it came, with the HTTP status of its answer (0: connection closed without one)."""

    method: str
    payload: JSON
    time: float
    status: int | None = None
    description: str = ""


@dataclass
class _Queued:
    update: JSON
    forced: bool = False
    delivered: bool = False


@dataclass
class _Poll:
    event: asyncio.Event
    conflict: str = ""


@dataclass
class _Faults:
    failures: dict[str, list[Refusal]] = field(default_factory=dict)
    drops: dict[str, int] = field(default_factory=dict)
    delays: dict[str, float] = field(default_factory=dict)


class TelegramStandin(Threaded):
    """The server and the people who write to it; use as a context manager or with start() and stop()."""

    def __init__(self, token: str = "123456789:AAH-stand_in-token-of-the-tests-00000") -> None:
        super().__init__()
        self.token, self.base_url, self.username = token, "", "standin_bot"
        self.next_update_id = 100_000_001
        self.webhook_retry, self.webhook_timeout = 0.1, 5.0
        self.commands: dict[tuple[str, str], list[JSON]] = {}
        self.descriptions: dict[tuple[str, str], str] = {}
        self.answers: dict[str, JSON] = {}
        self.webhook_attempts: list[tuple[int, int | None]] = []
        self.filtered: list[JSON] = []
        self._sent: list[Sent] = []
        self._calls: list[Call] = []
        self._chats: dict[int, JSON] = {}
        self._topics: set[tuple[int, int]] = set()
        self._blocked: set[int] = set()
        self._messages: dict[tuple[int, int], JSON] = {}
        self._message_id = 0
        self._taps: set[str] = set()
        self._files: dict[str, tuple[bytes, str, int]] = {}
        self._history: dict[int, JSON] = {}
        self._queue: list[_Queued] = []
        self._holding = False
        self._allowed: list[str] = []
        self._webhook: JSON = {}
        self._poll: _Poll | None = None
        self._faults = _Faults()
        self._work: asyncio.Event | None = None
        self._methods: dict[str, tuple[str, Callable[[JSON], Any]]] = {
            name.lower(): (name, handler)
            for name, handler in {
                "getMe": self._get_me,
                "sendMessage": self._send_message,
                "sendDocument": self._send_document,
                "editMessageText": self._edit_text,
                "editMessageReplyMarkup": self._edit_markup,
                "deleteMessage": self._delete_message,
                "answerCallbackQuery": self._answer_callback,
                "sendChatAction": self._chat_action,
                "setMyCommands": self._set_commands,
                "getMyCommands": self._get_commands,
                "deleteMyCommands": self._delete_commands,
                "setMyDescription": self._set_description,
                "setMyShortDescription": self._set_short_description,
                "setWebhook": self._set_webhook,
                "deleteWebhook": self._delete_webhook,
                "getWebhookInfo": self._webhook_info,
                "getFile": self._get_file,
            }.items()
        }

    # --- life ---------------------------------------------------------------------------------

    def start(self) -> Self:
        """As every stand-in, with aiogram's methods loaded first."""
        import aiogram.methods  # noqa: F401  # seconds of import, better here than inside the first request

        return super().start()

    async def _serve(self, ready: threading.Event) -> None:
        from aiohttp import ClientSession, web

        self._loop, self._halt, self._work = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        app = web.Application(client_max_size=UPLOAD_MAX + 2**20)
        app.router.add_route("*", "/bot{token:[^/]*}/{method:[^/]*}", self._answer)
        app.router.add_get("/file/bot{token:[^/]*}/{path:.+}", self._download)
        app.router.add_route("*", "/{rest:.*}", self._nowhere)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with ClientSession() as session:
            pusher = asyncio.create_task(self._push_forever(session))
            ready.set()
            await self._halt.wait()
            with self._changed:
                self._end_poll("terminated by the end of the test")
            pusher.cancel()
            await asyncio.gather(pusher, return_exceptions=True)
        await runner.cleanup()

    # --- what a test reads --------------------------------------------------------------------

    @property
    def sent(self) -> list[Sent]:
        """Accepted messages, documents and edits in order."""
        with self._changed:
            return list(self._sent)

    @property
    def calls(self) -> list[Call]:
        """Every request with a known token, refused ones too, in order."""
        with self._changed:
            return list(self._calls)

    def calls_of(self, method: str) -> list[Call]:
        """The requests of one method."""
        return [call for call in self.calls if call.method == method]

    @property
    def pending(self) -> list[int]:
        """Ids of updates that the bot has not acknowledged."""
        with self._changed:
            return [entry.update["update_id"] for entry in self._queue]

    @property
    def unanswered_taps(self) -> list[str]:
        """Callback ids which the bot has not answered."""
        with self._changed:
            return sorted(self._taps - self.answers.keys())

    def message(self, chat_id: int, message_id: int) -> JSON:
        """The message as the chat shows it now; KeyError when there is none."""
        with self._changed:
            return dict(self._messages[chat_id, message_id])

    def wait_until(self, condition: Callable[[], bool], timeout: float = 5.0) -> None:
        """Wait until `condition` holds; TimeoutError with the last calls otherwise."""
        until = time.monotonic() + timeout
        with self._changed:
            # The short wait sees conditions that depend on more than this server.
            while not self._changed.wait_for(condition, 0.05):
                if time.monotonic() > until:
                    tail = [(call.method, call.status, call.description) for call in self._calls[-5:]]
                    raise TimeoutError(f"after {timeout} s: {len(self._sent)} sent, last calls {tail}")

    def wait_for(self, n: int, timeout: float = 5.0) -> list[Sent]:
        """Wait until `n` messages in all were accepted and return `sent`."""
        self.wait_until(lambda: len(self._sent) >= n, timeout)
        return self.sent

    def wait_for_calls(self, method: str, n: int, timeout: float = 5.0) -> list[Call]:
        """Wait until `method` was answered `n` times in all and return its calls."""
        self.wait_until(lambda: sum(c.method == method and c.status is not None for c in self._calls) >= n, timeout)
        return self.calls_of(method)

    # --- what people do -----------------------------------------------------------------------

    def add_chat(self, chat_id: int, kind: str | None = None, **fields: Any) -> JSON:
        """Make a chat known to the bot, as a user's first message does; returns the chat."""
        kind = kind or ("private" if chat_id > 0 else "supergroup")
        named: JSON = {"first_name": "Lan"} if kind == "private" else {"title": "Nhóm hỗ trợ"}
        with self._changed:
            return self._chats.setdefault(chat_id, {"id": chat_id, "type": kind, **named, **fields})

    def add_topic(self, chat_id: int, message_thread_id: int) -> None:
        """Open a topic in a group."""
        with self._changed:
            self.add_chat(chat_id)["is_forum"] = True
            self._topics.add((chat_id, message_thread_id))

    def delete_topic(self, chat_id: int, message_thread_id: int) -> None:
        """Delete a topic: sending into it is refused from now on."""
        with self._changed:
            self._topics.discard((chat_id, message_thread_id))

    def say(self, chat_id: int, text: str, *, user: JSON | None = None, **extra: Any) -> int:
        """Queue a user's text message; `user` changes the sender, `extra` the message. Returns the update id."""
        with self._changed:
            return self.push("message", self._from_user(chat_id, text, user, extra))

    def revise(self, chat_id: int, message_id: int, text: str) -> int:
        """Queue a user's edit of an own message; returns the update id."""
        with self._changed:
            changed = {"text": text, "entities": command_entities(text), "edit_date": int(time.time())}
            message = {**self._messages[chat_id, message_id], **changed}
            self._messages[chat_id, message_id] = message
            return self.push("edited_message", message)

    def tap(self, message: JSON | Sent, callback_data: str, *, user: JSON | None = None, forged: bool = False) -> int:
        """Queue the press of an inline button; ValueError when `message` has none such unless `forged`."""
        shown = message.message if isinstance(message, Sent) else message
        rows = shown.get("reply_markup", {}).get("inline_keyboard", [])
        if not forged and callback_data not in [button.get("callback_data") for row in rows for button in row]:
            raise ValueError(f"no button {callback_data!r} on message {shown['message_id']}")
        chat_id = shown["chat"]["id"]
        with self._changed:
            query: JSON = {
                "id": str(4_000_000_000 + self.next_update_id),
                "from": self._user(chat_id, user),
                "message": self._messages.get((chat_id, shown["message_id"]), shown),
                "chat_instance": str(chat_id),
                "data": callback_data,
            }
            self._taps.add(query["id"])
            return self.push("callback_query", query)

    def expire_taps(self) -> None:
        """All button presses so far become too old to answer."""
        with self._changed:
            self._taps.clear()

    def push(self, kind: str, payload: JSON) -> int:
        """Queue an update of any kind, also one nobody knows; returns its id."""
        with self._changed:
            update = {"update_id": self.next_update_id, kind: json.loads(json.dumps(payload))}
            self.next_update_id += 1
            self._history[update["update_id"]] = update
            if (kind not in self._allowed) if self._allowed else (kind in OPT_IN_UPDATES):
                self.filtered.append(update)
            elif not self._holding:
                self._queue.append(_Queued(update))
            self._wake()
            return int(update["update_id"])

    def update(self, update_id: int) -> JSON:
        """An update as it is delivered, for who carries it to the webhook."""
        with self._changed:
            return self._history[update_id]

    def redeliver(self, *update_ids: int) -> None:
        """Deliver updates once more, in this order, whatever the bot has acknowledged."""
        with self._changed:
            self._queue += [_Queued(self._history[update_id], forced=True) for update_id in update_ids]
            self._wake()

    def hold(self) -> None:
        """Keep new updates back, so that `release` can deliver them in any order."""
        with self._changed:
            self._holding = True

    def release(self, *update_ids: int) -> None:
        """Deliver held updates in the order given; an id given twice is delivered twice."""
        with self._changed:
            self._holding = False
            self.redeliver(*update_ids)

    def add_file(self, data: bytes, name: str = "tep.pdf", size: int | None = None) -> str:
        """Store a file that a user sent; `size` overrides the declared size. Returns the file id."""
        with self._changed:
            file_id = f"BQAC{len(self._files) + 1:08d}"
            self._files[file_id] = (data, name, len(data) if size is None else size)
            return file_id

    # --- what goes wrong ----------------------------------------------------------------------

    def fail_next(
        self, method: str, error_code: int, description: str | None = None, retry_after: int | None = None,
        times: int = 1, parameters: JSON | None = None,
    ) -> None:  # fmt: skip
        """Refuse the next `times` requests of `method` ("*": of any but getUpdates) without effect."""
        facts = dict(parameters or {})
        if retry_after is not None:
            facts["retry_after"] = retry_after
            description = description or f"Too Many Requests: retry after {retry_after}"
        refusal = Refusal(error_code, description or "scripted failure", facts or None)
        with self._changed:
            self._faults.failures.setdefault(method.lower(), []).extend([refusal] * times)

    def drop_after_send(self, method: str, times: int = 1) -> None:
        """Carry out the next `times` requests of `method`, then close the connection without an answer."""
        with self._changed:
            self._faults.drops[method.lower()] = times

    def delay(self, method: str, seconds: float) -> None:
        """Answer every request of `method` so much later, after its effect; 0 ends it."""
        with self._changed:
            self._faults.delays[method.lower()] = seconds

    def block(self, chat_id: int) -> None:
        """The user blocks the bot: everything sent there is refused with 403."""
        with self._changed:
            self._blocked.add(chat_id)

    def unblock(self, chat_id: int) -> None:
        """The user unblocks the bot."""
        with self._changed:
            self._blocked.discard(chat_id)

    # --- HTTP ---------------------------------------------------------------------------------

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        token, asked = request.match_info["token"], request.match_info["method"]
        if token != self.token:
            known_shape = TOKEN.fullmatch(token)
            return error_answer(Refusal(401, "Unauthorized") if known_shape else Refusal(404, "Not Found"))
        name, handler = self._methods.get(asked.lower(), (asked, None))
        call = Call("getUpdates" if asked.lower() == "getupdates" else name, {}, time.monotonic())
        with self._changed:
            self._calls.append(call)
            self._changed.notify_all()
        status = 0
        try:
            response = await self._carry_out(call, handler, request)
            await asyncio.sleep(self._faults.delays.get(call.method.lower(), 0))
            if not (response.status == 200 and self._dropped(call.method)):
                status = response.status
            elif request.transport:
                request.transport.abort()
            return response
        finally:  # also when the client went away while it waited
            with self._changed:
                call.status = status
                self._changed.notify_all()

    async def _carry_out(
        self, call: Call, handler: Callable[[JSON], Any] | None, request: web.Request
    ) -> web.StreamResponse:
        try:
            call.payload = await body_of(request)
            self._scripted(call.method)
            return envelope(await self._dispatch(call.method, handler, dict(call.payload)))
        except Refusal as refusal:
            call.description = refusal.description
            return error_answer(refusal)
        except Exception as error:
            self._crash = error
            return error_answer(Refusal(500, "Internal Server Error"))

    async def _dispatch(self, name: str, handler: Callable[[JSON], Any] | None, payload: JSON) -> Any:
        if name == "getUpdates":
            return await self._get_updates(validated(name, payload))
        if handler is None:
            raise self._unknown(name)
        files = {key: payload.pop(key) for key in [*payload] if isinstance(payload[key], tuple)}
        certificate = {"certificate": files.pop("certificate")} if "certificate" in files else {}
        direct = {key: f"attach://{key}" for key in files}
        with self._changed:
            result = handler({**validated(name, {**direct, **payload}), **certificate, "_files": files})
            self._changed.notify_all()
            return result

    def _unknown(self, name: str) -> Refusal:
        from aiogram import methods

        carried_by_platform = name.lower() in {known.lower() for known in methods.__all__}
        return Unsupported(f"the method {name}") if carried_by_platform else Refusal(404, "Not Found: method not found")

    def _scripted(self, method: str) -> None:
        with self._changed:
            for key in (method.lower(), "" if method == "getUpdates" else "*"):
                if self._faults.failures.get(key):
                    raise self._faults.failures[key].pop(0)

    def _dropped(self, method: str) -> bool:
        with self._changed:
            left = self._faults.drops.get(method.lower(), 0)
            self._faults.drops[method.lower()] = max(left - 1, 0)
            return left > 0

    async def _download(self, request: web.Request) -> web.StreamResponse:
        from aiohttp import web

        file_id = request.match_info["path"].split("/")[1:2]
        if request.match_info["token"] != self.token or not file_id or file_id[0] not in self._files:
            return error_answer(Refusal(404, "Not Found"))
        return web.Response(body=self._files[file_id[0]][0], content_type="application/octet-stream")

    async def _nowhere(self, request: web.Request) -> web.StreamResponse:
        return error_answer(Refusal(404, "Not Found"))

    # --- updates ------------------------------------------------------------------------------

    async def _get_updates(self, payload: JSON) -> list[JSON]:
        timeout = min(max(payload.get("timeout", 0), 0), POLL_TIMEOUT_MAX)
        limit = min(max(payload.get("limit", 100), 1), 100)
        poll = self._begin_poll(payload)
        until = time.monotonic() + timeout
        try:
            while True:
                with self._changed:
                    if poll.conflict:
                        raise Refusal(409, f"Conflict: {poll.conflict}")
                    batch = sorted(self._queue, key=lambda entry: not entry.forced)[:limit]
                    left = until - time.monotonic()
                    if batch or left <= 0:
                        for entry in batch:
                            entry.delivered = True
                        return [entry.update for entry in batch]
                    poll.event.clear()
                await _wait(poll.event, left)
        finally:
            with self._changed:
                if self._poll is poll:
                    self._poll = None

    def _begin_poll(self, payload: JSON) -> _Poll:
        with self._changed:
            if self._webhook:
                raise Refusal(
                    409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete "
                    "the webhook first",
                )  # fmt: skip
            self._end_poll("terminated by other getUpdates request; make sure that only one bot instance is running")
            if "allowed_updates" in payload:
                self._allowed = list(payload["allowed_updates"])
            offset = payload.get("offset", 0)
            if offset > 0:
                self._queue = [e for e in self._queue if not _acknowledged(e, offset)]
            elif offset < 0:
                self._queue = self._queue[offset:]
            self._poll = _Poll(asyncio.Event())
            self._changed.notify_all()
            return self._poll

    def _end_poll(self, reason: str) -> None:
        if self._poll:
            self._poll.conflict = reason
            self._poll.event.set()

    def _wake(self) -> None:
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._set_events)
        self._changed.notify_all()

    def _set_events(self) -> None:
        if self._poll:
            self._poll.event.set()
        if self._work:
            self._work.set()

    # --- webhook ------------------------------------------------------------------------------

    def _set_webhook(self, payload: JSON) -> bool:
        url, secret = str(payload["url"]), payload.get("secret_token")
        if not url:
            return self._delete_webhook(payload)
        parts = urlsplit(url)
        # Plain http is taken on loopback only: a test has no certificate.
        if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost"}:
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if parts.scheme == "https" and (parts.port or 443) not in {80, 88, 443, 8443}:
            raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise bad("secret token contains unallowed characters")
        if not 1 <= payload.get("max_connections", 40) <= 100:
            raise bad("max_connections must be between 1 and 100")
        self._end_poll("terminated by setWebhook request; make sure that only one bot instance is running")
        self._webhook = {key: value for key, value in payload.items() if not key.startswith("_")}
        self._allowed = list(payload.get("allowed_updates", self._allowed))
        return self._after_webhook_change(payload)

    def _delete_webhook(self, payload: JSON) -> bool:
        self._webhook = {}
        return self._after_webhook_change(payload)

    def _after_webhook_change(self, payload: JSON) -> bool:
        if payload.get("drop_pending_updates"):
            self._queue.clear()
        self._wake()
        return True

    def _webhook_info(self, payload: JSON) -> JSON:
        info: JSON = {
            "url": self._webhook.get("url", ""), "has_custom_certificate": "certificate" in self._webhook,
            "pending_update_count": len(self._queue),
        }  # fmt: skip
        if self._webhook:
            info["max_connections"] = self._webhook.get("max_connections", 40)
        if self._allowed:
            info["allowed_updates"] = self._allowed
        return info

    async def _push_forever(self, session: ClientSession) -> None:
        work = self._work
        assert work
        while True:
            with self._changed:
                hook = dict(self._webhook)
                batch = self._queue[: hook.get("max_connections", 40)] if hook else []
                work.clear()
            if not batch:
                await work.wait()
                continue
            done = await asyncio.gather(*(self._post(session, hook, entry) for entry in batch))
            if not all(done):
                await asyncio.sleep(self.webhook_retry)

    async def _post(self, session: ClientSession, hook: JSON, entry: _Queued) -> bool:
        from aiohttp import ClientError, ClientTimeout

        secret = hook.get("secret_token")
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        status: int | None = None
        try:
            timeout = ClientTimeout(total=self.webhook_timeout)
            async with session.post(hook["url"], json=entry.update, headers=headers, timeout=timeout) as answer:
                await answer.read()
                status = answer.status
        except (ClientError, TimeoutError):
            pass
        with self._changed:
            self.webhook_attempts.append((entry.update["update_id"], status))
            accepted = status is not None and 200 <= status < 300
            if accepted:
                self._queue = [kept for kept in self._queue if kept is not entry]
            self._changed.notify_all()
        return accepted

    # --- messages -----------------------------------------------------------------------------

    def _get_me(self, payload: JSON) -> JSON:
        return {
            **self._bot_user(), "can_join_groups": True, "can_read_all_group_messages": False,
            "supports_inline_queries": False, "can_connect_to_business": False, "has_main_web_app": False,
        }  # fmt: skip

    def _bot_user(self) -> JSON:
        return {"id": int(self.token.split(":")[0]), "is_bot": True, "first_name": "Bot", "username": self.username}

    def _user(self, chat_id: int, change: JSON | None) -> JSON:
        number = chat_id if chat_id > 0 else 7_000_000
        return {"id": number, "is_bot": False, "first_name": "Lan", "language_code": "vi", **(change or {})}

    def _from_user(self, chat_id: int, text: str, user: JSON | None, extra: JSON) -> JSON:
        if chat_id in self._blocked:
            raise ValueError(f"user {chat_id} has blocked the bot and cannot write to it")
        if not text.strip() or utf16(text) > TEXT_MAX:
            raise ValueError("a user's text has 1 to 4096 characters; a client splits longer ones")
        if "message_thread_id" in extra:
            self.add_topic(chat_id, extra["message_thread_id"])
        body: JSON = {"from": self._user(chat_id, user), "text": text}
        if entities := command_entities(text):
            body["entities"] = entities
        return self._store(self.add_chat(chat_id), {**body, **extra})

    def _store(self, chat: JSON, body: JSON) -> JSON:
        self._message_id += 1
        message = {"message_id": self._message_id, "date": int(time.time()), "chat": chat, **body}
        self._messages[chat["id"], self._message_id] = message
        return message

    def _chat(self, payload: JSON) -> JSON:
        given = payload.get("chat_id", "")
        if given == "":
            raise bad("chat_id is empty")
        if isinstance(given, str) and given.startswith("@"):
            named = [chat for chat in self._chats.values() if chat.get("username", "").lower() == given[1:].lower()]
            chat_id = named[0]["id"] if named else 0
        else:
            chat_id = int(given) if re.fullmatch(r"-?\d+", str(given)) else 0
        if chat_id not in self._chats:
            raise bad("chat not found")
        if chat_id in self._blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        thread = payload.get("message_thread_id")
        if thread and (chat_id, thread) not in self._topics:
            raise bad("message thread not found")
        return self._chats[chat_id]

    def _addressed(self, payload: JSON) -> tuple[JSON, JSON]:
        """Chat and extra fields of a new message: topic, answered message, inline keyboard."""
        chat, body = self._chat(payload), JSON()
        if payload.get("message_thread_id"):
            body |= {"message_thread_id": payload["message_thread_id"], "is_topic_message": True}
        reply = payload.get("reply_parameters") or {"message_id": payload.get("reply_to_message_id")}
        if reply.get("message_id"):
            answered = self._messages.get((chat["id"], reply["message_id"]))
            if answered:
                body["reply_to_message"] = {k: v for k, v in answered.items() if k != "reply_to_message"}
            elif not (reply.get("allow_sending_without_reply") or payload.get("allow_sending_without_reply")):
                raise bad("message to be replied not found")
        return chat, body | inline(payload)

    def _record(self, method: str, payload: JSON, message: JSON) -> JSON:
        kept = {key: value for key, value in payload.items() if not key.startswith("_")}
        self._sent.append(Sent(method, kept, time.monotonic(), json.loads(json.dumps(message))))
        return message

    def _send_message(self, payload: JSON) -> JSON:
        content = text_body(payload)
        chat, body = self._addressed(payload)
        message = self._store(chat, {"from": self._bot_user(), **content, **body})
        return self._record("sendMessage", payload, message)

    def _send_document(self, payload: JSON) -> JSON:
        caption, entities = formatted(
            payload, "caption", CAPTION_MAX, "caption_entities", "message caption is too long"
        )  # fmt: skip
        chat, body = self._addressed(payload)
        given = str(payload["document"])
        if given.startswith("attach://"):
            if given[9:] not in payload["_files"]:
                raise bad("there is no document in the request")
            name, data = payload["_files"][given[9:]]
            if not data:
                raise bad("file must be non-empty")
            given = self.add_file(data, name)
        if given not in self._files:
            raise bad("wrong file identifier/HTTP URL specified")
        _, name, size = self._files[given]
        document = {"file_id": given, "file_unique_id": f"u{given}", "file_name": name, "file_size": size}
        body = {"from": self._bot_user(), "document": document, **body}
        if caption:
            body |= {"caption": caption, **({"caption_entities": entities} if entities else {})}
        return self._record("sendDocument", payload, self._store(chat, body))

    def _own(self, payload: JSON) -> JSON:
        if payload.get("inline_message_id"):
            raise bad("MESSAGE_ID_INVALID")
        chat = self._chat(payload)
        if not payload.get("message_id"):
            raise bad("message identifier is not specified")
        message = self._messages.get((chat["id"], payload["message_id"]))
        if message is None:
            raise bad("message to edit not found")
        if message["from"]["id"] != self._bot_user()["id"]:
            raise bad("message can't be edited")
        return message

    def _edit_text(self, payload: JSON) -> JSON:
        if payload.get("rich_message"):
            raise Unsupported("rich_message")
        content = text_body(payload)
        old = self._own(payload)
        if "text" not in old:
            raise bad("there is no text in the message to edit")
        return self._replace("editMessageText", payload, old, content | inline(payload), {"entities", "reply_markup"})

    def _edit_markup(self, payload: JSON) -> JSON:
        old = self._own(payload)
        return self._replace("editMessageReplyMarkup", payload, old, inline(payload), {"reply_markup"})

    def _replace(self, method: str, payload: JSON, old: JSON, change: JSON, resets: set[str]) -> JSON:
        base = {key: value for key, value in old.items() if key not in resets}
        if {**base, **change} == old:
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly the same as a "
                "current content and reply markup of the message"
            )
        message = {**base, **change, "edit_date": int(time.time())}
        self._messages[message["chat"]["id"], message["message_id"]] = message
        return self._record(method, payload, message)

    def _delete_message(self, payload: JSON) -> bool:
        chat = self._chat(payload)
        if self._messages.pop((chat["id"], payload["message_id"]), None) is None:
            raise bad("message to delete not found")
        return True

    def _answer_callback(self, payload: JSON) -> bool:
        if utf16(payload.get("text") or "") > CALLBACK_ANSWER_MAX:
            raise bad("MESSAGE_TOO_LONG")
        if payload["callback_query_id"] not in self._taps:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        self.answers[payload["callback_query_id"]] = {k: v for k, v in payload.items() if not k.startswith("_")}
        return True

    def _chat_action(self, payload: JSON) -> bool:
        self._chat(payload)
        if payload["action"] not in ACTIONS:
            raise bad("wrong parameter action in request")
        return True

    # --- the bot's own settings ---------------------------------------------------------------

    def _scope(self, payload: JSON) -> tuple[str, str]:
        scope, language = payload.get("scope") or {"type": "default"}, payload.get("language_code") or ""
        if language and not re.fullmatch(r"[a-z]{2}", language):
            raise bad("LANG_CODE_INVALID")
        if "chat_id" in scope:
            self._chat(scope)
        return json.dumps(scope, sort_keys=True), language

    def _set_commands(self, payload: JSON) -> bool:
        commands: list[JSON] = payload["commands"]
        if len(commands) > COMMANDS_MAX:
            raise bad("BOT_COMMANDS_TOO_MUCH")
        for entry in commands:
            if not re.fullmatch(r"/?[a-z0-9_]{1,32}", entry["command"]):
                raise bad("BOT_COMMAND_INVALID")
            if not 1 <= utf16(entry["description"].strip()) <= 256:
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        cleaned = [{**entry, "command": entry["command"].removeprefix("/")} for entry in commands]
        self.commands[self._scope(payload)] = cleaned
        return True

    def _get_commands(self, payload: JSON) -> list[JSON]:
        return self.commands.get(self._scope(payload), [])

    def _delete_commands(self, payload: JSON) -> bool:
        self.commands.pop(self._scope(payload), None)
        return True

    def _set_description(self, payload: JSON) -> bool:
        return self._describe("description", payload, DESCRIPTION_MAX)

    def _set_short_description(self, payload: JSON) -> bool:
        return self._describe("short_description", payload, SHORT_DESCRIPTION_MAX)

    def _describe(self, kind: str, payload: JSON, limit: int) -> bool:
        text = payload.get(kind) or ""
        if utf16(text) > limit:
            raise bad(f"{kind} is too long")
        self.descriptions[kind, self._scope(payload)[1]] = text
        return True

    def _get_file(self, payload: JSON) -> JSON:
        file_id = payload["file_id"]
        if file_id not in self._files:
            raise bad("invalid file_id")
        _, _, size = self._files[file_id]
        if size > DOWNLOAD_MAX:
            raise bad("file is too big")
        path = f"documents/{file_id}"
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": size, "file_path": path}


def _acknowledged(entry: _Queued, offset: int) -> bool:
    if entry.forced:
        return entry.delivered
    return bool(entry.update["update_id"] < offset)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
