"""Who a question is about and whose duty a provision states: the first body that either names."""

import re
from typing import Final

from knowledge.provision import Provision
from knowledge.vietnamese import fold, strip_accents
from knowledge.wanted import owner_of

# Unaccented; the first that stands in a text is its actor. "quận, huyện" are gone, but texts and people still name them.
_ACTORS: Final = (
    ("commune", r"(?:ubnd|uy ban nhan dan|chu tich)?(?: cap| cac)? ?xa(?! hoi| thai| vien)|phuong(?! an| thuc| phap| tien| trinh)|dac khu"),
    ("district", r"(?:ubnd|uy ban nhan dan)(?: cap)? (?:huyen|quan)|cap huyen|huyen|phong kinh te"),
    ("department", r"so cong thuong|sct|so (?:tai chinh|xay dung|nong nghiep)"),
    ("province", r"(?:ubnd|uy ban nhan dan|chu tich|hdnd|hoi dong nhan dan)(?: cap)? tinh|cap tinh|tinh(?! hinh| toan| chat| trang| den| tu| the| nang)"),
    ("ministry", r"bo (?:truong )?(?:bo )?(?:cong thuong|tai chinh|xay dung)|bo truong|bct|cuc (?:cong|doi|hoa|xuat)"),
    ("government", r"thu tuong|chinh phu"),
    ("investor", r"chu dau tu(?: xay dung)?(?: ha tang)?|chu ha tang|cdt"),
    ("firm", r"doanh nghiep|to chuc, ca nhan|co so cong nghiep|thuong nhan"),
)
_FIRST: Final = re.compile("|".join(rf"(?P<{name}>\b(?:{pattern})\b)" for name, pattern in _ACTORS))
# A body is what the question is about where it stands at the beginning, or behind "trách nhiệm của".
_SUBJECT: Final = re.compile(r"\b(?:trach nhiem|nhiem vu|quyen han|viec|quyen)(?: \w+){0,2} cua |^(?:cho (?:toi |em )?hoi |hoi )?(?:thi |cap )?")
_ACTS: Final = re.compile(r"^(?: \w+){0,3}? (?:phai|co|duoc|lam|bao cao|gui|tham dinh|quyet dinh|duyet|phe duyet|thong bao|lap|giai quyet|nop|trong)\b|^$|^ ")
NAMES: Final = ("", *(name for name, _ in _ACTORS))
_WITHIN: Final = 40  # characters of a provision in which its actor stands


def actor_in(text: str) -> str:
    """The first body that `text` names, as a level: "commune", "province" …; "" where it names none."""
    match = _FIRST.search(strip_accents(fold(text)))
    return str(match.lastgroup) if match else ""


def asked_actor(question: str) -> str:
    """The body whose duty a question asks for: "trách nhiệm của UBND cấp xã", "xã phải báo cáo ai"; "" where it is no subject."""
    bare = strip_accents(fold(question))
    for subject in _SUBJECT.finditer(bare):
        match = _FIRST.match(bare, subject.end())
        if match and _ACTS.match(bare[match.end() :]):
            return str(match.lastgroup)
    return ""


def actor_of(unit: Provision) -> str:
    """Whose duty the provision states: the body at its beginning, or the one that its article's heading names."""
    version = (*unit.plain[-1:], *unit.wording[-1:])
    begins = actor_in(version[0].text[:_WITHIN]) if version else ""
    return begins or actor_in(owner_of(unit.heading))
