"""Whether a message asks which reports someone owes, and whom it names; one report's content is for search."""

import re
from typing import Final

from knowledge.plainly import LONGEST, plainly
from knowledge.roles import Role

# In this order: "hợp tác xã" is no "xã", "chủ đầu tư hạ tầng" no firm, "Bộ Công Thương" no "sở".
_NAMES: Final = tuple(
    (role, re.compile(rf"\b(?:{words})\b"))
    for role, words in (
        (Role.FIRM, r"hop tac xa"),
        (Role.INFRASTRUCTURE, r"(?:chu dau tu|doanh nghiep|cong ty|don vi|chu) (?:xay dung |lam |kinh doanh )?ha tang(?: ky thuat)?"),
        (Role.INFRASTRUCTURE, r"chu dau tu(?: (?:cua )?cum(?: cong nghiep)?)?"),
        (Role.MANAGEMENT, r"bo cong thuong|bo nganh|cuc cong thuong dia phuong|(?:co quan )?thong ke|trung tam khuyen cong quoc gia|(?<!can )bo|cuc"),
        (Role.DEPARTMENT, r"so(?: cong thuong)?"),
        (Role.COMMUNE, r"(?:(?:uy ban nhan dan|uy ban|can bo|cong chuc|cap|phong kinh te) )*(?:xa|phuong|dac khu)"),
        (Role.DISTRICT, r"(?:(?:uy ban nhan dan|uy ban|cap) )*huyen"),
        (Role.PROVINCE, r"(?:(?:uy ban nhan dan|uy ban|cap) )*(?:tinh|thanh pho)"),
        (Role.FIRM, r"doanh nghiep|cong ty|ho (?:san xuat|kinh doanh)|chu xuong|nha xuong|xuong|nha may|nha dau tu|co so(?: san xuat)?|to chuc"),
    )
)
_WHICH: Final = (
    r"(?:(?:nhung|cac|cai) )?(?:loai )?bao cao (?:(?:dinh ky|bat buoc|hang nam|trong nam) )?(?:gi|nao|nhung gi|cai gi)"
    r"|(?:nhung|cac) (?:loai )?bao cao (?:nao|gi)|may (?:loai )?bao cao|(?:nhung|cac) (?:loai )?bao cao"
)
# It asks for all that is owed ...
_ALL: Final = re.compile(
    rf"\b(?:{_WHICH})\b.*\b(?:phai|can|nop|gui|lam|lap|truoc ngay|han|khi nao|bao gio)\b|\b(?:phai|can|nop|gui|lam|lap)\b.*\b(?:{_WHICH})\b"
    r"|\b(?:co )?(?:phai|can|buoc phai|bat buoc)(?: (?:lam|nop|gui|lap))* bao cao (?:gi |dinh ky )?(?:khong|ko)\b"
    r"|\b(?:phai|can)(?: (?:lam|nop|gui|lap))* bao cao (?:gi|nhung gi|cai gi)\b"
    r"|\b(?:nghia vu|trach nhiem|che do|lich) (?:nop |gui )?bao cao\b|\bbao cao nhung gi\b"
)
# ... but not for one report: its content, its form, its figures, or another kind of paper of this name.
_ONE: Final = re.compile(
    r"\bbao cao (?:dau tu|tai chinh|tham dinh|danh gia|khao sat|dtm|tac dong|thue|quyet toan|nghien cuu|kinh te ky thuat|giam sat|ket qua|tong hop)\b"
    r"|\bbao cao (?:tinh hinh|hoat dong)\b|\bbao cao (?:6 thang|sau thang|nua nam|nam|ca nam|quy|thang|hang quy)\b(?! nao)"
    r"|\b(?:bieu|mau|noi dung|so lieu|chi tieu|phu luc|phat|xu phat|chot so|vuong|dung khong|dung chu|phai khong)\b|\bkhi\b(?! nao)"
)
# What such a question may hold besides the role; anything else is a subject of its own.
_BESIDE: Final = re.compile(
    r"\b(?:bao cao|nghia vu|trach nhiem|che do|lich|dinh ky|hang nam|hang quy|trong nam|moi nam|mot nam|bat buoc|loai|phai|can|nop|gui|lam|lap|co|khong"
    r"|gi|nao|nhung|cac|cai|may|truoc|ngay|han|chot|khi nao|bao gio|luc nao|la|thi|va|o|tai|trong|ngoai|cum cong nghiep|cum|khuyen cong|dia ban|linh vuc"
    r"|nganh cong thuong|cong thuong|theo|cua|ve|cho|voi|ai|toi|em|anh|chi|minh|chung toi|ben|ban|oi|a|nhe|vay|ha|ma|nhu|xin|hoi|cho hoi|biet|nguoi|chu"
    r"|thuc hien|de an|du an|san xuat|kinh doanh|nghi dinh|thong tu|bot|lan|nhu the nao|the nao|ra sao|sao|doi|nhiem|phu trach|can bo|cap|len|moi|nay|nam"
    r"|thang|quy|quoc gia|dia phuong|thu cap|quy dinh|duoc|gom|don vi|muon|con|nua|het|tat ca|day du|cu the|giup|da|roi|mot|hai|\d+)\b"
)


def asks_for_duties(text: str) -> bool:
    """True when `text` asks which reports are owed, by its writer or by a role, and nothing else."""
    if len(text) > LONGEST:
        return False
    bare = plainly(text)
    if not _ALL.search(bare) or _ONE.search(bare):
        return False
    return not _BESIDE.sub(" ", _without_names(bare)).split()


def named_roles(text: str) -> tuple[Role, ...]:
    """The roles that `text` names as the ones who report, in its order; what stands behind "gửi cho" receives."""
    bare = re.sub(r"\b(?:gui|nop|bao cao) (?:len |cho |toi |ve )+.*$", " ", plainly(text))
    found: list[tuple[int, Role]] = []
    for role, name in _NAMES:
        found += [(match.start(), role) for match in name.finditer(bare)]
        bare = name.sub(lambda m: "·" * len(m[0]), bare)
    return tuple(dict.fromkeys(role for _, role in sorted(found)))


def _without_names(bare: str) -> str:
    for _, name in _NAMES:
        bare = name.sub(" ", bare)
    return bare
