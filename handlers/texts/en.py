"""English sentences: plain, polite, short; the law itself, and the names an official needs, stay Vietnamese."""

import re
from datetime import date
from typing import Final

from knowledge.asked_news import Turn
from knowledge.authority import Occurrence, Reading
from knowledge.calendar import Unit
from knowledge.changes import News
from knowledge.duties import Duty, Period
from knowledge.procedures import Due, Procedure, Step
from knowledge.provision import TAIL, Document, Ref, kind_of
from knowledge.relations import Link
from knowledge.roles import Role
from knowledge.status import Standing, Status
from knowledge.wanted import Mismatch

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)
_KINDS: Final = {
    "Nghị định": "Decree", "Nghị quyết": "Resolution", "Thông tư": "Circular", "Thông tư liên tịch": "Joint Circular", "Quyết định": "Decision",
    "Chỉ thị": "Directive", "Công điện": "Official Dispatch", "Văn bản hợp nhất": "Consolidated Text", "Luật": "Law",
}
_ANNEXES: Final = (("Phụ lục", "Annex"), ("Biểu số", "Form"), ("Biểu", "Form"), ("Mẫu số", "Form"), ("Mẫu", "Form"), ("Mục", "Section"))


def day(value: date) -> str:
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def document_name(document: Document) -> str:
    kind = document.kind or kind_of(document.number)
    return f"{_KINDS.get(kind, kind)} {document.number}".strip()


def place(ref: Ref) -> str:
    spot = _spot(ref)
    return f"{spot}, {_numbered(ref.document)}" if spot else _numbered(ref.document)


def _numbered(number: str) -> str:
    """A number with its kind: "Decree 303/2026/NĐ-CP"."""
    kind = kind_of(number)
    return f"{_KINDS.get(kind, kind)} {number}".strip()


def _spot(ref: Ref) -> str:
    """The place without the document: "point c, clause 1, Article 8"."""
    parts = []
    if ref.point is not None:
        parts.append("closing paragraph" if ref.point == TAIL else f"point {ref.point}")
    if ref.clause is not None:
        section, _, number = ref.clause.rpartition(".")
        if section and not section[0].isdigit():
            parts += [f"clause {number}"] if number != "0" else []
            parts.append(f"Section {section}")
        else:
            parts.append(f"clause {ref.clause}")
    if ref.article is not None:
        vietnamese, english = next((pair for pair in _ANNEXES if ref.article.startswith(f"{pair[0]} ")), ("", ""))
        parts.append(f"Article {ref.article}" if ref.article[0].isdigit() else f"{english}{ref.article[len(vietnamese) :]}")
    return ", ".join(parts)


# --- beginnings -------------------------------------------------------------------------------------


def greeting(name: str) -> str:
    return (
        f"Hello. {name} is an automatic assistant (a machine answers, not an official). It helps you look up Vietnam’s industry and trade rules on "
        "industrial clusters (cụm công nghiệp), industrial promotion (khuyến công) and the powers of two-level local government."
    )


def how_to_ask() -> str:
    return (
        "Please ask in Vietnamese, with or without accents: the documents are in Vietnamese, and questions in English are not understood yet. "
        "You can also name the provision, for example “khoản 2 Điều 8 NĐ 32/2024” (clause 2, Article 8, Decree 32/2024). "
        "The three sample questions ask about the conditions for expanding a cluster, the days allowed for appraising an application to set one up, "
        "and who can receive industrial promotion support."
    )


def limits() -> str:
    return "Answers name the provision they rest on and are for reference only; they do not replace the official opinion of the competent authority."


def suggestions() -> tuple[str, ...]:
    # A sample is sent as it stands, and only Vietnamese questions are understood; `how_to_ask` says what the three mean.
    return (
        "CCN muốn mở rộng thì cần điều kiện gì?",
        "Sở Công Thương thẩm định hồ sơ thành lập cụm trong mấy ngày?",
        "Cơ sở nào được hưởng chính sách khuyến công?",
    )


def help_title(name: str) -> str:
    return f"How to use {name}"


def help_lines() -> tuple[str, ...]:
    return (
        "Ask about a rule: type the question in Vietnamese, for example “mo rong cum cong nghiep can dieu kien gi” (conditions for expanding a cluster).",
        "Look up an article, clause or point: type “điểm c khoản 2 Điều 8 NĐ 32/2024” (point c, clause 2, Article 8, Decree 32/2024).",
        "Ask about the rule on a given day: end the question with the day, for example “… vào ngày 30/6/2025” (on 30 June 2025).",
        "/documents: list the documents and read them article by article.",
        "/report: report a difficulty. /mine: see your reports and the replies.",
        "/privacy: see or erase your data. /carry: move the conversation to another channel; /link: use two channels together.",
        "/help: show this help again. /tiengviet: switch to Vietnamese (“chuyển sang tiếng Việt”).",
        "When there is a list, type a number to choose an item.",
    )


def automatic() -> str:
    return "This is an automatic assistant: a machine finds and arranges what the documents say; no official writes the answers."


def thanks() -> str:
    return "Thank you. Please write again whenever you need to look up a rule."


def smalltalk(name: str) -> str:
    return (
        f"Hello. {name} is an automatic assistant, not an official. It helps you look up Vietnam’s industry and trade rules on industrial clusters, "
        "industrial promotion and the powers of two-level local government. Which rule would you like to ask about? Please ask in Vietnamese."
    )


def language_changed() -> str:
    return "The interface is now in English. The law itself, and summaries of it, are shown in Vietnamese; please ask in Vietnamese."


# --- answers ----------------------------------------------------------------------------------------


def status(standing: Standing, document: Document, on: date, asked_day: bool) -> str:
    """The one status line of an answer; "" when the provision is simply in force today."""
    named, by, since = document_name(document), _numbered(standing.by), _since(standing.since)
    source = ", ".join(part for part in (standing.basis, by) if part)
    unchecked = "" if standing.checked else ", unverified"
    match standing.status:
        case Status.NOT_YET:
            later = f" (in force from {day(standing.since)})" if standing.since else ""
            ruled = f" Earlier text, since replaced: {standing.by}; its words are not held here." if standing.by else ""
            return f"Not yet in force on {day(on)}{later}. What follows does not apply on that day.{ruled}"
        case Status.EXPIRED:
            if source:
                ended = f": it applied until the end of {day(standing.until)}" if standing.until else ""
                return f"No longer in force on {day(on)}{ended} (under {source}). What follows is for reference only."
            until = f": in the documents held here, {named} applies until the end of {day(standing.until)}" if standing.until else ""
            check = "; please check whether it has been extended or replaced" if standing.says else ""
            return f"No longer in force on {day(on)}{until}. What follows is for reference only{check}."
        case Status.REPEALED:
            said = "was repealed" if by and standing.kind != "amends" else "ceased to have effect"
            when = f" on {day(standing.since)}" if standing.since else ""
            return f"This provision {said}{when}" + (f" (under {source}{unchecked})" if source else "") + ". What follows is for reference only."
        case Status.SUSPENDED:
            when = f"Suspended on {day(on)}" if asked_day else "Currently suspended"
            said = f". {standing.says.rstrip('.')}" if standing.says else since
            return f"{when}{said}" + (f" (basis: {source})." if source else ".")
        case Status.AMENDED_UNKNOWN if standing.partly:
            place = f" ({standing.basis})" if standing.basis else ""
            return (
                f"Note: {by}{since} holds an order that amends this provision{place} and that could not be applied to the wording below; "
                "please check the official text before relying on it."
            )
        case Status.AMENDED_UNKNOWN:
            until = f"the rule that applied until the end of {day(standing.until)}" if standing.until else "the version before amendment"
            effect = f" with effect from {day(standing.since)}" if standing.since else ""
            touched = f"{'repealed' if standing.kind == 'repeals' else 'amended'} this provision{effect}"
            if not standing.certain:
                touched = f"amended {named}{effect}, and it is not known whether this provision was changed"
            told = by if standing.checked else f"According to information that has not been verified, {by}"
            lacks = "The amended text is not held here" if standing.checked else "That document is not held here"
            return f"What follows is {until}. {told} {touched}. {lacks}; please read the official text before applying it."
        case Status.IN_FORCE:
            if standing.says:
                return f"Note: {standing.says.rstrip('.')}" + (f" (basis: {source})." if source else ".")
            return f"In force on {day(on)}." if asked_day else ""


def force(standing: Standing, document: Document, on: date) -> str:
    """Whether a document as a whole is the law on a day; a known amendment is told beside it."""
    named, by = document_name(document), _numbered(standing.by)
    unchecked = "" if standing.checked else " (according to unverified information)"
    source = ", ".join(part for part in (standing.basis, by) if part)
    match standing.status:
        case Status.NOT_YET:
            return f"{named} is not yet in force on {day(on)}" + (f"; it takes effect on {day(standing.since)}." if standing.since else ".")
        case Status.EXPIRED | Status.REPEALED:
            said = "has been replaced" if standing.kind == "replaces" else "has been repealed" if standing.kind == "repeals" else "is no longer in force"
            when = _since(standing.since) or (f", it applied until the end of {day(standing.until)}" if standing.until else "")
            return f"On {day(on)}, {named} {said}{when}" + (f" (under {source})" if source else "") + f"{unchecked}."
        case Status.SUSPENDED:
            return f"On {day(on)}, {named} is suspended" + (f" (under {source})." if source else ".")
        case _:
            if document.in_force_from is None:
                return f"The day on which {named} took effect is not held, so this cannot be confirmed; no text held repeals or replaces it."
            return f"{named} is in force on {day(on)}, by the texts held here."


def touched(by: str, since: date | None, held: bool, checked: bool) -> str:
    """One text that amends or repeals parts of a document that is in force."""
    lacks = "" if held else "; the amending wording is not held"
    told = "" if checked else "; unverified information"
    return f"Some of its provisions were amended or repealed by {_numbered(by)}{_since(since)}{lacks}{told}."


def _since(value: date | None) -> str:
    return f" from {day(value)}" if value else ""


def _until(value: date | None) -> str:
    return f" until the end of {day(value)}" if value else ""


def answer(headline: str, sentence: str) -> str:
    if not headline:
        return sentence
    return f"{headline[0].upper()}{headline[1:]}. {sentence}"


def mismatch(found: Mismatch) -> str:
    return f"Note: the question says “{found.asked}”, but the provision says {', '.join(found.found)}."


def basis(ref: Ref, heading: str) -> str:
    # The Vietnamese citation stands first and whole: channels link it, and an official needs it.
    spot = f" ({_spot(ref)})" if ref.article is not None else ""
    return f"Basis: {ref}{spot}" + (f": {heading}." if heading else ".")


def official_words() -> str:
    return "Official words (in Vietnamese):"


def former_words(since: date) -> str:
    return f"Former official words (no longer in force since {day(since)}):"


def part_ended(ref: Ref, standing: Standing) -> str:
    """A part of a place that is left out of it because it has ended."""
    source = ", ".join(part for part in (standing.basis, _numbered(standing.by)) if part)
    unchecked = "" if standing.checked else ", unverified"
    spot = _spot(ref)
    return f"{spot[:1].upper()}{spot[1:]} is no longer in force{_since(standing.since)}" + (f" (under {source}{unchecked})." if source else ".")


def digest_mark() -> str:
    return "This is a summary in Vietnamese, not the official words."


def ocr_mark() -> str:
    return "The quoted words were read by machine from a scan and may contain errors; please check them against the official text."


def amended_by(by: str) -> str:
    return f"As amended by: {by}."


def disputed(note: str) -> str:
    return f"Note: published copies do not agree on this figure ({note}); please check the official copy that bears a signature and seal."


def partly_shown(ref: Ref) -> str:
    return f"Only the relevant part is shown; {_spot(ref) or _numbered(ref.document)} says more."


def authority(occurrence: Occurrence, reading: Reading, before: Reading | None) -> str:
    """One line on who acts: the literal words stay, the reading stands beside them."""
    duty = f"matters concerning “{occurrence.phrase}”" if occurrence.sense == "area" else f"the duties of “{occurrence.phrase}”"
    if reading.settled:
        return f"Who acts: {duty} are carried out by {_body(reading)}{_since(reading.since)}{_until(reading.until)} (under {reading.basis})."
    note = reading.note.removeprefix("Chưa xác định: ").rstrip(".")
    why = f" {note[0].upper()}{note[1:]}." if note else ""
    if before is not None and before.body:
        # Shorter than the note, which ends with the same history.
        ended = f"Until the end of {day(before.until)}" if before.until else "Before that"
        why = f" Related: {reading.basis}. {ended}: {_body(before)} (under {before.basis})."
    return (
        f"Who acts: it is not settled which body carries out {duty}{_since(reading.since)}.{why} "
        "Please ask the Department of Industry and Trade (Sở Công Thương) before you submit or sign anything."
    )


_BODIES: Final = {
    "Ủy ban nhân dân cấp tỉnh": "the provincial People’s Committee (UBND cấp tỉnh)",
    "Ủy ban nhân dân cấp huyện": "the district People’s Committee (UBND cấp huyện)",
    "Ủy ban nhân dân cấp xã": "the commune People’s Committee (UBND cấp xã)",
    "Bộ Công Thương": "the Ministry of Industry and Trade (Bộ Công Thương)",
    "Sở Công Thương": "the Department of Industry and Trade (Sở Công Thương)",
    "Thủ tướng Chính phủ": "the Prime Minister (Thủ tướng Chính phủ)",
}


def _body(reading: Reading) -> str:
    return _BODIES.get(reading.body or "", reading.body or "")


def more_title() -> str:
    return "Other related provisions:"


def see(ref: Ref, heading: str) -> str:
    short = heading if len(heading) <= 70 else heading[:67].rsplit(" ", 1)[0] + "…"
    document = ref.document.split("/")[0] + "/" + ref.document.split("/")[1] if ref.document.count("/") == 2 else ref.document
    spot = _spot(ref)
    return f"{spot[:1].upper()}{spot[1:]}, {abbreviation(ref)} {document}".strip(", ") + (f": {short}" if short else "")


def abbreviation(ref: Ref) -> str:
    sign = ref.document.rsplit("/", 1)[-1]
    found = re.match(r"NĐ|TTLT|TT|QĐ|NQ|CT|QH", sign)
    if found is None:
        return ""
    return "Law" if found[0] == "QH" else found[0]


def whole(ref: Ref) -> str:
    return f"Show the whole of {_spot(ref)} ({ref.place()})" if ref.article is not None else f"Show the whole of {_numbered(ref.document)}"


def report_it() -> str:
    return "Report a difficulty with this provision"


# --- what changed -----------------------------------------------------------------------------------


def compare(ref: Ref) -> str:
    return f"How {_spot(ref)} changed"


def compare_in(ref: Ref) -> str:
    return f"{see(ref, '')}: what changed"


def changes_title() -> str:
    return "Old and new wording (what was removed and what was added is marked):"


def no_changes() -> str:
    return "In the texts at hand, no wording has changed here."


def more_changes(left: int) -> str:
    return f"{left} more changed places are not listed above; ask about each article."


def change_place(ref: Ref, since: date, by: str, named: bool = False) -> str:
    spot = place(ref) if named else _spot(ref)
    return f"{spot[:1].upper()}{spot[1:]}, since {day(since)}" + (f", by {by}:" if by else ":")


def compared(runs: tuple[tuple[str, str], ...]) -> str:
    marked = {"same": "{}", "removed": "[removed: {}]", "added": "[added: {}]"}
    return " ".join(marked[op].format(text) for op, text in runs)


def news_title(since: date, until: date | None) -> str:
    return f"Changes in the texts at hand, {_period_of(since, until)}, latest first:"


def coming_title() -> str:
    return "To come (by the texts at hand; a new text may change the day):"


def no_news(since: date, until: date | None, turn: Turn) -> str:
    what = {Turn.ANY: "nothing is known to change", Turn.BEGINS: "no text is known to take effect", Turn.ENDS: "no text is known to end"}[turn]
    return f"In the texts at hand, {what} {_period_of(since, until)}."


def news_of_subject() -> str:
    return "Only changes of documents and articles whose names mention the subject are listed; ask “what is new” to see all."


def news_of_all() -> str:
    return "No document or article bears the name of the subject, so all changes are listed."


def more_news(left: int) -> str:
    return f"{left} more changes are not listed above."


def next_news(count: int) -> str:
    return f"Show the next {count} changes"


def _period_of(since: date, until: date | None) -> str:
    return f"since {day(since)}" + (f" until {day(until)}" if until else "")


def coming(item: News) -> str:
    """A change that is known to come; the reason of an end stays Vietnamese."""
    reason = item.document.in_force_to_reason if item.kind == "ends" else ""
    return news(item) + (f" {reason.rstrip('.')}." if reason else "")


def news(item: News) -> str:
    named, when = _numbered(item.document.number), day(item.day)
    unchecked = "" if item.checked else " (according to unverified information)"
    places = ", ".join(_spot(r) for r in item.refs[:6]) + (f" and {len(item.refs) - 6} more" if len(item.refs) > 6 else "")
    match item.kind:
        case "begins":
            return f"{when}: {named} takes effect{unchecked}."
        case "ends":
            return f"{when}: {named} ceases to have effect{unchecked}."
        case "changed":
            return f"{when}: {named} changes in {places}" + (f" (by {item.by})." if item.by else ".")
        case _ if item.partly:
            return f"{when}: {_numbered(item.by)} amends {named}; some of its orders could not be applied to the text."
        case _:
            return f"{when}: {_numbered(item.by)} amends or repeals parts of {named}{unchecked}; the new wording is not at hand."


# --- no answer --------------------------------------------------------------------------------------


def nothing_found() -> str:
    return (
        "No provision that answers this question was found in the documents held here, so the assistant gives no answer rather than a wrong one. "
        "If you asked in English, please ask again in Vietnamese."
    )


def unknown_document(name: str) -> str:
    return f"{name[:1].upper()}{name[1:]} is not held here, so its content cannot be given."


def not_held(document: Document) -> str:
    title = f" ({document.title})" if document.title else ""
    return f"Only information about {document_name(document)}{title} is held here, not its full text, so it cannot be quoted. {document.note}".strip()


def no_such_place(missing: str, document: Document | None) -> str:
    where = "The documents held here do"
    if document is not None:
        where = f"The {'copy' if document.completeness in ('full', 'digest') else 'part'} of {document_name(document)} held here does"
    return f"{missing[:1].upper()}{missing[1:]} was not found. {where} not have this article, clause or point. Please check the numbers."


def no_such_document() -> str:
    return "The assistant does not hold the document that this link leads to. The documents it holds are listed below."


def near_title() -> str:
    return "You may be looking for:"


def who_else(hotline: str) -> str:
    return (
        "You can ask: the Department of Industry and Trade (Sở Công Thương) of your province or city; the public administrative service centre "
        "(Trung tâm phục vụ hành chính công) that handles your procedure"
        + (f"; the hotline of the Ministry of Industry and Trade (Bộ Công Thương): {hotline}" if hotline else "")
        + "."
    )


def offer_report() -> str:
    return "Report a difficulty"


# --- asking back ------------------------------------------------------------------------------------


def empty_message() -> str:
    return "There is no question in words in your message. Please type one in Vietnamese, for example:"


def too_vague() -> str:
    return (
        "What would you like to ask about? Please say more, in Vietnamese: for example industrial clusters (cụm công nghiệp), "
        "industrial promotion (khuyến công) or which licence (giấy phép)."
    )


def one_of_days(on: date, named: date) -> str:
    return f"The question names more than one day ({day(on)} and {day(named)}). This answer is for {day(on)}; please ask about the other separately."


def chosen_day(on: date, named: date) -> str:
    return f"The question names {day(named)}, but the day chosen is {day(on)}. This answer is for the chosen day."


def no_such_day(typed: str) -> str:
    return f"There is no {typed} in the calendar. Please check the day."


def which_province() -> str:
    return "A province has rules of its own on this. Which province or city do you ask for?"


def other_province() -> str:
    return "Another province or city"


def joined(former: str, now: str) -> str:
    return f"{former} has been part of {now} since 1/7/2025; the rule of {now} follows."


def turns_title(filed: date) -> str:
    return (
        f"As far as is known here, these texts changed the rules after {day(filed)}. "
        "Whether older files follow the old or the new rules is for the transitional provisions of each:"
    )


def turn(by: str, since: date, held: bool, checked: bool, provision: Ref | None) -> str:
    """A text that changed the law, and where it says what becomes of older files; of a text that is not held nothing is told but that."""
    unchecked = "" if checked else ", unverified information"
    named = f"{_numbered(by)} (from {day(since)}{unchecked})"
    if provision is not None:
        return f"{named}: its transitional provision, {_spot(provision)}, follows."
    if held:
        return f"{named}: the part held here has no transitional provision."
    return f"{named}: this text is not held here, so there is no answer; please see its transitional provision or ask the Department of Industry and Trade."


def which_place(places: int) -> str:
    return f"{places} places of the article you have just read match. Which one do you mean?"


def which_document(places: int) -> str:
    return f"The question matches {places} documents. Which one do you mean?" if places != 1 else "The question matches 1 document. Is this the one you mean?"


def number_expired() -> str:
    return "The earlier list has expired or has no such item. Please send your question again."


def number_unknown(last: int) -> str:
    return f"The list has only {last} item{'s' if last != 1 else ''}. Please choose again by number or type your question."


# --- other roads ------------------------------------------------------------------------------------


def human(hotline: str) -> str:
    return (
        "This is an automatic assistant and it cannot yet pass this conversation to an official. You can contact the Department of Industry "
        "and Trade (Sở Công Thương) of your province or city, or the public administrative service centre (Trung tâm phục vụ hành chính công) "
        "that handles your procedure."
        + (f" Hotline of the Ministry of Industry and Trade (Bộ Công Thương): {hotline}." if hotline else "")
    )


def divert() -> str:
    return (
        "This may be a complaint (khiếu nại) or a denunciation (tố cáo); the assistant does not receive or forward them. Please follow the law on complaints "
        "and denunciations: send a complaint to the body that made the decision or took the action complained of; send a denunciation to the body "
        "that manages the person denounced; or go to the citizen reception office (nơi tiếp công dân) of the commune or province. "
        "Please do not send personal data or secret documents here."
    )


def report_how(hotline: str) -> str:
    return (
        "The command line takes no reports. Please report in the conversation on the web page or on Telegram: type /report."
        + (f" Hotline of the Ministry of Industry and Trade (Bộ Công Thương): {hotline}." if hotline else "")
    )


def report_what() -> str:
    return (
        "In your report, please state: the document, article, clause and point that cause the difficulty; what exactly the difficulty is; "
        "how you propose to solve it. Do not send secret documents or photos of identity cards."
    )


# --- browsing ---------------------------------------------------------------------------------------


def documents_title() -> str:
    return "Documents held or known here:"


def document_line(document: Document) -> str:
    part = "part of the official text" if any(p.wording for p in document.provisions) else "summary of a part"
    held = {"digest": "summary", "extract": part, "full": "official text", "known": "full text not held"}[document.completeness]
    title = document.title if len(document.title) <= 80 else document.title[:77].rsplit(" ", 1)[0] + "…"
    return f"{document_name(document)}: {title} ({held})" if title else f"{document_name(document)} ({held})"


def document_facts(document: Document, on: date) -> str:
    parts = []
    if document.issued:
        parts.append(f"issued on {day(document.issued)}")
    if document.in_force_from or document.in_force_to:
        parts.append(f"in force{_since(document.in_force_from)}{_until(document.in_force_to)}")
    if not document.checked:
        parts.append("information not checked against the official copy")
    return "; ".join(parts)[:1].upper() + "; ".join(parts)[1:] + "." if parts else ""


def relations_title() -> str:
    return "Relations to other documents"


def relation(link: Link) -> str:
    """One relation of a document, told from its side."""
    verbs = {"amends": "amends", "repeals": "repeals", "replaces": "replaces", "guides": "guides", "suspends": "suspends", "overrides": "overrides"}
    other, verb = _numbered(link.other), verbs.get(link.kind, link.kind)
    said = f"{other} {verb} this document" if link.incoming else f"This document {verb} {other}"
    shown = ", ".join(f"Article {a}" if a[0].isdigit() else a for a in link.articles[:12]) + ("…" if len(link.articles) > 12 else "")
    places = f" ({shown})" if shown else ""
    return f"{said}{places}{_since(link.since)}{_until(link.until)}{'' if link.checked else ', according to unverified information'}."


def articles_title(document: Document) -> str:
    return f"Articles and annexes of {document_name(document)}:"


def next_page() -> str:
    return "Show more"


def too_long(limit: int) -> str:
    return f"The message is too long (at most {limit:,} characters). Please shorten it and send one question at a time."


def trouble() -> str:
    return "Something went wrong and the question could not be answered. Please send it again in a few minutes."


# --- procedures -------------------------------------------------------------------------------------


def card_title(procedure: Procedure) -> str:
    return f"Steps of the procedure (under {_numbered(procedure.document)}): {procedure.title}"


def card_step(number: int, step: Step) -> str:
    return f"Step {number}. {step.name}"


def card_step_lines(step: Step) -> tuple[str, ...]:
    """Who, what, papers, to whom, period and form of a step, as far as the law says them; `basis` tells the place."""
    lines = [f"Who acts: {step.who}.", step.what]
    if step.file:
        lines.append(f"Papers: {'; '.join(step.file)}.")
    if step.to:
        lines.append(f"Sent to: {step.to}.")
    if step.sets:
        lines.append(f"Number of sets or copies: {step.sets}.")
    if step.days:
        lines.append(f"Time limit: {_period(step)}.")
    if step.form:
        lines.append(f"Form: {step.form}.")
    return tuple(lines)


def card_acts(reading: Reading) -> str:
    """Beside a step of a body that was abolished; the note at the end of the card tells the basis."""
    if reading.body is None:
        return "District duty in this step: not settled who acts; see “Who acts” at the end."
    return f"District duty in this step: done by {_body(reading)}; see “Who acts” at the end."


def _period(step: Step) -> str:
    return _days(step) + (f", from “{step.starts}”" if step.starts else "")


def _days(step: Step) -> str:
    return f"{step.days} {'working' if step.unit is Unit.WORKING else 'calendar'} days"


def card_hint() -> str:
    return "To have the latest day of each step worked out, write the day of filing, for example “nộp hồ sơ ngày 3/12/2026” (submitted on 3 December 2026)."


def which_procedure() -> str:
    return "For which procedure is the file submitted?"


def schedule_title(procedure: Procedure, filed: date) -> str:
    return f"Latest day of each step if the file is submitted on {day(filed)}: {procedure.title}"


def schedule_line(due: Due) -> str:
    step = due.step
    if due.latest is None:
        return f"{step.name}: {_period(step) if step.days else 'the law sets no number of days'}."
    doubt = "" if due.certain else "provisionally "
    return f"{step.name}: {doubt}no later than {day(due.latest)} ({_days(step)}). Who acts: {step.who}."


def status_later(on: date, text: str) -> str:
    return f"By {day(on)}: {text}"


def schedule_how() -> str:
    return (
        "How it is counted: the file is complete, each step takes all its time, and the first day is not counted. Working days leave out weekends and public "
        "holidays. Calendar days include days off; where the last one is a day off, the limit is the next working day (Articles 147 and 148 of the Civil "
        "Code 2015)."
    )


def schedule_caution(year: int) -> str:
    return (
        "Note: days marked “provisionally” may change, because the public holidays or swapped working days of that time are not settled yet. "
        f"The calendar held here is complete until the end of {year}."
    )


def filed_on_day_off(filed: date, opens: date) -> str:
    return (
        f"Note: {day(filed)} is a day off. Where files are only taken in on working days, yours may count as received on {day(opens)}, "
        "and the dates below move with it."
    )


def filed_then(opens: date) -> str:
    return f"Reckon from the next working day: {day(opens)}"


def no_schedule() -> str:
    return "The law sets no time limit from the day of filing for this procedure, so no day can be worked out for its steps."


# --- reports that are owed --------------------------------------------------------------------------


_ROLES: Final = {
    Role.FIRM: "Businesses, cooperatives, producing households, units carrying out industrial promotion projects",
    Role.INFRASTRUCTURE: "The developer of the cluster’s infrastructure (chủ đầu tư hạ tầng)",
    Role.COMMUNE: "The commune People’s Committee (UBND cấp xã)",
    Role.DISTRICT: "The district People’s Committee (UBND cấp huyện, until the end of 30 June 2025)",
    Role.DEPARTMENT: "The Department of Industry and Trade (Sở Công Thương)",
    Role.PROVINCE: "The provincial People’s Committee (UBND cấp tỉnh)",
    Role.MANAGEMENT: "Central bodies, statistics offices, National Industrial Promotion Centres (Trung tâm Khuyến công quốc gia)",
}
_PERIODS: Final = {
    Period.HALF_YEAR: "Half-yearly and yearly", Period.YEAR: "Yearly", Period.QUARTER: "Quarterly", Period.MONTH: "Monthly",
    Period.ONCE: "When the matter arises or on request",
}


def which_role() -> str:
    return "Whose reports are you asking about?"


def role_name(role: Role) -> str:
    return _ROLES[role]


def duties_title(role: Role, on: date) -> str:
    return f"Reports to be sent, under the rules of {day(on)}: {_ROLES[role]}"


def duty_lines(duty: Duty, due_on: date | None) -> tuple[str, ...]:
    """When and what, then who, to whom and on which form; `basis` tells the place."""
    if due_on is not None:
        when = f"{'No later than' if duty.inclusive else 'Before'} {day(due_on)}"
    elif duty.period is Period.ONCE:
        when = _PERIODS[duty.period]
    else:
        when = f"{_PERIODS[duty.period]} (the law names no day)" if duty.period else "Regularly (the law says neither how often nor by which day)"
    lines = [f"{when}: {duty.what}", f"Who reports: {duty.role}. Sent to: {'; '.join(duty.to)}."]
    if duty.form:
        lines.append(f"Form: {duty.form}.")
    return tuple(lines)


def district_passed(on: date) -> str:
    return f"There are no district People’s Committees after {day(on)}. What became of their reports:"


def duty_passed(old: Duty, new: Duty, on: date) -> str:
    """What became of one report of the abolished district; the duty itself stays Vietnamese."""
    if new.to_day is not None and new.to_day < on:
        return f"{old.what} It passed to {new.role} until the end of {day(new.to_day)}; who reports since then is not settled."
    return f"{old.what} It is now for {new.role} to report, since {day(new.from_day)}."


def no_duties(role: Role, on: date) -> str:
    return f"The documents held here name no report to be sent on {day(on)}: {_ROLES[role]}."
