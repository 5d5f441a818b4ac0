"""Text typed for the fonts of before Unicode (TCVN3, VNI) -> Unicode, where its letters leave no doubt."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

_SURE: Final = 25  # words with marks that a text must have before it is judged
_SHARE: Final = 0.97  # and this part of them must be syllables of Vietnamese once converted
_OLD_HEAD: Final = re.compile(r"(?<!\w)[§®Ññ][\w\u0300-\u036f]")  # what stands for Đ and đ at the head of a word

_TCVN3: Final = dict(zip(
    "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u00adõøö÷ùúýûüþ¡¢£¤¥¦§",
    "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂÊÔƠƯĐ",
    strict=True,
))  # fmt: skip
_CAPITALS: Final = frozenset("¡¢£¤¥¦§")
# VNI writes a mark as a letter of its own after the vowel; a few vowels have one letter.
_VNI_MARKS: Final = {
    "ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323", "â": "\u0302", "ê": "\u0306",
    "á": "\u0302\u0301", "à": "\u0302\u0300", "å": "\u0302\u0309", "ã": "\u0302\u0303", "ä": "\u0302\u0323",
    "é": "\u0306\u0301", "è": "\u0306\u0300", "ú": "\u0306\u0309", "ü": "\u0306\u0303", "ë": "\u0306\u0323",
}  # fmt: skip
_VNI_LETTERS: Final = {"ñ": "đ", "ô": "ơ", "ö": "ư", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_VNI: Final = re.compile(f"([aeouyôö])([{''.join(_VNI_MARKS)}])|([{''.join(_VNI_LETTERS)}])", re.IGNORECASE)

_TONE: Final = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_WORD: Final = re.compile(r"[^\W\d_]+")
_ONSET: Final = "b|ch?|d|đ|gh?|gi|h|kh?|l|m|n|nh|ngh?|ph?|qu|r|s|th?|tr|v|x"
_RIME: Final = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng eo ep et ê êch êm ên"
    " ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu o oa oac oach oai oam oan oang oanh oao oat oay"
    " oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uân uâng uât"
    " uây uc uê uêch uênh ui um un ung uơ uôc uôi uôm uôn uông uôt up ut uy uya uych uyên uyêt uyn uynh uyt uyu ư ưa ưc ưi ưm"
    " ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu y yêm yên yêng yêt yêu"
)
_SYLLABLE: Final = re.compile(f"(?:{_ONSET})?(?:{_RIME.replace(' ', '|')})")


def in_old_font(lines: Sequence[str]) -> bool:
    """True for text in TCVN3 ("§iÒu 1. Ph¹m vi ®iÒu chØnh") or VNI ("Ñieàu 1. Phaïm vi ñieàu chænh")."""
    return not any("Điều" in line for line in lines) and sum(len(_OLD_HEAD.findall(line)) for line in lines) > 4


def to_unicode(lines: Sequence[str]) -> list[str] | None:
    """Return `lines` in Unicode, None where it is not sure which font they were typed for or a letter is lost.

    Sure is: enough words with marks, nearly all of them syllables of Vietnamese after one of the two conversions.
    """
    for convert in (_from_tcvn3, _from_vni):
        found = [convert(line) for line in lines]
        if _is_vietnamese(found):
            # A program that drops U+00AD, a soft hyphen elsewhere, has dropped every ư of TCVN3.
            return found if convert is _from_vni or any("\u00ad" in line for line in lines) else None
    return None


def _from_tcvn3(line: str) -> str:
    """Letters one by one; words in capitals have the letters of small ones in a font of their own: "CHñ" is CHỦ."""
    parts = re.split(r"(\s+)", line)
    cases = [_capital(part) for part in parts]
    texts = ["".join(_TCVN3.get(letter, letter) for letter in part) for part in parts]
    return "".join(text.upper() if case or (case is None and _among_capitals(cases, at)) else text
                   for at, (case, text) in enumerate(zip(cases, texts, strict=True)))


def _capital(word: str) -> bool | None:
    """Whether a word of TCVN3 is in capitals; None where its letters do not tell, as in "Bé", Bộ or BỘ."""
    letters = [letter for letter in word if letter.isalpha() or letter in _TCVN3]
    if not letters or any(letter.isdigit() for letter in word):
        return None
    if any(letter.isascii() and letter.islower() for letter in letters):
        return False
    return True if any(letter.isascii() or letter in _CAPITALS for letter in letters[1:]) else None


def _among_capitals(cases: Sequence[bool | None], at: int) -> bool:
    beside = [case for case in (*cases[max(0, at - 2) : at], *cases[at + 1 : at + 3]) if case is not None]
    return bool(beside) and all(beside)


def _from_vni(line: str) -> str:
    def mend(match: re.Match[str]) -> str:
        base = match[1] or match[3]
        letter = _VNI_LETTERS.get(base.lower(), base.lower())
        text = unicodedata.normalize("NFC", letter + _VNI_MARKS.get((match[2] or "").lower(), ""))
        return text.upper() if base.isupper() else text

    return _VNI.sub(mend, line)


def _is_vietnamese(lines: Sequence[str]) -> bool:
    marked = [word for line in lines for word in _WORD.findall(line.lower()) if not word.isascii()]
    return len(marked) >= _SURE and sum(map(_is_syllable, marked)) >= _SHARE * len(marked)


def _is_syllable(word: str) -> bool:
    loose = _TONE.sub("", unicodedata.normalize("NFD", word))
    return bool(_SYLLABLE.fullmatch(unicodedata.normalize("NFC", loose)))
