"""The Telegram channel: long polling, each chat in its order, within the platform's limits."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
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
    GetMe,
    SendChatAction,
    SendMessage,
    SetMyCommands,
    SetMyDescription,
    SetMyShortDescription,
    TelegramMethod,
)
from aiogram.methods.base import TelegramType
from aiogram.types import (
    BotCommand,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReplyParameters,
    Update,
    User,
)
from aiogram.utils.token import TokenValidationError
from pydantic import ValidationError

from bot import telegram_texts as words
from bot.lanes import Lanes, Seen
from bot.split import split, units
from bot.telegram_pace import Pace
from bot.telegram_render import Buttons, Part, clean, numbered, parts
from handlers.message import Block, BlockKind, Conversation, Incoming, Reply
from handlers.texts import texts

UPDATES: Final = ["message", "edited_message", "callback_query", "my_chat_member"]
# What people send; everything else that is no text is a notice of the platform and gets no answer.
SENT_BY_PEOPLE: Final = {
    ContentType.UNKNOWN, ContentType.PHOTO, ContentType.STICKER, ContentType.VOICE, ContentType.AUDIO, ContentType.VIDEO, ContentType.VIDEO_NOTE,
    ContentType.ANIMATION, ContentType.DOCUMENT, ContentType.LOCATION, ContentType.VENUE, ContentType.CONTACT, ContentType.POLL, ContentType.DICE,
    ContentType.STORY, ContentType.PAID_MEDIA, ContentType.CHECKLIST, ContentType.GAME, ContentType.LIVE_PHOTO,
}  # fmt: skip
FINAL: Final = (
    TelegramUnauthorizedError, TelegramNotFound, TelegramForbiddenError, TelegramBadRequest, TelegramConflictError,
    TelegramMigrateToChat, TelegramEntityTooLarge,
)  # fmt: skip

log: Final = logging.getLogger(__name__)


async def poll(token: str, api: str, talk: Conversation, name: str, *, pace: Pace | None = None) -> None:
    """Answer on Telegram until cancelled; return, with one line in the log, when Telegram refuses the token."""
    pace = pace or Pace()
    try:
        session = _Session(token, api=TelegramAPIServer.from_base(api), timeout=pace.request)
        async with Bot(token, session) as bot:
            await _Channel(bot, talk, name, pace).run()
    except (TokenValidationError, TelegramUnauthorizedError, TelegramNotFound):
        log.error(words.NOT_TAKEN)


class _Session(AiohttpSession):
    """aiogram's session whose errors never carry the token; what cannot be read counts as a network failure."""

    def __init__(self, token: str, **options: Any) -> None:
        super().__init__(**options)
        self._secret = token.partition(":")[2]

    async def make_request(self, bot: Bot, method: TelegramMethod[TelegramType], timeout: int | None = None) -> TelegramType:  # noqa: ASYNC109
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
    group: bool = False
    thread: int | None = None
    reply_to: int | None = None


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


class _Channel:
    """One bot's conversations. What waits here is lost when the process is killed; intake into a table comes with reports."""

    def __init__(self, bot: Bot, talk: Conversation, name: str, pace: Pace) -> None:
        self._bot, self._talk, self._name, self._pace = bot, talk, name, pace
        self._call = _Caller(bot, pace)
        self._buttons = Buttons(bot.token)
        self._lanes = Lanes(pace.each_chat, pace.all_chats)
        self._slots = asyncio.Semaphore(pace.answers)
        self._seen, self._albums = Seen(pace.remembered), Seen(1000)
        self._tapped: set[Hashable] = set()
        self._blocked: set[int] = set()
        self._full: set[int] = set()
        self._beside: set[asyncio.Task[None]] = set()
        self._me = User(id=bot.id, is_bot=True, first_name=name)

    async def run(self) -> None:
        """Fetch and answer until cancelled or until the token is refused."""
        try:
            self._me = await self._call(GetMe())
            await self._call(DeleteWebhook(drop_pending_updates=False))
            self._spawn(self._introduce())
            log.info(words.READY, self._me.username)
            await self._fetch_forever()
        finally:
            await self._lanes.close(self._pace.drain)
            for task in self._beside:
                task.cancel()
            await asyncio.gather(*self._beside, return_exceptions=True)

    async def _introduce(self) -> None:
        calls: list[TelegramMethod[bool]] = [SetMyDescription(description=words.description(self._name))]
        calls.append(SetMyShortDescription(short_description=words.short_description(self._name)))
        for language, code in (("vi", None), ("vi", "vi"), ("en", "en")):
            commands = [BotCommand(command=command, description=said) for command, said in words.COMMANDS[language]]
            calls.append(SetMyCommands(commands=commands, language_code=code))
        for call in calls:
            try:
                await self._call(call, tries=self._pace.send_tries)
            except TelegramAPIError as error:
                log.warning(words.NOT_SET, call.__api_method__, error.message)

    # --- what comes in ------------------------------------------------------------------------------

    async def _fetch_forever(self) -> None:
        offset = None
        while True:
            await self._lanes.room()
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
            for update in updates:
                offset = int(update["update_id"]) + 1
                self._take(update)

    async def _yield_to_other(self, conflict: TelegramConflictError) -> None:
        if "webhook" in conflict.message and "active" in conflict.message:
            await self._call(DeleteWebhook(drop_pending_updates=False))
            return
        log.error(words.CONFLICT, self._pace.conflict)
        await asyncio.sleep(self._pace.conflict)

    def _take(self, raw: dict[str, Any]) -> None:
        """Queue the answer to one update; never raises, never waits."""
        if not self._seen.add(raw["update_id"]):
            return
        try:
            update = Update.model_validate(raw, context={"bot": self._bot})
        except ValidationError as errors:
            log.warning(words.UNREAD_UPDATE, raw["update_id"], errors.error_count())
            return
        if update.message:
            self._message(update.message)
        elif update.edited_message:
            self._edited(update.edited_message)
        elif update.callback_query:
            self._tap(update.callback_query)
        elif (change := update.my_chat_member) and change.chat.type == ChatType.PRIVATE:
            (self._blocked.add if change.new_chat_member.status == "kicked" else self._blocked.discard)(change.chat.id)

    def _message(self, message: Message) -> None:
        place = self._place(message)
        if place is None:
            return
        self._blocked.discard(place.chat)
        if message.text is not None:
            text = re.sub(rf"@{self._me.username}\b", " ", message.text, flags=re.IGNORECASE) if place.group else message.text
            self._queue_answer(place, Incoming("telegram", place.person, text.strip(), received=message.date))
        elif message.content_type in SENT_BY_PEOPLE and (message.media_group_id is None or self._albums.add(message.media_group_id)):
            self._queue(place, lambda: self._say(place, words.unreadable(message.content_type)))

    def _edited(self, message: Message) -> None:
        place = self._place(message)
        if place is not None and message.text is not None and self._seen.add(("edit", place.chat, message.message_id)):
            self._queue(place, lambda: self._say(place, words.edited()))

    def _place(self, message: Message) -> _Place | None:
        """Where to answer `message`; None when it is not for the assistant."""
        sender, chat = message.from_user, message.chat
        if chat.type == ChatType.PRIVATE:
            return _Place(chat.id, str(chat.id), sender.language_code if sender else None)
        if chat.type == ChatType.CHANNEL or sender is None or not self._addressed(message):
            return None
        if sender.is_bot and message.sender_chat is None:  # bots that talk to each other never stop
            return None
        who = message.sender_chat.id if message.sender_chat else sender.id
        thread = message.message_thread_id if message.is_topic_message else None
        return _Place(chat.id, f"{chat.id}:{who}", sender.language_code, True, thread, message.message_id)

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

    def _tap(self, query: CallbackQuery) -> None:
        message, language = query.message, query.from_user.language_code
        if message is None:
            self._spawn(self._acknowledge(query.id, words.both(language, words.stale())))
            return
        chat, group = message.chat, message.chat.type != ChatType.PRIVATE
        person = f"{chat.id}:{query.from_user.id}" if group else str(chat.id)
        thread = message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None
        place = _Place(chat.id, person, language, group, thread, message.message_id if group else None)
        token = self._buttons.token(person, query.data or "")
        said = (words.not_yours() if group else words.stale()) if token is None else None
        self._spawn(self._acknowledge(query.id, words.both(language, said) if said else None))
        key = (person, message.message_id, query.data)
        if token is None:
            if not group:
                self._queue(place, lambda: self._say(place, words.stale()))
        elif key not in self._tapped:  # an impatient second tap asks nothing new
            self._tapped.add(key)
            self._queue_answer(place, Incoming("telegram", person, choice=token), lambda: self._tapped.discard(key))

    async def _acknowledge(self, query_id: str, said: str | None) -> None:
        # After 15 s or so Telegram takes it no more; then nobody waits for it either.
        with suppress(TelegramAPIError):
            await self._call(AnswerCallbackQuery(callback_query_id=query_id, text=said[:200] if said else None), tries=3)

    # --- what goes out ------------------------------------------------------------------------------

    def _queue_answer(self, place: _Place, incoming: Incoming, done: Callable[[], None] = lambda: None) -> None:
        async def job() -> None:
            try:
                await self._answer(place, incoming)
            finally:
                done()

        if not self._queue(place, job):
            done()

    def _queue(self, place: _Place, job: Callable[[], Awaitable[None]]) -> bool:
        """Queue `job`; False where too many wait, which the person is told once, in the last place of the queue."""
        length, most = self._lanes.length(place.chat), self._pace.each_chat - 1
        if length == 0:
            self._full.discard(place.chat)
        if place.chat in self._full:
            return False
        if length < most:
            return self._lanes.put(place.chat, job)
        self._full.add(place.chat)
        self._lanes.put(place.chat, lambda: self._say(place, words.too_many(most)))
        return False

    async def _answer(self, place: _Place, incoming: Incoming) -> None:
        async with self._typing(place), self._slots:
            try:
                reply = await self._talk(incoming)
            except Exception as error:
                log.error("no answer: %s", type(error).__name__, exc_info=not isinstance(error, TimeoutError))
                reply = Reply((Block(BlockKind.LEAD, texts("vi").trouble()),))
        await self._deliver(place, reply)

    async def _say(self, place: _Place, sentence: tuple[str, str]) -> None:
        await self._deliver(place, Reply((Block(BlockKind.LEAD, words.both(place.language, sentence)),)))

    @asynccontextmanager
    async def _typing(self, place: _Place) -> AsyncIterator[None]:
        async def renew() -> None:
            await asyncio.sleep(self._pace.typing_after)
            while True:
                with suppress(TelegramAPIError):
                    await self._bot(SendChatAction(chat_id=place.chat, action="typing", message_thread_id=place.thread), request_timeout=5)
                await asyncio.sleep(self._pace.typing_every)

        task = asyncio.create_task(renew())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _deliver(self, place: _Place, reply: Reply) -> None:
        """Send all messages of `reply` in order; in a group, say who speaks."""
        if place.chat in self._blocked:
            return
        messages = parts(reply, texts("vi").automatic() if place.group else "") or [Part(texts("vi").trouble())]
        rows = self._buttons.rows(place.person, reply.choices)
        keyboard = [[InlineKeyboardButton(text=b.label, callback_data=b.data) for b in row] for row in rows]
        for at, part in enumerate(messages):
            last = at == len(messages) - 1
            markup = InlineKeyboardMarkup(inline_keyboard=keyboard) if last and keyboard else None
            if not await self._send(place if at == 0 else replace(place, reply_to=None), _variants(part, markup, reply)):
                return

    async def _send(self, place: _Place, variants: list[SendMessage]) -> bool:
        """Send the first of `variants` that Telegram takes; False when nothing more can be said in this chat."""
        refusal = ""
        for variant in variants:
            try:
                await self._send_one(place, variant)
                return True
            except TelegramForbiddenError as refused:
                self._blocked.add(place.chat)
                log.info(words.BLOCKED, place.chat, refused.message)
                return False
            except TelegramBadRequest as refused:
                log.warning(words.REFUSED, refused.message)
                refusal = refused.message
                if "too long" in refusal.lower() and (half := units(variant.text) // 2) > 100:
                    return all([await self._send(place, [SendMessage(chat_id=0, text=text)]) for text in split(variant.text, half)])
            except TelegramAPIError as error:
                refusal = error.message
                break
        log.error(words.LOST, place.chat, refusal)
        return False

    async def _send_one(self, place: _Place, variant: SendMessage) -> None:
        answered = ReplyParameters(message_id=place.reply_to, allow_sending_without_reply=True) if place.reply_to else None
        where = {"chat_id": place.chat, "message_thread_id": place.thread, "reply_parameters": answered}
        addressed = variant.model_copy(update={**where, "link_preview_options": LinkPreviewOptions(is_disabled=True)})
        try:
            await self._call(addressed, tries=self._pace.send_tries)
        except TelegramMigrateToChat as moved:
            await self._send_one(replace(place, chat=moved.migrate_to_chat_id, reply_to=None), variant)
        except TelegramBadRequest as refused:
            if place.thread is None or "thread not found" not in refused.message:
                raise
            await self._send_one(replace(place, thread=None), variant)

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)


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
