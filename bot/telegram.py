"""The Telegram channel: what comes is kept before Telegram is told so; replies go out within the platform's limits."""

import asyncio
import hmac
import logging
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, ClassVar, Final

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ChatType, ContentType
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteWebhook,
    GetFile,
    GetMe,
    GetWebhookInfo,
    SendChatAction,
    SendMessage,
    SetMyCommands,
    SetMyDescription,
    SetMyShortDescription,
    SetWebhook,
    TelegramMethod,
)
from aiogram.methods.base import Response, TelegramType
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReplyParameters,
    Update,
    User,
    WebhookInfo,
)
from aiogram.utils.token import TokenValidationError

from bot import telegram_texts as words
from bot.channels import Later, Progress, Undeliverable, whole
from bot.outflow import Outflow
from bot.split import split, units
from bot.telegram_pace import Pace
from bot.telegram_render import Buttons, Part, clean, numbered, parts
from handlers.message import Block, BlockKind, File, Incoming, Reply
from handlers.post import Event, Outgoing, Post, Work, incoming_payload, reply_payload
from handlers.texts import texts

CHANNEL: Final = "telegram"
FILE_MAX: Final = 20 * 2**20  # bytes; Telegram lets a bot fetch no larger file

UPDATES: Final = ["message", "edited_message", "callback_query", "my_chat_member"]
# What people send and the assistant cannot take; all else that is no text and no file is a notice of the platform and gets no answer.
SENT_BY_PEOPLE: Final = {
    ContentType.UNKNOWN, ContentType.STICKER, ContentType.VOICE, ContentType.AUDIO, ContentType.VIDEO, ContentType.VIDEO_NOTE, ContentType.ANIMATION,
    ContentType.LOCATION, ContentType.VENUE, ContentType.CONTACT, ContentType.POLL, ContentType.DICE, ContentType.STORY, ContentType.PAID_MEDIA,
    ContentType.CHECKLIST, ContentType.GAME, ContentType.LIVE_PHOTO,
}  # fmt: skip
_PROOF: Final = "x-telegram-bot-api-secret-token"
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)
# A link t.me/<bot>?start=… to a document, or to the report dialogue from the page of a desk; links to a provision the conversation reads itself.
_LINK: Final = re.compile(r"/(?:start|batdau)(?:@\w+)?\s+(?=[\w-]{1,64}$)(?:d-(?P<document>[a-z0-9-]+)|q-[\w-]+)", re.ASCII | re.IGNORECASE)
FINAL: Final = (
    TelegramUnauthorizedError, TelegramNotFound, TelegramForbiddenError, TelegramBadRequest, TelegramConflictError,
    TelegramMigrateToChat, TelegramEntityTooLarge,
)  # fmt: skip

_QUOTED: Final = 1000  # characters of a message that is replied to
log: Final = logging.getLogger(__name__)


class _Session(AiohttpSession):
    """aiogram's session whose errors never carry the token; what cannot be read counts as a network failure."""

    def __init__(self, token: str, **options: Any) -> None:
        super().__init__(**options)
        self._secret = token.partition(":")[2]
        self.ended = False
        # pydantic forgets a model that nobody holds, and would build it anew for each answer: 5 % of the time of a busy service
        self._models: dict[type, object] = {}

    async def create_session(self) -> Any:
        if self.ended:  # nobody would close it again
            raise ConnectionError
        return await super().create_session()

    async def end(self) -> None:
        """Close the connections and open no others."""
        self.ended = True
        await self.close()

    async def make_request(self, bot: Bot, method: TelegramMethod[TelegramType], timeout: int | None = None) -> TelegramType:  # noqa: ASYNC109
        if type(method) not in self._models:
            self._models[type(method)] = Response[method.__returning__]  # type: ignore[name-defined]
        try:
            return await super().make_request(bot, method, timeout)
        except ClientDecodeError:
            failure: AiogramError = TelegramNetworkError(method, "unreadable answer")
        except TelegramAPIError as error:
            error.message = error.message.replace(self._secret, "***")
            failure = error
        except Exception as error:  # whatever goes wrong below, its text may hold the address, and that the token
            failure = TelegramNetworkError(method, type(error).__name__)
        raise failure.with_traceback(None) from None


class _GetUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates whose items are read one by one, so that one which cannot be read holds up no other."""

    __returning__: ClassVar[Any] = list[dict[str, Any]]
    __api_method__: ClassVar[str] = "getUpdates"

    offset: int | None = None
    timeout: int | None = None
    allowed_updates: list[str] | None = None


@dataclass(frozen=True)
class _Place:
    """Where an answer goes; `reply_to` and `thread` are used in groups."""

    chat: int
    person: str
    language: str | None = None
    thread: int | None = None
    reply_to: int | None = None

    @classmethod
    def of(cls, person: str, kept: Mapping[str, Any]) -> "_Place":
        """The place of a kept message; of news, or of what was carried here from another chat, the person's own chat."""
        chat = int(person.partition(":")[0])
        here = kept if kept.get("chat") == chat else {}
        return cls(chat, person, here.get("language"), here.get("thread"), here.get("reply_to"))

    @property
    def group(self) -> bool:
        """True where others read along."""
        return ":" in self.person

    def kept(self) -> dict[str, Any]:
        """What is kept of it beside a message."""
        known = {"chat": self.chat, "language": self.language, "thread": self.thread, "reply_to": self.reply_to}
        return {name: value for name, value in known.items() if value is not None}


@dataclass(frozen=True)
class _News:
    """What one update brings: a message, a sentence to answer with at once, a person who is back, a tap to acknowledge."""

    event: Event | None = None
    says: Outgoing | None = None
    back: str = ""
    query: str = ""
    told: str | None = None  # shown over the tapped button


class NotKnownYet(Exception):
    """The name of the bot is not known yet, so nobody can tell whether a group speaks to it: let it come again."""


class _Caller:
    """Calls Telegram: waits as long as it is told to, and tries again what failed on the way."""

    def __init__(self, bot: Bot, pace: Pace) -> None:
        self._bot, self._pace = bot, pace

    async def __call__(self, method: TelegramMethod[TelegramType], tries: int | None = None, within: int | None = None) -> TelegramType:
        """The result of `method`; raises what a repetition cannot mend, and the last failure after `tries`."""
        attempt = 0
        while True:
            try:
                return await self._bot(method, request_timeout=within)
            except TelegramRetryAfter as flood:
                log.warning(words.FLOOD, flood.retry_after, method.__api_method__)
                await asyncio.sleep(flood.retry_after)
            except FINAL:
                raise
            except TelegramAPIError as error:
                attempt += 1
                if attempt == tries:
                    raise
                wait = self._pace.after(attempt)
                # Spread the lines of a long outage: after 1, 2, 4, 8 … failures.
                log.log(logging.DEBUG if attempt & (attempt - 1) else logging.WARNING, words.UNREACHABLE, method.__api_method__, attempt, wait, error.message)
                await asyncio.sleep(wait)


class TelegramChannel:
    """bot.channels.Channel for one bot, and its intake. Nothing that must not be lost is held here.

    `nudge` is told when something was kept. `run` closes the connections at its end, and nothing is sent any more: end the worker before it.
    With `webhook`, the public https address of this service, Telegram pushes to <webhook>/hook/telegram (bot.hooks) and proves itself by `secret`;
    a secret that is none raises ValueError. Without it `run` fetches. `outflow` is the rate of what is sent.
    """

    def __init__(
        self, token: str, api: str, post: Post, nudge: Callable[[], None], name: str, pace: Pace | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC), *, webhook: str = "", secret: str = "", outflow: Outflow | None = None,
    ) -> None:  # fmt: skip
        if webhook and not _SECRET.fullmatch(secret):
            raise ValueError(words.NOT_GUARDED)
        self._webhook, self._secret = (f"{webhook.rstrip('/')}/hook/telegram", secret) if webhook else ("", "")
        self._token, self._post, self._nudge, self._name, self._now = token, post, nudge, name, now
        self._pace, self._outflow = pace or Pace(), outflow or Outflow()
        self._session = _Session(token, api=TelegramAPIServer.from_base(api), timeout=self._pace.request)
        self._buttons = Buttons(token)
        self._beside: set[asyncio.Task[None]] = set()
        self._sending, self._sent = 0, asyncio.Event()  # how many sends are under way; set when none is
        self._sent.set()
        self._closed = 0.0  # how long others wait once the channel has ended
        self._me = User(id=0, is_bot=True, first_name=name)

    @cached_property
    def _bot(self) -> Bot:
        return Bot(self._token, self._session)  # refuses a token that has not even the shape of one

    @cached_property
    def _call(self) -> _Caller:
        return _Caller(self._bot, self._pace)

    async def run(self) -> None:
        """Fetch what comes, or have it pushed, until cancelled; return, with one line in the log, when Telegram refuses the token."""
        try:
            self._me = await self._call(GetMe())
            if not self._webhook:
                await self._call(DeleteWebhook(drop_pending_updates=False))
            self._spawn(self._introduce())
            log.info(words.READY, self._me.username)
            await (self._be_pushed() if self._webhook else self._fetch_forever())
        except (TokenValidationError, TelegramUnauthorizedError, TelegramNotFound):
            log.error(words.NOT_TAKEN)
            self._closed = self._pace.refused
        finally:
            await self._close()

    async def check(self) -> list[tuple[bool, str]]:
        """Whether Telegram takes the token and reaches the webhook, in sentences for the operator."""
        try:
            me = await self._call(GetMe(), tries=2)
            found = [(True, f"mã đúng, bot @{me.username}.")]
            info = await self._call(GetWebhookInfo(), tries=2)
            if self._webhook and info.url != self._webhook:
                found.append((False, "webhook chưa trỏ về dịch vụ này; chạy bot run để đặt."))
            elif info.last_error_message:
                found.append((False, f"webhook báo lỗi: {info.last_error_message}"))
            elif self._webhook:
                found.append((True, f"webhook đúng địa chỉ, {info.pending_update_count} tin đang chờ."))
            return found
        except (TokenValidationError, TelegramUnauthorizedError, TelegramNotFound):
            return [(False, "mã không đúng hoặc đã bị thu hồi.")]
        except TelegramAPIError as error:
            return [(False, f"không gọi được máy chủ Telegram ({type(error).__name__}).")]
        finally:
            await self._close()

    async def _close(self) -> None:
        """Begin nothing more; what is being sent may have arrived already, so its end is waited for."""
        self._closed = self._closed or self._pace.retry_first
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(self._pace.drain):
                await self._sent.wait()
        await self._session.end()

    async def _introduce(self) -> None:
        calls: list[TelegramMethod[bool]] = [SetMyDescription(description=words.description(self._name))]
        calls.append(SetMyShortDescription(short_description=words.short_description(self._name)))
        for language, code in (("vi", None), ("vi", "vi"), ("en", "en")):
            commands = [BotCommand(command=command, description=said) for command, said in words.COMMANDS[language]]
            for_groups = [command for command in commands if command.command in words.IN_GROUPS]
            calls.append(SetMyCommands(commands=commands, scope=BotCommandScopeAllPrivateChats(), language_code=code))
            calls.append(SetMyCommands(commands=for_groups, scope=BotCommandScopeAllGroupChats(), language_code=code))
        for call in calls:
            try:
                await self._call(call, tries=self._pace.side_tries)
            except TelegramAPIError as error:
                log.warning(words.NOT_SET, call.__api_method__, error.message)

    # --- what comes in ------------------------------------------------------------------------------

    def genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """True for a push that bears the secret which only Telegram was told."""
        given = headers.get(_PROOF, "").encode("utf-8", "replace")
        return bool(self._secret) and hmac.compare_digest(given, self._secret.encode())

    async def take(self, raw: Mapping[str, Any]) -> bool:
        """Keep what one update brings and answer a tap; False where it was kept before or brings nothing.

        Raises what the database raises: then the update is not kept, and Telegram must be let send it again.
        NotKnownYet for what a group says before `run` has asked for the bot's name.
        """
        return await whole(self._take_all([raw]))

    async def _be_pushed(self) -> None:
        """Have Telegram push what comes, and look now and then whether it still does."""
        wanted, trouble = True, None
        while True:
            try:
                if wanted:
                    call = SetWebhook(url=self._webhook, secret_token=self._secret, allowed_updates=UPDATES, max_connections=40, drop_pending_updates=False)
                    await self._call(call)
                    wanted = False
                    log.info(words.PUSHED)
                await asyncio.sleep(self._pace.webhook)
                found = await self._call(GetWebhookInfo())
            except (TelegramUnauthorizedError, TelegramNotFound):
                raise
            except FINAL as refused:  # an address that Telegram does not take, or does not yet
                log.error(words.NOT_PUSHED, self._clean(refused.message), self._pace.conflict)
                await asyncio.sleep(self._pace.conflict)
                continue
            if found.url != self._webhook or set(found.allowed_updates or UPDATES) != set(UPDATES):
                log.warning(words.PUSH_LOST)
                wanted = True
            elif found.last_error_date != trouble:
                trouble = found.last_error_date
                self._tell(found)

    def _tell(self, found: WebhookInfo) -> None:
        if found.last_error_date is not None:
            log.warning(words.PUSH_TROUBLE, found.last_error_date, found.pending_update_count, self._clean(found.last_error_message or "?"))

    def _clean(self, told: str) -> str:
        """What Telegram says, on one line and without the secrets."""
        for secret in (self._token.partition(":")[2], self._secret):
            told = told.replace(secret, "***") if secret else told
        return " ".join(told.split())[:300]

    async def _fetch_forever(self) -> None:
        offset, failures = None, 0
        while True:
            asked = _GetUpdates(offset=offset, timeout=self._pace.poll, allowed_updates=UPDATES)
            try:
                updates = await self._call(asked, within=self._pace.poll + self._pace.request)
            except TelegramConflictError as conflict:
                await self._yield_to_other(conflict)
                continue
            except TelegramBadRequest as refused:
                log.error(words.UNREACHABLE, "getUpdates", 1, self._pace.conflict, refused.message)
                await asyncio.sleep(self._pace.conflict)
                continue
            try:
                await whole(self._take_all(updates))
            except Exception as error:  # whatever ails the database: Telegram keeps them and gives them again
                failures += 1
                wait = self._pace.after(failures)
                log.log(logging.DEBUG if failures & (failures - 1) else logging.ERROR, words.NOT_KEPT, len(updates), failures, wait, type(error).__name__)
                await asyncio.sleep(wait)
                continue
            failures = 0
            for update in updates:
                offset = int(update["update_id"]) + 1

    async def _yield_to_other(self, conflict: TelegramConflictError) -> None:
        if "webhook" in conflict.message and "active" in conflict.message:
            await self._call(DeleteWebhook(drop_pending_updates=False))
            return
        log.error(words.CONFLICT, self._pace.conflict)
        await asyncio.sleep(self._pace.conflict)

    async def _take_all(self, updates: Sequence[Mapping[str, Any]]) -> bool:
        """Keep what `updates` bring, all of it or nothing."""
        news = [one for raw in updates if (one := self._read(raw)) is not None]
        if not news:
            return False
        async with self._post.work(first=True) as work:
            kept = [await self._keep(one, work) for one in news]
        for one in news:
            if one.query and not self._closed:
                self._spawn(self._acknowledge(one.query, one.told))
        if any(kept):
            self._nudge()
        return any(kept)

    async def _keep(self, news: _News, work: Work) -> bool:
        if news.back:
            return await work.outbox.release(CHANNEL, news.back) > 0
        if news.says is not None:
            return await work.outbox.add(news.says, self._now())
        event, most = news.event, self._pace.each_chat
        if event is None:
            return False
        waiting = await work.inbox.waiting(CHANNEL, event.person)
        if waiting and await self._waits_already(event, work):
            return False
        if waiting >= most and await work.inbox.find(CHANNEL, event.event_id) is None:
            place = _Place.of(event.person, event.payload["place"])
            minute = int(self._now().timestamp() // 60)
            await work.outbox.add(_saying(place, words.too_many(most), f"full:{event.person}:{minute}"), self._now())
            return False
        return await work.inbox.put(event) is not None

    async def _waits_already(self, event: Event, work: Work) -> bool:
        """True for an impatient second tap: the same button of the same message was tapped, and has no answer yet."""
        tapped = event.payload["place"].get("tapped")
        if tapped is None:
            return False
        asked = [turn.asked or {} for turn in await work.threads.of(CHANNEL, event.person, self._pace.each_chat) if turn.waiting]
        return any(one.get("choice") == event.payload["choice"] and one.get("place", {}).get("tapped") == tapped for one in asked)

    def _read(self, raw: Mapping[str, Any]) -> _News | None:
        """What one update brings; None where it is not for the assistant or cannot be read, for it must not hold up the others."""
        number = raw.get("update_id")
        try:
            update = Update.model_validate(raw)
            if update.message:
                return self._message(update.message, update.update_id)
            if update.edited_message:
                return self._edited(update.edited_message, update.update_id)
            if update.callback_query:
                return self._tap(update.callback_query, update.update_id)
        except NotKnownYet:
            raise
        except Exception as error:
            log.warning(words.UNREAD_UPDATE, number, type(error).__name__)
            return None
        if (change := update.my_chat_member) and change.chat.type == ChatType.PRIVATE and change.new_chat_member.status != "kicked":
            return _News(back=str(change.chat.id))
        return None

    def _message(self, message: Message, number: int) -> _News | None:
        place, files = self._place(message), _files(message)
        if place is None:
            return None
        if message.text is not None or files:
            text = message.text or message.caption or ""
            text = re.sub(rf"@{self._me.username}\b", " ", text, flags=re.IGNORECASE) if place.group else text
            quoted = message.reply_to_message
            own = quoted is not None and quoted.from_user is not None and quoted.from_user.id == self._me.id
            incoming = Incoming(
                CHANNEL, place.person, text.strip(), message=str(message.message_id), group=place.group, files=files,
                quoted=(quoted.text or "")[:_QUOTED] if quoted is not None and own else "",
            )  # fmt: skip
            if (linked := _LINK.fullmatch(incoming.text)) and not files:
                document = linked["document"]
                incoming = replace(incoming, text="", choice=f"d:{document.lower()}" if document else "r:")
            return _News(_event(f"u{number}", incoming, place.kept(), message.date))
        if message.content_type in SENT_BY_PEOPLE:
            album = f"album:{message.media_group_id}" if message.media_group_id else number
            return _News(says=_saying(place, words.unreadable(message.content_type), album))
        return None

    def _edited(self, message: Message, number: int) -> _News | None:
        """New words of a message that was sent before. In a group nothing can be corrected that way, so they are no message there."""
        place, text = self._place(message), message.text or message.caption
        if place is None or place.group or text is None:
            return None
        incoming = Incoming(CHANNEL, place.person, text.strip(), message=str(message.message_id), edits=True)
        return _News(_event(f"e{number}", incoming, place.kept(), self._now()))

    def _place(self, message: Message) -> _Place | None:
        """Where to answer `message`; None when it is not for the assistant."""
        sender, chat = message.from_user, message.chat
        if chat.type == ChatType.PRIVATE:
            return _Place(chat.id, str(chat.id), sender.language_code if sender else None)
        if not self._me.username:
            raise NotKnownYet
        if chat.type == ChatType.CHANNEL or sender is None or not self._addressed(message):
            return None
        if sender.is_bot and message.sender_chat is None:  # bots that talk to each other never stop
            return None
        who = message.sender_chat.id if message.sender_chat else sender.id
        thread = message.message_thread_id if message.is_topic_message else None
        return _Place(chat.id, f"{chat.id}:{who}", sender.language_code, thread, message.message_id)

    def _addressed(self, message: Message) -> bool:
        """In a group: by a command, by name, or by a reply to the assistant."""
        text, entities = message.text or message.caption or "", message.entities or message.caption_entities or []
        own = f"@{self._me.username}".lower()
        for entity in entities:
            said = entity.extract_from(text).lower()
            if entity.type == "bot_command" and entity.offset == 0:
                command, _, other = said[1:].partition("@")
                return f"@{other}" == own if other else command in words.KNOWN
            if (entity.type == "mention" and said == own) or (entity.user is not None and entity.user.id == self._me.id):
                return True
        answered = message.reply_to_message
        return answered is not None and answered.from_user is not None and answered.from_user.id == self._me.id

    def _tap(self, query: CallbackQuery, number: int) -> _News:
        message, language = query.message, query.from_user.language_code
        if message is None:
            return _News(query=query.id, told=words.both(language, words.stale()))
        chat, group = message.chat, message.chat.type != ChatType.PRIVATE
        person = f"{chat.id}:{query.from_user.id}" if group else str(chat.id)
        thread = message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None
        place = _Place(chat.id, person, language, thread, message.message_id if group else None)
        token = self._buttons.token(person, query.data or "")
        if token is None:
            told = words.both(language, words.not_yours() if group else words.stale())
            return _News(says=None if group else _saying(place, words.stale(), number), query=query.id, told=told)
        incoming = Incoming(CHANNEL, person, choice=token, group=group)
        return _News(_event(f"u{number}", incoming, {**place.kept(), "tapped": message.message_id}, self._now()), query=query.id)

    async def _acknowledge(self, query_id: str, said: str | None) -> None:
        # After 15 s or so Telegram takes it no more; then nobody waits for it either.
        with suppress(TelegramAPIError):
            await self._call(AnswerCallbackQuery(callback_query_id=query_id, text=said[:200] if said else None), tries=3)

    # --- what goes out ------------------------------------------------------------------------------

    async def send(self, person: str, reply: Reply, place: Mapping[str, Any], skip: int, sent: Progress) -> str:
        """Send the messages of `reply` from the one behind `skip` on, in order; in a group, say who speaks."""
        if self._closed:
            raise Later(self._closed, "the channel has ended")
        self._sending += 1
        self._sent.clear()
        try:
            return await self._send_all(person, reply, place, skip, sent)
        finally:
            self._sending -= 1
            if not self._sending:
                self._sent.set()

    async def _send_all(self, person: str, reply: Reply, place: Mapping[str, Any], skip: int, sent: Progress) -> str:
        here = _Place.of(person, place)
        messages = parts(reply, texts("vi").automatic() if here.group else "") or [Part(texts("vi").trouble())]
        rows = self._buttons.rows(person, reply.choices)
        keyboard = [[InlineKeyboardButton(text=b.label, callback_data=b.data) for b in row] for row in rows]
        platform_id, begun = "", asyncio.get_running_loop().time()
        for number, part in list(enumerate(messages, 1))[skip:]:
            if platform_id and (self._closed or asyncio.get_running_loop().time() - begun > self._pace.send_most):
                raise Later(self._closed, "the rest of a long reply")  # within the worker's claim; what was sent is not sent again
            markup = InlineKeyboardMarkup(inline_keyboard=keyboard) if number == len(messages) and keyboard else None
            platform_id = await self._send(here if number == 1 else replace(here, reply_to=None), _variants(part, markup, reply))
            if number < len(messages):
                await sent(number)
        return platform_id

    @asynccontextmanager
    async def busy(self, place: Mapping[str, Any]) -> AsyncIterator[None]:
        """Show "typing" while an answer takes its time."""
        task = asyncio.create_task(self._typing(place["chat"], place.get("thread"))) if "chat" in place else None
        try:
            yield
        finally:
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def fetch(self, file: File) -> File:
        """`file` with its content, at most 20 MB of it and within a time limit."""
        if file.size > FILE_MAX:
            return replace(file, trouble="too_large")
        try:
            async with asyncio.timeout(self._pace.fetch):
                content = await self._download(file.remote)
        except Exception as error:  # its text may hold the address, and that the token
            log.warning(words.NOT_FETCHED, type(error).__name__)
            too_large = isinstance(error, TelegramBadRequest) and "too big" in error.message
            return replace(file, trouble="too_large" if too_large else "gone")
        return replace(file, trouble="too_large") if len(content) > FILE_MAX else replace(file, content=bytes(content))

    async def _download(self, file_id: str) -> bytearray:
        """The content of a file; of one that is too large, a little more than may be."""
        found = await self._call(GetFile(file_id=file_id), tries=self._pace.fetch_tries)
        address = self._session.api.file_url(self._token, found.file_path or "")
        content = bytearray()
        async with aclosing(self._session.stream_content(address, timeout=self._pace.fetch)) as chunks:
            async for chunk in chunks:
                content += chunk
                if len(content) > FILE_MAX:
                    break
        return content

    async def _typing(self, chat: int, thread: int | None) -> None:
        await asyncio.sleep(self._pace.typing_after)
        while True:
            with suppress(TelegramAPIError):
                await self._bot(SendChatAction(chat_id=chat, action="typing", message_thread_id=thread), request_timeout=5)
            await asyncio.sleep(self._pace.typing_every)

    async def _send(self, place: _Place, variants: list[SendMessage]) -> str:
        """Send the first of `variants` that Telegram takes, and return its id."""
        refusal = ""
        for variant in variants:
            try:
                return await self._send_one(place, variant)
            except TelegramForbiddenError as refused:
                raise Undeliverable(refused.message) from None
            except TelegramRetryAfter as flood:
                raise Later(flood.retry_after, flood.message) from None
            except TelegramBadRequest as refused:
                log.warning(words.REFUSED, refused.message)
                refusal = refused.message
                if "too long" in refusal.lower() and (half := units(variant.text) // 2) > 100:
                    return [await self._send(place, [SendMessage(chat_id=0, text=text)]) for text in split(variant.text, half)][-1]
        log.error(words.LOST, refusal)
        raise Undeliverable(f"refused: {refusal}")

    async def _send_one(self, place: _Place, variant: SendMessage) -> str:
        answered = ReplyParameters(message_id=place.reply_to, allow_sending_without_reply=True) if place.reply_to else None
        where = {"chat_id": place.chat, "message_thread_id": place.thread, "reply_parameters": answered}
        addressed = variant.model_copy(update={**where, "link_preview_options": LinkPreviewOptions(is_disabled=True)})
        await self._turn(place.chat)
        try:
            return str((await self._bot(addressed)).message_id)
        except TelegramMigrateToChat as moved:
            return await self._send_one(replace(place, chat=moved.migrate_to_chat_id, reply_to=None), variant)
        except TelegramBadRequest as refused:
            if place.thread is None or "thread not found" not in refused.message:
                raise
            return await self._send_one(replace(place, thread=None), variant)

    async def _turn(self, chat: int) -> None:
        """Wait for the turn of `chat`; raise Later where that is long, so that others are sent to meanwhile."""
        group = chat < 0
        if (wait := self._outflow.due(chat, group)) > self._pace.turn_most:
            raise Later(wait, "the limit of this chat")
        await self._outflow.turn(chat, group)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)


def _event(event_id: str, incoming: Incoming, place: Mapping[str, Any], received_at: datetime) -> Event:
    return Event(CHANNEL, event_id, incoming.person, incoming_payload(incoming, place), received_at)


def _saying(place: _Place, sentence: tuple[str, str], dedupe: str | int) -> Outgoing:
    """A sentence of the channel itself, kept once for each `dedupe`."""
    reply = Reply((Block(BlockKind.LEAD, words.both(place.language, sentence)),))
    return Outgoing(CHANNEL, place.person, f"tg:{dedupe}", reply_payload(reply, place.kept()))


def _files(message: Message) -> tuple[File, ...]:
    """The photo, in its largest size, or the document that a message carries."""
    if message.content_type == ContentType.PHOTO and message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return (File(f"anh-{message.message_id}.jpg", largest.file_size or 0, remote=largest.file_id),)
    if message.content_type == ContentType.DOCUMENT and (document := message.document):
        return (File(document.file_name or f"tep-{message.message_id}", document.file_size or 0, remote=document.file_id),)
    return ()


def _variants(part: Part, markup: InlineKeyboardMarkup | None, reply: Reply) -> list[SendMessage]:
    """The message as it is meant, without styles, and without buttons but with the choices in words."""
    entities = [MessageEntity(type=span.style, offset=span.offset, length=span.length) for span in part.spans]
    meant = SendMessage(chat_id=0, text=part.text, entities=entities or None, reply_markup=markup)
    variants = [meant]
    if entities:
        variants.append(SendMessage(chat_id=0, text=part.text, reply_markup=markup))
    if markup:
        listed = clean(numbered(reply.choices))
        variants.append(SendMessage(chat_id=0, text=part.text if listed in part.text else f"{part.text}\n\n{listed}"))
    return variants
