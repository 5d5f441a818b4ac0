"""The kind of fact that is asked for, the sentence that holds it, and figures or bodies that are wrong."""

import pytest

from knowledge.wanted import Wanted, best_sentence, headline, mismatches, wanted, wrong_body


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("thẩm định mất bao lâu", Wanted.DURATION),
        ("so tham dinh may ngay", Wanted.DURATION),
        ("báo cáo phải nộp trước ngày nào", Wanted.DAY),
        ("hồ sơ gồm những gì", Wanted.LIST),
        ("mở rộng cụm cần điều kiện gì", Wanted.LIST),
        ("nộp ở đâu", Wanted.WHERE),
        ("ai ký quyết định thành lập cụm", Wanted.WHO),
        ("được hỗ trợ tối đa bao nhiêu", Wanted.AMOUNT),
        ("cụm có được vượt 75 ha không", Wanted.WHETHER),
        ("cụm công nghiệp là gì", Wanted.ANY),
    ],
)
def test_wanted(question: str, kind: Wanted) -> None:
    assert wanted(question) is kind


def test_the_sentence_that_holds_the_fact() -> None:
    lines = ["Sở chủ trì thẩm định hồ sơ.", "Thời hạn thẩm định là 25 ngày; thời gian bổ sung không tính."]
    sentence = best_sentence(lines, ("tham", "dinh", "ho", "so"), Wanted.DURATION)
    assert "25 ngày" in sentence
    assert headline(sentence, Wanted.DURATION) == "25 ngày"


@pytest.mark.parametrize(
    ("sentence", "kind", "heading", "said"),
    [
        ("Nộp trong 5 ngày, giải quyết trong 7 ngày.", Wanted.DURATION, "", ""),  # two: neither is the answer alone
        ("Diện tích không quá 75 ha.", Wanted.AMOUNT, "", "75 ha"),
        ("Tỷ lệ ít nhất 60%.", Wanted.AMOUNT, "", "60%"),
        ("Hồ sơ gửi Sở Công Thương.", Wanted.WHERE, "", "Sở Công Thương"),
        ("UBND cấp tỉnh quyết định sau khi Sở Công Thương thẩm định.", Wanted.WHO, "", ""),  # the sentence begins with it
        ("Quyết định thành lập cụm.", Wanted.WHO, "Quyền hạn, trách nhiệm của Ủy ban nhân dân cấp tỉnh", "Ủy ban nhân dân cấp tỉnh"),
    ],
)
def test_headline(sentence: str, kind: Wanted, heading: str, said: str) -> None:
    assert headline(sentence, kind, heading) == said


@pytest.mark.parametrize(
    ("question", "text", "asked", "found"),
    [
        ("lấp đầy 80% mới được mở rộng phải không", "tỷ lệ lấp đầy ít nhất 60%", "80%", ("60%",)),
        ("tham dinh trong 15 ngay dung khong", "thẩm định trong 25 ngày", "15 ngày", ("25 ngày",)),
        ("cụm được rộng 100 hecta à", "không quá 75 ha", "100 ha", ("75 ha",)),
    ],
)
def test_a_wrong_figure(question: str, text: str, asked: str, found: tuple[str, ...]) -> None:
    (mismatch,) = mismatches(question, text)
    assert (mismatch.asked, mismatch.found) == (asked, found)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("60% thì mở rộng được chưa", "tỷ lệ lấp đầy ít nhất 60%"),
        ("cụm 40 ha cần gì", "hồ sơ gồm 2 bộ"),  # another unit: no contradiction
        ("hồ sơ gồm gì", "không quá 75 ha"),
    ],
)
def test_no_wrong_figure(question: str, text: str) -> None:
    assert mismatches(question, text) == []


@pytest.mark.parametrize(
    ("question", "text", "heading", "wrong"),
    [
        ("UBND huyện quyết định thành lập cụm đúng không", "UBND cấp tỉnh quyết định", "", True),
        ("Chủ tịch huyện ký phải không", "Chỉ đạo; quyết định thành lập", "Quyền hạn, trách nhiệm của Ủy ban nhân dân cấp tỉnh", True),
        ("UBND tỉnh quyết định thành lập cụm đúng không", "UBND cấp tỉnh quyết định", "", False),
        ("UBND huyện làm gì", "UBND cấp tỉnh quyết định", "", False),  # nothing is taken for granted
        ("ubnd xa co duoc quyet dinh thanh lap cum khong", "UBND cấp tỉnh xem xét, quyết định việc thành lập", "", True),
        ("UBND cấp huyện có thẩm quyền phê duyệt không", "UBND cấp tỉnh phê duyệt", "", True),
        ("UBND cấp tỉnh có quyền ra quyết định mở rộng không", "UBND cấp tỉnh quyết định", "", False),
        ("UBND xã có được đề xuất lập cụm không", "Gửi UBND cấp tỉnh", "", False),  # it asks what the commune may do, not who decides
    ],
)
def test_a_wrong_body(question: str, text: str, heading: str, wrong: bool) -> None:
    assert (wrong_body(question, text, heading) is not None) is wrong
