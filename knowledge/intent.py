"""What a message wants before the law is searched: greeting, a person, a complaint, a difficulty, a question."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from knowledge.vietnamese import fold, strip_accents


class Kind(StrEnum):
    """What an answer is (DESIGN.md, "Contracts")."""

    ANSWER = "answer"
    DECLINE = "decline"
    ASK_BACK = "ask_back"
    REPORT = "report"
    DIVERT = "divert"
    SMALLTALK = "smalltalk"
    HUMAN = "human"
    ERROR = "error"


# A message is talk when it holds one of these and hardly any word beside the words of talk. All unaccented.
_TALK: Final = re.compile(
    r"\b(?:chao|hello|hi|hey|alo|halo|good (?:morning|afternoon|evening)|cam on|cam ta|thank|thanks|tks|tam biet|bye|hen gap|chuc|ngu ngon"
    r"|hihi|haha|hehe|kk+|de thuong|gioi qua|hay qua|tuyet voi|robot|chatbot|bot|tro ly ao|ai tao ra|ten gi|la ai|la gi vay"
    r"|nguoi that|nguoi hay (?:la )?may|may ha"
    r"|(?:lam|giup) (?:duoc|duoc nhung|nhung) ?(?:viec )?gi|biet lam gi|dung de lam gi|giup gi|hieu roi|ro roi|biet roi|duoc roi|xin loi|nham|test|xem lai da"
    r"|ok|oke|okay|vang|uh|uhm)\b|^da\b"
)
_TALKED: Final = """
chao hello hi hey alo halo good morning afternoon evening cam on ta thank thanks you tks tam biet bye hen gap lai chuc ngu ngon hihi haha hehe kk kkk
de thuong ghe gioi qua hay tuyet voi robot chatbot bot tro ly ao ai tao ra ten gi la vay nguoi that may ha lam giup duoc nhung viec dung hieu roi ro
xin loi toi em anh chi ban minh bac chu co cau noi go nham test xem da ok oke okay vang uh uhm a oi nha nhe nhieu rat buoi sang trua chieu hom nay
khoe khong vui ve ngay moi mai hoi tiep tra nhanh ad admin shop cho o do thi the phai hoac day ung u ne nghe nhi gui ca chan thanh ho so va con se tot
lanh e c
"""
_TALK_WORDS: Final = frozenset(_TALKED.split())
_EMOJI_TALK: Final = frozenset("👍🙏❤😊😀🙂👌💯🌹😄🥰😁✌🤝")


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives))


_SOMEONE: Final = r"\b(?:can bo|nguoi that|nhan vien|chuyen vien|tu van vien|nguoi phu trach|nguoi ho tro|con nguoi|ai do|tong dai|lanh dao|nguoi truc)\b"
_HUMAN: Final = _any(
    r"\b(?:gap|noi chuyen voi|chat voi|ket noi(?: voi)?|lien he(?: voi)?|chuyen (?:cho|sang|may)|xin so dien thoai)\b.{0,25}" + _SOMEONE,
    r"\bcho (?:toi|em|minh|anh|chi)? ?(?:gap|xin so)\b.{0,25}" + _SOMEONE,
    r"\b(?:so )?(?:dien thoai|hotline|duong day nong)\b.{0,25}\b(?:ho tro|ban|bo cong thuong|cau noi|tu van|nao|de goi|goi|truc)\b",
    r"^(?:hotline|duong day nong|tong dai)\b|\bxin (?:so )?(?:dien thoai|hotline|duong day nong|tong dai)\b",
    r"\b(?:muon|can|xin|cho)\b.{0,12}\b(?:goi dien|noi chuyen|trao doi)\b.{0,15}\b(?:nguoi|can bo|chuyen vien|truc tiep)\b",
)
_WRONGDOING: Final = _any(
    r"\b(?:to cao|to giac|khieu nai|khieu kien|kien ra toa)\b",
    r"\b(?:toi|em|minh|chung toi|muon|xin)(?: \w+)? to (?:ong|ba|can bo|chu tich|pho|nguoi|don vi|cong ty)\b|\bmuon to$",
    r"\b(?:dieu tra|gian lan|bao che|bang chung|lap chung tu khong|an bot|cau ket|thong dong|loi dung chuc vu)\b",
)
_BRIBE: Final = _any(
    r"\b(?:voi tien|voi vinh|doi hoi lo|nhan hoi lo|an hoi lo|an chan|doi tien (?!do)|lot tay|phong bi|lam tien|chung chi roi|doi chung chi|bat chung chi)\b",
    r"\b(?:nhung nhieu|hach sach|tham nhung|tham o|nguoi nha (?:ho|ong|ba|minh|vao))\b",
)
_FIRST_PERSON: Final = _any(
    r"\b(?:toi|em|minh|chung toi|gia dinh|nha toi|dan|ba con|cong ty toi|doanh nghiep toi)\b",
    r"\b(?:muon|xin|can|gui|nop don|lam don|viet don|phai|ong|ba|can bo|chu tich|de nghi|bao voi ai)\b",
)
_ABOUT_LAW: Final = re.compile(r"\b(?:tham quyen|trinh tu|thoi han|quy dinh|trach nhiem|nghi dinh|dieu \d|khoan|ai giai quyet|co quan nao|cap nao)\b")

_OUR_FIELD: Final = re.compile(r"\b(?:khuyen cong|cum cong nghiep|ccn|nghi dinh|nd \d)\b")

# A wish that something be changed. "hồ sơ đề nghị thành lập" and "doanh nghiệp đề nghị" are the law's own words.
_LAWS_OWN: Final = (
    r"(?<!ho so )(?<!don )(?<!van ban )(?<!giay )(?<!to trinh )(?<!cong van )(?<!to chuc )(?<!doanh nghiep )(?<!hop tac xa )(?<!nguoi )(?<!noi dung )"
    r"(?<!thu tuc )(?<!duoc )(?<!bi )(?<!phai )(?<!khi )(?<!theo )(?<!ben )(?<!don vi )(?<!co so )(?<!ai )(?<!phieu )(?<!thuong nhan )"
)
_WISH: Final = re.compile(
    _LAWS_OWN + r"\bde nghi (?:xem|sua|bo|tang|giam|nang|rut|keo|giu|tinh|huyen|so|xa|trung uong|chinh phu|nha nuoc|co|cap|dieu chinh|huong dan|noi|mo"
    r"|them|giao|thao|cho|som|ban hanh|thay|lam ro|quy dinh|chuyen|bot|ha|gia han|duoc)\b"
    r"|^(?:toi |em |minh |xin |muon |can |gui |co )*(?:kien nghi|phan anh|gop y)\b|"
    r"\b(?:muon|xin|nho|ghi nhan|chuyen|gui|toi|em|minh|xa|cong ty|dn) (?:kien nghi|phan anh|gop y)\b"
    r"|" + _LAWS_OWN + r"\bkien nghi (?:giam|nang|bo|sua|noi|keo|cap|tang|nha nuoc|xem|rut|mo|thay|cho|som|dieu chinh|bot|them|nhe)\b"
    r"|\bmong (?:bo|so|tinh|nha nuoc|cap tren|trung uong|duoc|giam|nang|sua|noi|doi|tang|som|xem|rut|muon|co|cac)\b"
    r"|\bxin (?:bo bot|bot|mien|xem|noi|giam|keo dai ra|duoc bo|duoc mien|cho keo|cho bo|cho mien|cho giam|cho them)\b"
    r"|\bnho (?:ghi nhan|chuyen|trinh|kien nghi|xem|sua|cap tren|bo|so|tinh)\b"
)
# The same words stand in questions ("khi nào thì được sửa lại phương án"): a wish only where nothing at all is asked.
_WEAK_WISH: Final = re.compile(
    r"\bnen (?:noi|sua|bo|giam|nang|tang|rut|thay|cho)\b|\bcan (?:thay doi|sua doi|xem lai|dieu chinh lai|noi long|thao go)\b"
    r"|\b(?:sua giup|sua lai|sua di|tinh lai|noi giup|bo di|bo bot)\b"
)
_HARDSHIP: Final = re.compile(
    r"\b(?:vuong (?:lam|qua)|(?:dang|bi|gap|rat|con) (?:vuong|kho khan|bat cap)|vuong mac (?:o cho|la|nhu sau)"
    r"|kho (?:qua|lam)|lam kho|gay kho|bat loi|vo ly|bat cong|khong hop ly|khong kip|khong xue"
    r"|kho khan (?:trong|khi|ve|do|vi)|mau thuan (?:nhau|voi)|chong cheo (?:nhau|voi)|khong thong nhat (?:voi )?nhau|vuong (?:trong|khi|o cho|do)"
    r"|chua (?:co|thay) huong dan|khong (?:ai|noi nao|co quan nao) huong dan"
    r"|hoang mang|qua cao|ruom ra|trung nhau|ton tien qua|tro tay|khong du suc|khong ai giai quyet|bi ket|bi tac)\b"
)
# "Xã tôi vướng: …": what follows the colon is the difficulty, whatever words it has.
_HEADED: Final = re.compile(r"^[^.?!:]{0,60}\b(?:vuong(?: mac)?|kho khan|bat cap|kien nghi|phan anh)\s*:\s*(?:[^\s?]+\s+){3}[^?]*$")
_ASKS: Final = re.compile(
    r"\b(?:gi|nao|bao nhieu|bao lau|bao gio|may|dau|sao|nhu nao|ra sao|o dau|cho ai|do ai|ai (?:co|la|ky|lam|duyet|quyet|go|xu ly|giai quyet|cho|tra loi)"
    r"|(?:hoi|gui|bao cao|thi|xin|bao voi) ai|co duoc|co phai|duoc khong|phai khong|hay)\b"
    r"|\b(?:khong|chua|ha|vay|a|ai)$"
)


def _reports(bare: str, pieces: Sequence[str]) -> bool:
    """A wish that nothing is asked after, or a hardship told without a question; `pieces` are what punctuation parts."""
    wishes = list(_WISH.finditer(bare))
    if wishes and not _ASKS.search(bare[wishes[-1].start() :]):
        return True
    if _ASKS.search(bare):
        return False
    return bool(_WEAK_WISH.search(bare)) or (any(_HARDSHIP.search(p) for p in pieces) and len(bare.split()) >= 5)


def _accuses(bare: str) -> bool:
    """True for wrongdoing that is told; "khiếu nại về đề án khuyến công gửi ai" asks, and has its provision."""
    if _BRIBE.search(bare):
        return True
    return bool(_WRONGDOING.search(bare)) and not (_OUR_FIELD.search(bare) and _ASKS.search(bare))


def _talks(text: str, bare: str) -> bool:
    if not bare:
        return bool(set(text) & _EMOJI_TALK)
    words = bare.split()
    beside = sum(w not in _TALK_WORDS for w in words)
    return len(words) <= 14 and bool(_TALK.search(bare)) and beside <= (1 if len(words) > 3 else 0)


def _bare(text: str) -> str:
    """`text` unaccented, without punctuation, "ko" and its like written out."""
    plain = re.sub(r"[^\w\s/]", " ", strip_accents(fold(text)))
    return re.sub(r"\b(?:ko|k|hok|hong|kg|khg)\b", "khong", " ".join(plain.split()))


# Words that without their accents are words of a question: "máy" is no "mấy", "đầu tư" no "đâu".
_UNASKED: Final = re.compile(r"\b(?:máy|đầu|dầu|dấu|đấu|đậu|sào|sáo|náo|não)\b")


def asks(text: str) -> bool:
    """True when a message asks something: a question mark, or the words of a question."""
    return "?" in text or bool(_ASKS.search(_bare(_UNASKED.sub(" ", fold(text)))))


def intent(text: str) -> Kind | None:
    """Return the kind of a message that is no question of law; None when it is to be searched."""
    pieces = [_bare(piece) for piece in re.split(r"[,.;:!?…]", text)]
    bare = _bare(text)
    if _talks(text, bare):
        return Kind.SMALLTALK
    if _HUMAN.search(bare):
        return Kind.HUMAN
    if _FIRST_PERSON.search(bare) and not _ABOUT_LAW.search(bare) and _accuses(bare):
        return Kind.DIVERT
    if bare.startswith("/baocao") or _HEADED.search(strip_accents(fold(text))) or _reports(bare, pieces):
        return Kind.REPORT
    return None
