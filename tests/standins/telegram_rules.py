"""What the Telegram Bot API accepts: formatted texts, entities, keyboards and the fields of each method."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

JSON = dict[str, Any]

TEXT_MAX, CAPTION_MAX, CALLBACK_DATA_MAX, CALLBACK_ANSWER_MAX = 4096, 1024, 64, 200
COMMANDS_MAX, DESCRIPTION_MAX, SHORT_DESCRIPTION_MAX = 100, 512, 120
BUTTONS_MAX, ROW_MAX = 100, 8
ACTIONS = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
})  # fmt: skip
BUTTON_ACTIONS = frozenset({
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
})  # fmt: skip
HTML_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "span": "spoiler",
    "tg-spoiler": "spoiler", "tg-emoji": "custom_emoji", "a": "text_link", "code": "code", "pre": "pre",
    "blockquote": "blockquote",
}  # fmt: skip
HTML_ENTITY = re.compile(r"&(?:#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))|(lt|gt|amp|quot)(?![A-Za-z]));?")
COMMAND = re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?!\w)")


class Refusal(Exception):
    """One error answer of the platform: HTTP status, description and parameters."""

    def __init__(self, code: int, description: str, parameters: JSON | None = None) -> None:
        super().__init__(code, description)
        self.code, self.description, self.parameters = code, description, parameters


class Unsupported(Refusal):
    """The platform would take the request, but the stand-in does not carry it."""

    def __init__(self, what: str) -> None:
        super().__init__(501, f"Not Implemented: the stand-in does not carry {what}")


def bad(description: str) -> Refusal:
    """The platform's 400 with `description`."""
    return Refusal(400, f"Bad Request: {description}")


def utf16(text: str) -> int:
    """Length of `text` in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def command_entities(text: str) -> list[JSON]:
    """The bot_command entities which the platform adds to a user's text."""
    return [
        {"type": "bot_command", "offset": utf16(text[: found.start()]), "length": utf16(found.group())}
        for found in COMMAND.finditer(text)
    ]


def parse_html(source: str) -> tuple[str, list[JSON]]:
    """Plain text and entities of Telegram HTML; raises Refusal where the platform cannot parse it."""
    reader = _HtmlReader(source)
    return reader.read(), sorted(reader.entities, key=lambda e: (e["offset"], -e["length"]))


def _unescape(found: re.Match[str]) -> str:
    if found[3]:
        return {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}[found[3]]
    code = int(found[1], 16) if found[1] else int(found[2])
    return chr(code) if 0 < code < 0x10FFFF else found[0]


class _HtmlReader:
    """Reads one text from left to right, keeping the open tags and the finished entities."""

    def __init__(self, source: str) -> None:
        self.source, self.out, self.length = source, "", 0
        self.open: list[tuple[str, dict[str, str], int, int]] = []
        self.entities: list[JSON] = []

    def read(self) -> str:
        position = 0
        while position < len(self.source):
            if self.source[position] == "<":
                closing = self.source.startswith("</", position)
                position = self._end_tag(position) if closing else self._start_tag(position)
            elif found := HTML_ENTITY.match(self.source, position):
                self._emit(_unescape(found))
                position = found.end()
            else:
                self._emit(self.source[position])
                position += 1
        if self.open:
            raise self._error(f'Can\'t find end tag corresponding to start tag "{self.open[-1][0]}"')
        return self.out

    def _emit(self, text: str) -> None:
        self.out += text
        self.length += utf16(text)

    def _error(self, what: str, position: int | None = None) -> Refusal:
        where = "" if position is None else f" at byte offset {len(self.source[:position].encode())}"
        return bad(f"can't parse entities: {what}{where}")

    def _start_tag(self, begin: int) -> int:
        found = re.compile(r"<([^\s>]*)(?=[\s>])").match(self.source, begin)
        if not found:
            raise self._error("Unclosed start tag", begin)
        name = found[1].lower()
        if name not in HTML_TAGS:
            raise self._error(f'Unsupported start tag "{name}"', begin)
        attributes, position = self._attributes(found.end(), name, begin)
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise self._error('Tag "span" must have class "tg-spoiler"', begin)
        if name == "tg-emoji" and not re.fullmatch(r"[1-9][0-9]*", attributes.get("emoji-id", "")):
            raise self._error("Invalid custom emoji identifier specified")
        self.open.append((name, attributes, self.length, len(self.out)))
        return position

    def _attributes(self, position: int, name: str, begin: int) -> tuple[dict[str, str], int]:
        attributes: dict[str, str] = {}
        attribute = re.compile(r"""([^\s=>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9.\-]+)))?(?=[\s>])""")
        while True:
            position += len(self.source[position:]) - len(self.source[position:].lstrip())
            if self.source.startswith(">", position):
                return attributes, position + 1
            found = attribute.match(self.source, position)
            if not found:
                raise self._error(f'Unclosed start tag "{name}"', begin)
            value = next((part for part in found.groups()[1:] if part is not None), None)
            if value is None and name != "blockquote":
                raise self._error(f'Expected equal sign in declaration of an attribute of the tag "{name}"', begin)
            attributes[found[1].lower()] = HTML_ENTITY.sub(_unescape, value or "")
            position = found.end()

    def _end_tag(self, begin: int) -> int:
        if not self.open:
            raise self._error("Unexpected end tag", begin)
        found = re.compile(r"</([^\s>]*)\s*>").match(self.source, begin)
        if not found:
            raise self._error("Unclosed end tag", begin)
        name, attributes, offset, start = self.open.pop()
        if found[1] and found[1].lower() != name:
            raise self._error(f'Unmatched end tag, expected "</{name}>", found "</{found[1].lower()}>"', begin)
        if self.length > offset:
            self._finish(name, attributes, offset, self.out[start:])
        return found.end()

    def _finish(self, name: str, attributes: dict[str, str], offset: int, inner: str) -> None:
        entity: JSON = {"type": HTML_TAGS[name], "offset": offset, "length": self.length - offset}
        if name == "a":
            entity["url"] = attributes.get("href") or inner
            if not _is_link(entity["url"]):
                return
        if name == "tg-emoji":
            entity["custom_emoji_id"] = attributes["emoji-id"]
        if name == "blockquote" and "expandable" in attributes:
            entity["type"] = "expandable_blockquote"
        self.entities.append(entity)


def _is_link(url: str) -> bool:
    parts = urlsplit(url if "://" in url or url.startswith("tg:") else f"http://{url}")
    if parts.scheme == "tg":
        return True
    return parts.scheme in {"http", "https", "ton"} and "." in (parts.hostname or "") and not re.search(r"\s", url)


def check_entities(text: str, entities: Iterable[JSON]) -> None:
    """Refuse explicit entities that do not lie on whole characters inside `text`."""
    total, cuts, position = utf16(text), {0}, 0
    for letter in text:
        position += utf16(letter)
        cuts.add(position)
    for entity in entities:
        begin, end = entity["offset"], entity["offset"] + entity["length"]
        if begin < 0 or entity["length"] < 0 or end > total:
            raise bad(f"entity beginning at UTF-16 offset {begin} ends after the end of the text")
        if begin not in cuts or end not in cuts:
            raise bad(f"entity beginning at UTF-16 offset {begin} lies in the middle of a UTF-16 symbol")


def formatted(payload: JSON, key: str, limit: int, entities_key: str, too_long: str) -> tuple[str, list[JSON]]:
    """Text and entities of a message body, trimmed as the platform trims; refuses bad or too long ones."""
    text, mode = str(payload.get(key) or ""), str(payload.get("parse_mode") or "").lower()
    entities = list(payload.get(entities_key) or [])
    if mode == "html":
        text, entities = parse_html(text)
    elif mode in {"markdown", "markdownv2"}:
        raise Unsupported(f"parse_mode {mode}")
    elif mode not in {"", "none"}:
        raise bad("unsupported parse_mode")
    else:
        check_entities(text, entities)
    text, entities = _trimmed(text, entities)
    if utf16(text) > limit:
        raise bad(too_long)
    return text, entities


def _trimmed(text: str, entities: list[JSON]) -> tuple[str, list[JSON]]:
    lead = utf16(text) - utf16(text.lstrip())
    text = text.strip()
    kept = []
    for entity in entities:
        begin = max(entity["offset"] - lead, 0)
        end = min(entity["offset"] + entity["length"] - lead, utf16(text))
        if end > begin:
            kept.append({**entity, "offset": begin, "length": end - begin})
    return text, kept


def check_inline_keyboard(markup: JSON) -> None:
    """Refuse an inline keyboard whose buttons the platform refuses."""
    rows: list[list[JSON]] = markup["inline_keyboard"]
    if sum(map(len, rows)) > BUTTONS_MAX or any(len(row) > ROW_MAX for row in rows):
        raise bad("REPLY_MARKUP_TOO_LONG")
    for button in (button for row in rows for button in row):
        if not button["text"].strip():
            raise bad("can't parse inline keyboard button: button text must be non-empty")
        chosen = {name for name in BUTTON_ACTIONS if button.get(name) is not None}
        if not chosen:
            raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
        if len(chosen) > 1:
            raise bad("can't parse inline keyboard button: exactly one action must be given")
        if chosen == {"callback_data"} and not 1 <= len(button["callback_data"].encode()) <= CALLBACK_DATA_MAX:
            raise bad("BUTTON_DATA_INVALID")
        if chosen == {"url"} and not _is_link(button["url"]):
            raise bad(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")


def validated(method: str, payload: JSON) -> JSON:
    """The body as aiogram's own model of the method reads it; refuses missing fields and wrong types."""
    from aiogram import methods
    from pydantic import ValidationError

    model = getattr(methods, method[0].upper() + method[1:])
    try:
        parsed = model.model_validate({key: value for key, value in payload.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "body"
        if first["type"] == "missing" and len(first["loc"]) == 1:
            raise bad("message text is empty" if name == "text" else f"{name} is empty") from error
        if name == "reply_markup":
            raise bad("can't parse reply keyboard markup JSON object") from error
        raise bad(f"can't parse {name}: {first['msg']}") from error
    if payload.get("reply_markup") is not None:
        _check_markup_shape(payload["reply_markup"])
    dumped: JSON = parsed.model_dump(exclude_unset=True, by_alias=True)
    return dumped


def _check_markup_shape(markup: JSON) -> None:
    """aiogram's union takes any object for one of its kinds; the key decides which kind is meant."""
    from aiogram import types
    from pydantic import ValidationError

    kinds: dict[str, Any] = {
        "inline_keyboard": types.InlineKeyboardMarkup, "keyboard": types.ReplyKeyboardMarkup,
        "remove_keyboard": types.ReplyKeyboardRemove, "force_reply": types.ForceReply,
    }  # fmt: skip
    meant = [model for key, model in kinds.items() if key in markup]
    try:
        if len(meant) != 1:
            raise bad("can't parse reply keyboard markup JSON object")
        meant[0].model_validate(markup)
    except ValidationError as error:
        raise bad("can't parse reply keyboard markup JSON object") from error


def text_body(payload: JSON) -> JSON:
    """The text fields of a message; refuses a bad, empty or too long text."""
    text, entities = formatted(payload, "text", TEXT_MAX, "entities", "message is too long")
    if not text:
        raise bad("message text is empty")
    return {"text": text, **({"entities": entities} if entities else {})}


def inline(payload: JSON) -> JSON:
    """The inline keyboard of a message, where there is one."""
    markup = payload.get("reply_markup") or {}
    if "inline_keyboard" not in markup:
        return {}
    check_inline_keyboard(markup)
    rows = [row for row in markup["inline_keyboard"] if row]
    return {"reply_markup": {"inline_keyboard": rows}} if rows else {}
