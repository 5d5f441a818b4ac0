"""The provinces that a question may name: where a national rule is asked about, the name says nothing of the matter."""

import re
from typing import Final

from knowledge.vietnamese import clean, strip_accents

# The 34 provinces and cities since 1/7/2025 (NQ 202/2025/QH15) and the names in use before.
_ALL: Final = (
    "An Giang, Bà Rịa - Vũng Tàu, Bắc Giang, Bắc Kạn, Bạc Liêu, Bắc Ninh, Bến Tre, Bình Định, Bình Dương, Bình Phước, Bình Thuận, "
    "Cà Mau, Cần Thơ, Cao Bằng, Đà Nẵng, Đắk Lắk, Đắk Nông, Điện Biên, Đồng Nai, Đồng Tháp, Gia Lai, Hà Giang, Hà Nam, Hà Nội, "
    "Hà Tĩnh, Hải Dương, Hải Phòng, Hậu Giang, Hồ Chí Minh, Hòa Bình, Huế, Hưng Yên, Khánh Hòa, Kiên Giang, Kon Tum, Lai Châu, "
    "Lâm Đồng, Lạng Sơn, Lào Cai, Long An, Nam Định, Nghệ An, Ninh Bình, Ninh Thuận, Phú Thọ, Phú Yên, Quảng Bình, Quảng Nam, "
    "Quảng Ngãi, Quảng Ninh, Quảng Trị, Sóc Trăng, Sơn La, Tây Ninh, Thái Bình, Thái Nguyên, Thanh Hóa, Thừa Thiên Huế, Tiền Giang, "
    "Trà Vinh, Tuyên Quang, Vĩnh Long, Vĩnh Phúc, Yên Bái"
)
NAMES: Final = tuple(_ALL.split(", "))

_LONGEST: Final = sorted(NAMES, key=len, reverse=True)
_BARE: Final = "|".join(re.escape(strip_accents(name).lower()).replace(r"\ ", r"[\s-]+") for name in _LONGEST)
_CAPITAL: Final = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in _LONGEST)
_END: Final = r"(?![\w/])"
# "ở Lào Cai", "tỉnh lao cai", "trên địa bàn thành phố Huế": unaccented, and so only behind a word that announces a place
# ("cao bằng" and "hòa bình" are words too).
_PLACED: Final = re.compile(
    rf"(?<![\w/])(?:(?:o|tai|ben|cua|thuoc|tren dia ban|dia ban)\s+)?(?:tinh|thanh pho|tp\.?)\s*(?:{_BARE}){_END}"
    rf"|(?<![\w/])(?:o|tai|ben|thuoc|tren dia ban|dia ban)\s+(?:{_BARE}){_END}"
)
_NAMED: Final = re.compile(rf"(?<![\w/])(?:{_CAPITAL}){_END}")


def without_provinces(text: str) -> str:
    """Return the question less the provinces that it names; as it is where nothing else is left."""
    line = clean(text)
    bare = strip_accents(line.lower())
    if len(bare) != len(line):
        return text
    spans = [m.span() for m in _PLACED.finditer(bare)] + [m.span() for m in _NAMED.finditer(line)]
    kept = "".join(" " if any(a <= at < b for a, b in spans) else letter for at, letter in enumerate(line))
    rest = " ".join(kept.split())
    return rest if spans and len(rest) > 3 else text
