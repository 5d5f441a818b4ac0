"""Which card a message asks for as a whole: it must ask for a procedure and name the card's subject."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import log, sqrt
from typing import Final

from knowledge.plainly import LONGEST, plainly

LEAST: Final = 0.48  # from this likeness on a sentence speaks of a card's subject
MARGIN: Final = 0.03  # and by so much less of any other card's
NEAREST: Final = 0.4  # the weight of the nearest sentence, beside the card as a whole
FOREIGN: Final = 0.15  # up to this share of its words may be unknown to the card

# It asks for an order of steps.
_STEPS: Final = re.compile(
    r"\b(?:quy trinh|trinh tu|cac buoc|may buoc|buoc nao|buoc gi|nhung buoc|tung buoc|cac khau|khau nao|khau gi|may khau|lan luot"
    r"|tu a (?:den|toi) z|tu dau (?:den|toi) (?:cuoi|khi)|bat dau (?:tu dau|the nao|ra sao)|lo trinh|lam gi truoc)\b"
)
_HOW: Final = r"(?:nhu the nao|the nao|ra sao|lam sao|gom|nhung gi|can gi|can lam gi|phai lam gi|lam gi)"
# It asks how something is done. "cụm chậm tiến độ thì xử lý ra sao" asks for a consequence, not for a procedure.
_DONE: Final = re.compile(
    rf"\bthu tuc\b.*\b{_HOW}\b|\b{_HOW}\b.*\bthu tuc\b|\b(?:nhung|cac) thu tuc (?:gi|nao)\b|^(?:xin |nho |cho |can )?huong dan\b"
    r"|^(?:cho (?:toi |em |minh )?(?:hoi|xin|biet) |xin hoi |hoi |xin |nho |neu )?(?:ve )?(?:huong dan |cac )?thu tuc\b"
    r"|\b(?:muon|xin|dinh|can|de)\b.*\b(?:thi )?(?:phai |can |nen )?(?:lam|tien hanh|thuc hien) (?:nhu the nao|the nao|ra sao|sao|gi)\b"
)
# It asks for one fact, which search answers, unless it asks for the steps as well.
_FACT: Final = re.compile(
    r"\b(?:may ngay|bao nhieu|bao lau|may bo|bao gio|khi nao|thoi han|han nao|dieu kien|mau (?:so|nao|don)|bieu|le phi|o dau|cho ai|gui ai|nop ai"
    r"|co quan nao|cap nao|so nao|ai|gi la|la gi|duoc khong|phai khong|co can|co phai|dung khong|dieu \d+|khoan \d+|xu phat|tieu chi)\b"
)
# Words that ask, address, or stand in every sentence of this kind.
_ASKING: Final = re.compile(
    r"\b(?:quy trinh|trinh tu|thu tuc|cac buoc|may buoc|nhung buoc|tung buoc|buoc nao|buoc gi|buoc|cac khau|khau|lan luot|lo trinh|huong dan|ho so|giay to"
    r"|nhu the nao|the nao|ra sao|lam sao|bat dau tu dau|tu a den z|tu dau den cuoi|gom|bao gom|nhung gi|can gi|viec gi|tong cong|cu the|chi tiet|day du"
    r"|cho (?:toi|em|minh) (?:hoi|biet|xin)|cho hoi|xin hoi|chung toi|chung ta|can bo|nghi dinh|thong tu|quy dinh|hien nay|bay gio|thuc hien|tien hanh"
    r"|hoi|giup|voi|nhe|a|oi|em|anh|chi|toi|minh|ban|da|vay|thi|la|ma|va|nhung|cac|mot|cua|theo|trong|cho|den|tu|duoc|phai|can|muon|xin|lam|nao|gi|ai"
    r"|sao|may|ngay|nay|do|nhu|o|ve|co|khong|se|de|nop|qua|truoc|sau|roi|khi|luc|hay|biet|ro|noi|neu|nho|moi|con|di)\b"
)
# What every card is about, in the form that _SAME_WORDS gives it.
_FIELD: Final = frozenset({"cum", "khuyencong", "chudautu"})
# One action, several names; words that mean something only together.
_SAME_WORDS: Final = tuple(
    (re.compile(rf"\b{words}"), said)
    for words, said in (
        (r"so (?:do|hong)\b", "giay chung nhan"),
        (r"thay (?:the )?(?=chu dau tu\b)", "dieu chinh "),
        (r"(?:duoc )?(?:giao |xin )*(?:lam |giao )chu dau tu\b", "chon chu dau tu"),
        (r"chu dau tu\b", "chudautu"),
        (r"(?<!bat )dau tu\b", "dautu"),  # "từ" alone is no word of a subject
        (r"khuyen cong\b", "khuyencong"),
        (r"thu hoi\b", "thuhoi"),
        (r"tien\b(?! do\b)", "kinh phi"),
        (r"\d+\b", " "),
        (r"(?:thanh lap|xin lap|lap moi|lap ra|mo moi)\b", "lap"),
        (r"(?:noi rong|mo them)\b", "mo rong"),
        (r"(?:huy bo|huy|xoa bo|xoa)\b", "bai bo"),
        (r"(?:thay doi|sua doi|sua|doi)\b", "dieu chinh"),
        (r"(?:lua chon|tuyen chon)\b", "chon"),
        (r"chuyen (?=(?:co so|xuong|nha may|vao)\b)", "di doi "),
        (r"(?:cong ty|don vi)\b", "doanh nghiep"),
        (r"muon dat\b", "thue dat"),
        (r"(?:cum cong nghiep|cum cn)\b", "cum"),
        (r"ha tang ky thuat\b", "ha tang"),
    )
)


class AskedCard:
    """Finds the card of a sentence by its likeness to the sentences of each card."""

    def __init__(self, cards: Mapping[str, Sequence[str]]) -> None:
        self._own = {plainly(line): card for card, lines in cards.items() for line in lines[1:]}
        self._lines = {card: [_tokens(line) for line in lines] for card, lines in cards.items()}
        self._spread = Counter(token for lines in self._lines.values() for token in set().union(*lines))

    def card(self, text: str) -> str | None:
        """The card whose steps `text` asks for; None when it asks for less, or does not say for which."""
        if len(text) > LONGEST:
            return None
        bare = plainly(text)
        if bare in self._own:
            return self._own[bare]
        asks = _STEPS.search(bare) or (_DONE.search(bare) and not _FACT.search(bare))
        return self.named(text) if asks else None

    def names_something(self, text: str) -> bool:
        """True when `text` names a subject at all, a card's or another."""
        return bool(_tokens(text))

    def named(self, text: str) -> str | None:
        """The card whose subject `text` names, whatever it says of it; None when two are about as near, or none is."""
        asked = _tokens(text)
        if len(_words(asked)) < 2 or not asked & _FIELD:
            return None
        ranked = sorted(((self._likeness(asked, card), card) for card in self._lines), reverse=True)
        likeness, card = ranked[0]
        if likeness < LEAST or likeness - ranked[1][0] < MARGIN:
            return None
        foreign = _words(asked) - set().union(*self._lines[card])
        return card if len(foreign) <= FOREIGN * len(_words(asked)) else None

    def _likeness(self, asked: set[str], card: str) -> float:
        """0 to 1: how near the nearest sentence of the card is, and how much of what is asked the card speaks of at all."""
        lines = self._lines[card]
        covered = self._weight(asked & set().union(*lines)) / self._weight(asked)
        return NEAREST * max(self._cosine(asked, line) for line in lines) + (1 - NEAREST) * covered

    def _cosine(self, one: set[str], other: set[str]) -> float:
        """Likeness of two sets of words and pairs, each weighing more the fewer cards speak of it."""
        lengths = self._weight(one) * self._weight(other)
        return self._weight(one & other) / sqrt(lengths) if lengths else 0.0

    def _weight(self, tokens: set[str]) -> float:
        return sum(log(1 + len(self._lines) / (self._spread[t] or 0.5)) for t in tokens)


def _tokens(text: str) -> set[str]:
    """The words that name a subject, and their pairs."""
    bare = plainly(text)
    for pattern, said in _SAME_WORDS:
        bare = pattern.sub(said, bare)
    words = _ASKING.sub(" ", bare).split()
    return {*words, *(f"{a} {b}" for a, b in pairwise(words))}


def _words(tokens: set[str]) -> set[str]:
    return {t for t in tokens if " " not in t}
