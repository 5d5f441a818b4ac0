"""The name of a commune, a firm, a cluster or a person made a question look foreign, and it was declined or answered by another place."""

from datetime import date

import pytest

from knowledge.answer import Answers
from knowledge.intent import Kind
from knowledge.names import without_names, without_who

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(("text", "rest"), [
    ("xã Tân Lập muốn mở rộng cụm cần gì", "xã muốn mở rộng cụm cần gì"),
    ("phường Ba Đình có được hưởng khuyến công không", "phường có được hưởng khuyến công không"),
    ("công ty TNHH Thương mại Minh Anh của tôi làm chủ đầu tư", "công ty của tôi làm chủ đầu tư"),
    ("tôi là Nguyễn Văn An, cho hỏi ai thẩm định", ", cho hỏi ai thẩm định"),
    ("cụm công nghiệp Tân Lập mở rộng", "cụm công nghiệp mở rộng"),
    ("UBND xã Nghị định 32 giao việc gì", "UBND xã Nghị định 32 giao việc gì"),
    ("hồ sơ thành lập công ty TNHH một thành viên gồm những gì", "hồ sơ thành lập công ty TNHH một thành viên gồm những gì"),
    ("XÃ TÂN LẬP MUỐN MỞ RỘNG CỤM", "XÃ TÂN LẬP MUỐN MỞ RỘNG CỤM"),
    ("ủy ban nhân dân xã phải báo cáo gì", "ủy ban nhân dân xã phải báo cáo gì"),
])
def test_names_are_taken_out_and_nothing_else(text: str, rest: str) -> None:
    assert without_names(text) == rest


@pytest.mark.parametrize(("text", "rest"), [
    ("xa toi o ai quyet dinh thanh lap cum", "ai quyet dinh thanh lap cum"),
    ("o xa tan lap muon mo rong cum", "muon mo rong cum"),
    ("xả nước thải ra suối bị phạt bao nhiêu", "xả nước thải ra suối bị phạt bao nhiêu"),
    ("sản phẩm công nghiệp nông thôn tiêu biểu", "sản phẩm công nghiệp nông thôn tiêu biểu"),
])
def test_who_asks_is_taken_out(text: str, rest: str) -> None:
    assert without_who(text) == rest


@pytest.mark.parametrize(("text", "article"), [
    ("xã tôi ở Hà Giang ai quyết định thành lập cụm", "10"),
    ("xa toi o ha giang ai quyet dinh thanh lap cum", "10"),
    ("xã Tân Lập muốn mở rộng cụm công nghiệp cần điều kiện gì", "8"),
    ("tôi là Nguyễn Văn An, cán bộ xã, cho hỏi ai thẩm định hồ sơ thành lập cụm", "10"),
    ("đặc khu Phú Quốc có được thành lập cụm công nghiệp không", "8"),
    ("cụm công nghiệp Tân Lập mở rộng cần tỷ lệ lấp đầy bao nhiêu", "8"),
])
def test_the_rule_answers_whatever_the_name(answers: Answers, text: str, article: str) -> None:
    answer = answers.to(text, TODAY)
    assert answer.kind is Kind.ANSWER
    assert (answer.cited[0].provision.ref.document, answer.cited[0].provision.ref.article) == ("32/2024/NĐ-CP", article)


@pytest.mark.parametrize("text", [
    "ai cấp giấy đăng ký kết hôn ở xã Tân Lập", "xã Tân Lập làm sổ đỏ hết bao nhiêu tiền", "xa tan lap lam giay khai sinh o dau",
    "công ty TNHH Minh Anh nợ thuế thì bị phạt thế nào", "tôi là Nguyễn Văn An, cho hỏi ly hôn nộp đơn ở đâu",
])
def test_what_lies_outside_is_still_refused(answers: Answers, text: str) -> None:
    assert answers.to(text, TODAY).kind is Kind.DECLINE
