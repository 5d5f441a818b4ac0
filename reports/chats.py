"""The chats where desks hear of reports: a topic of a Telegram group, a Zalo group; read from a file of the operator."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from knowledge.entries import Entry, EntryError

CHANNELS: Final = ("telegram", "zalo")  # those with groups


@dataclass(frozen=True)
class DeskChat:
    """A chat of a desk; `thread` is a topic within it, None for the whole chat."""

    channel: str
    chat: str
    thread: int | None = None


def load_chats(path: Path) -> Mapping[str, tuple[DeskChat, ...]]:
    """The chats of each desk, by the desk's key; none where there is no file. EntryError says what is wrong where.

    `ministry: [{channel: telegram, chat: "-100123", thread: 12}]`
    """
    if not path.exists():
        return {}
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise EntryError(path, "the file", f"not YAML, line {mark.line + 1}" if mark else "not YAML") from error
    if not isinstance(raw, dict) or not all(isinstance(chats, list) for chats in raw.values()):
        raise EntryError(path, "the file", "not a list of chats for each desk")
    return {str(desk): tuple(_chat(path, f"{desk} {n}", c) for n, c in enumerate(chats, 1)) for desk, chats in raw.items()}


def _chat(path: Path, name: str, raw: object) -> DeskChat:
    if not isinstance(raw, dict):
        raise EntryError(path, name, "not a chat")
    entry = Entry(path, name, {"thread": None, **raw}, ("channel", "chat", "thread"))
    if entry.raw["channel"] not in CHANNELS:
        raise entry.error(f"channel: {entry.raw['channel']!r} is none of {', '.join(CHANNELS)}")
    thread = entry.raw["thread"]
    if thread is not None and not isinstance(thread, int):
        raise entry.error("thread: not a number")
    return DeskChat(entry.text("channel"), str(entry.raw["chat"]), thread)
