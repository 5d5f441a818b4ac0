"""Text typed for the fonts of before Unicode: read where it is sure, refused where it is not."""

from pathlib import Path

import pytest

from knowledge.formats import read_lines
from knowledge.oldfont import in_old_font, to_unicode
from knowledge.unreadable import Reason, UnreadableFile
from tests.knowledge import hostile
from tests.knowledge.hostile import paragraph, run

MEANT = [
    "NGHỊ ĐỊNH VỀ KHUYẾN CÔNG",
    "Bộ trưởng, Ủy viên và những người được giao việc cùng ký tên dưới đây.",
    "Điều 1. Phạm vi điều chỉnh",
    "1. Nghị định này được áp dụng đối với các xưởng nhỏ ở địa phương; cơ sở lớn dùng quy định khác.",
    "2. Người thợ giỏi nghề mộc, nghề rèn, nghề gốm được dạy nghề miễn phí sáu buổi mỗi quý.",
    "Điều 2. Hiệu lực thi hành",
    "Quỹ hỗ trợ trả đủ tiền vẽ mẫu, thuế và lệ phí; hoãn nộp khi lũ lụt, hỏa hoạn.",
]
TCVN3 = [
    "NGHÞ §ÞNH VÒ KHUYÕN C¤NG",
    "Bé tr\u00adëng, Uû viªn vµ nh÷ng ng\u00adêi ®\u00adîc giao viÖc cïng ký tªn d\u00adíi ®©y.",
    "§iÒu 1. Ph¹m vi ®iÒu chØnh",
    "1. NghÞ ®Þnh nµy ®\u00adîc ¸p dông ®èi víi c¸c x\u00adëng nhá ë ®Þa ph\u00ad¬ng; c¬ së lín dïng quy ®Þnh kh¸c.",
    "2. Ng\u00adêi thî giái nghÒ méc, nghÒ rÌn, nghÒ gèm ®\u00adîc d¹y nghÒ miÔn phÝ s¸u buæi mçi quý.",
    "§iÒu 2. HiÖu lùc thi hµnh",
    "Quü hç trî tr¶ ®ñ tiÒn vÏ mÉu, thuÕ vµ lÖ phÝ; ho·n nép khi lò lôt, háa ho¹n.",
]
VNI = [
    "NGHÒ ÑÒNH VEÀ KHUYEÁN COÂNG",
    "Boä tröôûng, UÛy vieân vaø nhöõng ngöôøi ñöôïc giao vieäc cuøng kyù teân döôùi ñaây.",
    "Ñieàu 1. Phaïm vi ñieàu chænh",
    "1. Nghò ñònh naøy ñöôïc aùp duïng ñoái vôùi caùc xöôûng nhoû ôû ñòa phöông; cô sôû lôùn duøng quy ñònh khaùc.",
    "2. Ngöôøi thôï gioûi ngheà moäc, ngheà reøn, ngheà goám ñöôïc daïy ngheà mieãn phí saùu buoåi moãi quyù.",
    "Ñieàu 2. Hieäu löïc thi haønh",
    "Quyõ hoã trôï traû ñuû tieàn veõ maãu, thueá vaø leä phí; hoaõn noäp khi luõ luït, hoûa hoaïn.",
]


@pytest.mark.parametrize("typed", [TCVN3, VNI], ids=["TCVN3", "VNI"])
def test_every_letter_comes_back(typed: list[str]) -> None:
    assert in_old_font(typed)
    found = to_unicode(typed)
    assert found is not None
    # TCVN3 has no capital Ủ: people wrote Uû, Uỷ.
    assert [line.replace("Uỷ", "Ủy") for line in found] == MEANT


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("CéNG HßA X· HéI CHñ NGHÜA VIÖT NAM", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),  # small letters of a capital font
        ("Bé C¤NG TH¦¥NG", "BỘ CÔNG THƯƠNG"),
        ("cña Bé C«ng Th\u00ad¬ng", "của Bộ Công Thương"),
        ("SöA §æI, Bæ SUNG", "SỬA ĐỔI, BỔ SUNG"),
        ("Së ®\u00adîc giao", "Sở được giao"),
        ("Sè: 38/2025/TT-BCT", "Số: 38/2025/TT-BCT"),
    ],
)
def test_capitals_of_tcvn3(typed: str, meant: str) -> None:
    found = to_unicode([*TCVN3, typed])
    assert found is not None
    assert found[-1] == meant


@pytest.mark.parametrize(
    "lines",
    [
        TCVN3[2:3] * 3,  # too little to be sure
        [line.replace("\u00ad", "") for line in TCVN3],  # a program has dropped every ư
        ["§çk ®ñç ®zÞ ®wµ ®fÕ ®jÒ ®zÉ ®ðå"] * 10,  # no Vietnamese in either font
    ],
    ids=["short", "a letter lost", "another font"],
)
def test_what_is_not_sure_is_refused(tmp_path: Path, lines: list[str]) -> None:
    (tmp_path / "a.txt").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(UnreadableFile) as raised:
        read_lines(tmp_path / "a.txt")
    assert raised.value.reason is Reason.OLD_FONT


@pytest.mark.parametrize("lines", [MEANT, ["Años y ñandúes; señor, §1 ®egistro"] * 5], ids=["Unicode", "Spanish"])
def test_other_text_is_left_alone(tmp_path: Path, lines: list[str]) -> None:
    (tmp_path / "a.txt").write_text("\n".join(lines), encoding="utf-8")
    if not in_old_font(lines):
        assert read_lines(tmp_path / "a.txt").lines == lines


@pytest.mark.parametrize("typed", [TCVN3, VNI], ids=["TCVN3", "VNI"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_in_a_text_file(tmp_path: Path, typed: list[str], encoding: str) -> None:
    (tmp_path / "a.txt").write_bytes("\n".join(typed).encode(encoding))
    assert [line.replace("Uỷ", "Ủy") for line in read_lines(tmp_path / "a.txt").lines] == MEANT


def test_in_a_docx(tmp_path: Path) -> None:
    """Word keeps U+00AD as an element of its own, or as it is."""
    as_element = [line.replace("\u00ad", "</w:t><w:softHyphen/><w:t xml:space=\"preserve\">") for line in TCVN3]
    for lines in (TCVN3, as_element):
        path = hostile.docx(tmp_path / "a.docx", "".join(paragraph(run(line)) for line in lines))
        assert [line.replace("Uỷ", "Ủy") for line in read_lines(path).lines] == MEANT
