"""A province's name in a question of a national rule neither hides the answer nor takes other words with it."""

from datetime import date

import pytest

from knowledge.answer import Answers
from knowledge.intent import Kind
from knowledge.provinces import NAMES, without_provinces


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("ở Lào Cai điều kiện thành lập cụm là gì", "điều kiện thành lập cụm là gì"),
        ("o lao cai ai quyet dinh thanh lap cum", "ai quyet dinh thanh lap cum"),
        ("hồ sơ thành lập cụm ở tỉnh Bà Rịa - Vũng Tàu", "hồ sơ thành lập cụm"),
        ("ở tp. hồ chí minh cụm tối đa bao nhiêu ha", "cụm tối đa bao nhiêu ha"),
        ("Hà Nội nộp mấy bộ hồ sơ lập cụm", "nộp mấy bộ hồ sơ lập cụm"),
        ("mức hỗ trợ cao bằng nhau không", "mức hỗ trợ cao bằng nhau không"),
        ("UBND cấp tỉnh quyết định gì", "UBND cấp tỉnh quyết định gì"),
        ("Lào Cai", "Lào Cai"),
    ],
)
def test_what_is_left(text: str, rest: str) -> None:
    assert without_provinces(text) == rest


def test_every_name_is_known_once() -> None:
    assert len(set(NAMES)) == len(NAMES) == 64  # Huế was "Thừa Thiên Huế" before


@pytest.mark.parametrize("place", ["", "ở Lào Cai ", "tỉnh Nam Định ", "tại Hà Giang "])
def test_a_national_rule_is_the_answer_everywhere(answers: Answers, place: str) -> None:
    answer = answers.to(f"{place}ai quyết định thành lập cụm công nghiệp", date(2026, 7, 1))
    assert answer.kind is Kind.ANSWER
    assert answer.cited[0].provision.ref.article == "10"
