"""Splits a long text over messages at paragraph, line, sentence and word ends; nothing is lost but white space."""

import re
import unicodedata
from collections.abc import Iterator
from enum import IntEnum
from typing import Final

LEAST: Final = 0.25  # a message filled less than this is worth a weaker boundary

_SPACE: Final = re.compile(r"\s+")
_ITEM: Final = re.compile(r"(?:[a-zđ]{1,2}\)|\d{1,3}[.)]|[-–•+*])\s", re.IGNORECASE)
_MARK_ONLY: Final = re.compile(r"(?:^|\n)[^\S\n]*(?:[a-zđ]{1,2}\)|\d{1,3}[.)]|[-–•+*])$", re.IGNORECASE)
_SENTENCE_END: Final = re.compile(r"[.!?…;][\"'”’)\]]*$")
# What is cited stays together: "khoản 2", "Điều 8a", "điểm đ", "Nghị định số 32/2024/NĐ-CP", "Chương IV".
_CITED: Final = re.compile(r"(?<!\w)(?:điều|khoản|điểm|mục|chương|phụ lục|số|ngày|tháng|năm)$", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\d|[IVX]+\b|[a-zđ]\b")


class Rank(IntEnum):
    """How good a place to cut is, the best first."""

    PARAGRAPH = 0
    LINE = 1  # also between the items of an enumeration, however many lines lie between them
    SENTENCE = 2
    LIST_BEGIN = 3  # between "…sau:" and the first item
    WORD = 4
    GLUED = 5  # behind "1." or inside "khoản 2": only before a cut through a word


def units(text: str) -> int:
    """Length in UTF-16 code units, as Telegram counts."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def split(text: str, limit: int) -> list[str]:
    """The parts of `text`, none longer than `limit` units, none blank; a blank text has no parts."""
    return [text[begin:end] for begin, end in cuts(text, limit)]


def cuts(text: str, limit: int) -> Iterator[tuple[int, int]]:
    """Begin and end of each part in `text`, white space around the parts left out."""
    if limit < 2:
        raise ValueError("a part holds two units at least, so that no surrogate pair is cut")
    total = len(text.rstrip())
    begin = _after_space(text, 0)
    while begin < total:
        window = _window(text, begin, total, limit)
        end = total if window == total else _cut(text, begin, window, total, limit)
        yield begin, begin + len(text[begin:end].rstrip())
        begin = _after_space(text, end)


def _after_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _window(text: str, begin: int, total: int, limit: int) -> int:
    """The last position up to which the text from `begin` fits."""
    end, left = begin, limit
    while end < total and (left := left - units(text[end])) >= 0:
        end += 1
    return end


def _cut(text: str, begin: int, window: int, total: int, limit: int) -> int:
    last = {rank: place for place, rank in _boundaries(text, begin, window)}  # the last of each rank
    least = begin + (window - begin) * LEAST
    paragraph = last.get(Rank.PARAGRAPH)
    if paragraph is not None and paragraph < least and _holds_whole_list(text, paragraph, total, limit):
        return paragraph
    good = [last[rank] for rank in Rank if last.get(rank, begin) >= least and rank is not Rank.GLUED]
    if good:
        return good[0]
    return max(last.values()) if last else _between_letters(text, begin, window)


def _boundaries(text: str, begin: int, window: int) -> Iterator[tuple[int, Rank]]:
    for space in _SPACE.finditer(text, begin + 1):
        if space.start() > window:
            return
        yield space.start(), _rank(text, begin, space)


def _rank(text: str, begin: int, space: re.Match[str]) -> Rank:
    before, lines = text[max(begin, space.start() - 40) : space.start()], space[0].count("\n")
    if lines:
        if before.endswith(":"):
            return Rank.LIST_BEGIN
        return Rank.PARAGRAPH if lines > 1 and not _ITEM.match(text, space.end()) else Rank.LINE
    if _MARK_ONLY.search(before) or (_CITED.search(before) and _NUMBER.match(text, space.end())):
        return Rank.GLUED
    return Rank.SENTENCE if _SENTENCE_END.search(before) else Rank.WORD


def _holds_whole_list(text: str, paragraph: int, total: int, limit: int) -> bool:
    """True when an enumeration begins behind `paragraph` and fits whole into the next message."""
    begin = _after_space(text, paragraph)
    window = _window(text, begin, total, limit)
    ends = (place for place, rank in _boundaries(text, begin, window) if rank is Rank.PARAGRAPH)
    end = total if window == total else next(ends, None)
    return end is not None and any(_ITEM.match(line.lstrip()) for line in text[begin:end].split("\n"))


def _between_letters(text: str, begin: int, window: int) -> int:
    """A cut through a long word, not between a letter and the signs that belong to it."""
    for end in range(window, max(begin, window - 16), -1):
        if not _joined(text[end - 1], text[end]):
            return end
    return window


def _joined(left: str, right: str) -> bool:
    return unicodedata.combining(right) != 0 or right in "\u200d\ufe0e\ufe0f" or left == "\u200d" or "\U0001f3fb" <= right <= "\U0001f3ff"
