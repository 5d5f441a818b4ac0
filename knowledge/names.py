"""Names of communes, clusters, firms and persons in a question: they say nothing of the matter that is asked about."""

import re
from collections.abc import Iterator
from typing import Final

from knowledge.vietnamese import clean, strip_accents

_PLACE: Final = (
    r"xa|phuong|dac khu|thi tran|thi xa|huyen|quan|thon|ap|buon|ban|lang|khu pho|to dan pho|cum cong nghiep|cum cn|ccn|khu cong nghiep|kcn|cum"
)
_FIRM: Final = r"tong cong ty|cong ty|cty|doanh nghiep|tap doan|hop tac xa|htx|xi nghiep|nha may|xuong|co so"
_FORM: Final = r"tnhh|trach nhiem huu han|co phan|cp|mtv|mot thanh vien|hai thanh vien|tu nhan"
_TRADE: Final = r"thuong mai|dich vu|san xuat|xay dung|dau tu|xuat nhap khau|xnk|phat trien|ha tang|che bien|che|go|moc|gom|va|&"
_KIND: Final = re.compile(
    rf"(?<!\w)(?:(?:{_PLACE})|(?:{_FIRM})(?P<form>(?:\s+(?:{_FORM}))*)(?P<trade>(?:\s+(?:{_TRADE})(?!\w))*))(?=\s)"
)
_PERSON: Final = re.compile(r"(?<!\w)(?:(?:toi|em|minh|chau|anh|chi) (?:ten la|ten|la)|ten (?:toi|em|minh) la|(?P<title>anh|chi|ong|ba))(?=\s)")
_TITLES: Final = frozenset(("anh", "chị", "ông", "bà"))
_WORD: Final = re.compile(r"\s+(\w[\w'’-]*)")
# Words that a sentence begins with a capital behind such a kind, and that begin no name.
_NO_NAME: Final = frozenset(
    ("Nghị", "Điều", "Khoản", "Điểm", "Thông", "Quyết", "Luật", "Ủy", "Uỷ", "Sở", "Bộ", "Hội", "Chủ", "Phòng", "Có", "Không", "Cho", "Xin", "Theo", "Khi",
     "Nếu", "Ai", "Tôi", "Em", "Và", "Là", "Thì", "Được", "Phải", "Muốn", "Cần", "Nhà")
)

# Without capitals a name is what stands behind a kind until a word of this list; only tried where nothing was found.
_STOP: Final = (
    r"gom|nhung|thieu|phai|co|muon|can|duoc|la|o|toi|em|minh|chung|nao|gi|va|hoac|thi|nop|gui|bao|lam|de|se|da|dang|chua|khong|hoi|xin|cho|trinh|ai|do|nay|cua|theo|tai"
    r"|tren|trong|quyet|tham|quan|giai|tiep|nhan|cap|hay|con|nhu|bi|dinh|voi|khi|neu|tu|den|vao|ra|len|moi|cu|hien|gio|nghe|lon|nho|ho|nen|vua|dung|mo|thanh"
)
_NAME: Final = rf"(?:\s+(?!(?:{_STOP})\b)[a-z]+){{2}}"
_TYPED: Final = frozenset(("xa", "xã", "phuong", "phường", "dac khu", "đặc khu", "thi tran", "thị trấn"))  # "xả", "phương" are other words
_NEAR: Final = r"(?:(?:nguoi (?:dan )?)?(?:o|tai|ben|thuoc|tren dia ban|dia ban)\s+)?(?:(?:ubnd|uy ban nhan dan|can bo)\s+)?"
_ME: Final = r"(?:chung toi|chung em|bon em|toi|em|minh|tui|chau)"
_HEDGES: Final = tuple(
    re.compile(words)
    for words in (
        # "tôi là …, cán bộ xã, cho hỏi", "bên em ở … muốn hỏi"
        r"^\s*(?:o|tai) [^,.;:?]{0,60}?\bhoi (?:ve )?(?=ho so|dieu kien|thu tuc|ai|viec)",
        rf"^{_ME}\b[^?.!]{{0,120}}?\b(?:cho {_ME}? ?hoi|xin hoi|muon hoi|cho biet)\b(?: la| rang)?[\s,:]*",
        rf"^(?:{_ME}|ten {_ME}) (?:hien |dang )*(?:la|ten|lam) [^,.;:?]{{1,80}}[,.;:]\s*",
        rf"\b{_NEAR}(?:xa|phuong|dac khu|thi tran|huyen|tinh|que|noi|ben)\s+(?:cua\s+)?(?:nha )?{_ME}\b(?:\s+(?:o|thuoc|tai)\b)?[\s,]*",
        rf"(?:^|\b(?:o|tai|ben|thuoc)\s+){_NEAR}(?P<kind>xa|phuong|dac khu|thi tran){_NAME}(?=\s*(?:$|[,.;:?]|\b(?:{_STOP})\b))[\s,]*",
        rf"(?<=\bcong ty)(?:\s+(?:{_FORM}))+{_NAME}",
    )
)


def without_names(text: str) -> str:
    """The question less the names that its capitals show; what they are names of stays: "xã Tân Lập phải …" -> "xã phải …"."""
    line = clean(text)
    bare = strip_accents(line.lower())
    letters = [c for c in line if c.isalpha()]
    if len(bare) != len(line) or sum(c.isupper() for c in letters) * 2 > len(letters):
        return text
    spans = list(_named(line, bare))
    return _cut(line, spans) if spans else text


def without_who(text: str) -> str:
    """The question less who asks and where, names without capitals included; what is cut may be more than a name."""
    line = clean(text)
    bare = strip_accents(line.lower())
    if len(bare) != len(line):
        return text
    spans = list(_named(line, bare, whole=True))
    bare, line = _blank(bare, spans), _blank(line, spans)
    for pattern in _HEDGES:
        spans = [m.span() for m in pattern.finditer(bare) if "kind" not in pattern.groupindex or line[m.start("kind") : m.end("kind")].lower() in _TYPED]
        bare, line = _blank(bare, spans), _blank(line, spans)
    return " ".join(line.split()).strip(" ,.;:")


def _named(line: str, bare: str, *, whole: bool = False) -> Iterator[tuple[int, int]]:
    for match in _KIND.finditer(bare):
        end, words = _name_behind(line, match.end())
        if words:
            firm = match["form"] is not None
            yield (match.start("form") if firm else match.start() if whole else match.end()), end
    for match in _PERSON.finditer(bare):
        end, words = _name_behind(line, match.end())
        if words >= 2 and (match["title"] is None or (whole and line[match.start() : match.end()].lower() in _TITLES)):
            yield match.start(), end


def _name_behind(line: str, at: int) -> tuple[int, int]:
    """Where the capitalised words behind `at` end, and how many they are, four at most."""
    words = 0
    while words < 4 and (match := _WORD.match(line, at)) is not None:
        word = match[1]
        if not word[0].isupper() or (len(word) > 1 and word.isupper()) or word in _NO_NAME:
            break
        at, words = match.end(), words + 1
    return at, words


def _blank(line: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        line = f"{line[:start]}{' ' * (end - start)}{line[end:]}"
    return line


def _cut(line: str, spans: list[tuple[int, int]]) -> str:
    return " ".join(_blank(line, spans).split())
