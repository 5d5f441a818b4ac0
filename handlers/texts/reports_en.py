"""English sentences about reports: plain, polite, short; the law itself, and the names an official needs, stay Vietnamese."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from handlers.texts.en import day, see
from knowledge.calendar import Unit
from knowledge.provision import Ref
from reports.deadlines import Due
from reports.errors import BadFile
from reports.model import Author, NameSeen, NoticeKind, Problem, Regime, Report, ReporterKind, Unfixed
from reports.number import shown
from reports.routing import Desk
from reports.states import State

_SHORT: Final = 160


def _cut(text: str, limit: int = _SHORT) -> str:
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


def _many(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


# --- where it begins ----------------------------------------------------------------------------------


def offer_report() -> str:
    return "You seem to be describing a difficulty. Would you like to send it as a report, so that the responsible body can answer it?"


def offer_note() -> str:
    return "If you only want to look something up, choose a related provision (if any) or type your message again as a question."


def begin_with_this() -> str:
    return "Send a report with these words"


def begin_report() -> str:
    return "Send a new report"


def begin_anew() -> str:
    return "Drop the old draft and write a new report"


def read_place(ref: Ref) -> str:
    return see(ref, "")


def only_in_private() -> str:
    return (
        "A report may contain information about you, so it is taken only in a private conversation. "
        "Please write to the assistant privately and type /report."
    )


def has_draft(text: str) -> str:
    return f"You have a report that is not finished and not sent: “{_cut(text)}”." if text else "You have a report that is not finished and not sent."


def resume() -> str:
    return "Go on with the unfinished report"


def draft_waits() -> str:
    return "Your unfinished report is kept. Type /report to go on with it."


def divert() -> str:
    return (
        "This looks like a complaint (khiếu nại) or a denunciation (tố cáo). The assistant does not take complaints or denunciations; please send it to the "
        "person competent to settle it under the Law on Complaints (Luật Khiếu nại) or the Law on Denunciations (Luật Tố cáo), or go to the citizen reception "
        "office (nơi tiếp công dân) of the commune or province. If it is only a difficulty with a rule, please write it again: name the rule and the "
        "difficulty, and do not name the person complained of or denounced."
    )


def note_of_answer(asked: str, told: str) -> str:
    answered = f" The assistant answered: {_cut(told, 600)}" if told else ""
    return f"This report was sent from the question: “{_cut(asked, 600)}”.{answered}"


# --- the questions ------------------------------------------------------------------------------------


def _step(number: int, of: int, text: str) -> str:
    return f"({number}/{of}) {text}"


def ask_what(number: int, of: int) -> str:
    return _step(
        number, of, "What difficulty have you met? Please write a few sentences, in Vietnamese if you can: the matter, the obstacle, its effects.",
    )  # fmt: skip


def no_secrets() -> str:
    return "Please do not send state secrets, papers stamped as secret, or photos or numbers of identity cards."


def data_notice() -> str:
    return (
        "The report is kept together with the code of this conversation, so that the answer can be sent to you. You need not give your name. "
        "Type /privacy to see what is kept, /erase to delete it."
    )


def now_written(text: str) -> str:
    return f"Written so far: “{_cut(text)}”. Send new words to replace it."


def use_question(text: str) -> str:
    return f"Use your last question: “{_cut(text, 60)}”"


def what_is_needed() -> str:
    return "At least a few words about the difficulty are needed; otherwise nobody can answer it."


def say_more() -> str:
    return "That is too short. Please write a few more words."


def say_something() -> str:
    return "There are no words in your message. Please type some."


def ask_where(number: int, of: int) -> str:
    return _step(
        number, of, "Which provision causes the difficulty? Choose below, or type it, for example “điểm c khoản 1 Điều 8 Nghị định 32/2024” "
        "(point c, clause 1, Article 8, Decree 32/2024).",
    )  # fmt: skip


def place_unknown() -> str:
    return "I do not know which provision"


def place_none() -> str:
    return "No provision causes it"


def place_not_found() -> str:
    return (
        "This provision was not recognised in the documents held here. Please type the number of the article and of the document, "
        f"or choose “{place_unknown()}”; the official in charge will find it."
    )


def provision(fault: Ref | Unfixed | None) -> str:
    if isinstance(fault, Ref):
        return see(fault, "")
    return {Unfixed.NONE: "no provision causes it", Unfixed.UNKNOWN: "not known which provision", None: ""}[fault]


def ask_trouble(number: int, of: int) -> str:
    return _step(number, of, "What kind of difficulty is it?")


def trouble(regime: Regime, problem: Problem) -> str:
    return {
        Problem.UNCLEAR: "Not clear how to do it, guidance is needed", Problem.SEVERAL_READINGS: "The provision can be read in several ways",
        Problem.CONTRADICTORY: "Provisions contradict each other", Problem.OVERLAPPING: "Provisions overlap or repeat each other",
        Problem.UNREASONABLE: "The provision is not reasonable", Problem.INFEASIBLE: "The provision cannot be carried out in practice",
        Problem.COSTLY: "The procedure is burdensome or costly",
        Problem.OTHER: "Other",
    }[problem]  # fmt: skip


def ask_who(number: int, of: int) -> str:
    return _step(number, of, "In what capacity do you report?")


def reporter_kind(kind: ReporterKind) -> str:
    return {
        ReporterKind.COMMUNE: "Official of a commune, ward or special zone", ReporterKind.DEPARTMENT: "Official of a provincial department",
        ReporterKind.FIRM: "Business or cooperative", ReporterKind.HOUSEHOLD: "Household business or production facility", ReporterKind.OTHER: "Other",
    }[kind]  # fmt: skip


def ask_place(number: int, of: int) -> str:
    return _step(
        number, of, "In which commune, ward or special zone, of which province or city, is the difficulty? For example “xã Phú Bình, Thái Nguyên”. "
        "You can also type the old name from before the merger.",
    )  # fmt: skip


def no_such_territory() -> str:
    return "This place was not recognised. Please type the name of the commune, ward or special zone with the province or city, or only the province or city."


def which_territory(count: int) -> str:
    return f"This may be {_many(count, 'place')} (same name, split or merged). Please choose one, or add the name of the province or former district."


def commune_unknown(province: str) -> str:
    return f"The commune, ward or special zone was not recognised, so only {province} is kept. To name it, type “back” and type the name again."


def place_now(former: str, name: str) -> str:
    return f"{former} is now part of {name}."


def ask_wish(number: int, of: int) -> str:
    return _step(number, of, "What do you propose? For example: what should be changed, what needs guidance.")


def files_welcome(*, only_photos: bool) -> str:
    if only_photos:
        return "You can send photos right here in this conversation. To send PDF, Word or Excel files, type “/carry” to move it to the web page."
    return "You can send photos, PDF, Word or Excel files right here in this conversation."


def skip() -> str:
    return "Skip"


def back() -> str:
    return "Back"


def cancel() -> str:
    return "Cancel the report"


def choose_from_list() -> str:
    return "Please choose an item from the list; you can also type its number."


def choice_gone() -> str:
    return "This item is no longer in the list. Please choose again."


# --- the summary --------------------------------------------------------------------------------------


def summary_title() -> str:
    return "Please check before sending"


def field_name(step: str) -> str:
    return {
        "what": "Difficulty", "where": "Provision", "trouble": "Kind", "who": "Capacity", "place": "Place", "wish": "Proposal",
    }[step]  # fmt: skip


def summary_line(step: str, text: str) -> str:
    return f"{field_name(step)}: {_cut(text, 400) if text else 'not given'}"


def _seen_by(seen: NameSeen) -> str:
    return {
        NameSeen.MINISTRY_AND_DEPARTMENT: "seen by the Ministry and the Department of Industry and Trade",
        NameSeen.MINISTRY: "seen only by the Ministry of Industry and Trade",
    }[seen]


def summary_name(name: str, contact: str, seen: NameSeen) -> str:
    return f"Sender: {', '.join(x for x in (name, contact) if x)} ({_seen_by(seen)})"


def summary_unnamed() -> str:
    return "Sender: no name given"


def summary_publication(agreed: bool) -> str:
    return "Publish the report and its answer (without your name): " + ("agreed" if agreed else "no")


def summary_files(names: Sequence[str]) -> str:
    return f"Files ({len(names)}): {_cut(', '.join(names), 300)}"


def send_it() -> str:
    return "Send the report"


def edit_it() -> str:
    return "Change something"


def ask_edit() -> str:
    return "What would you like to change?"


def to_summary() -> str:
    return "Back to the summary"


def send_later() -> str:
    return "Later, keep the draft"


def kept_for_later() -> str:
    return "The draft is kept. Type /report to go on with it."


def still_needed() -> str:
    return "This is still needed before the report can be sent."


def add_name(named: bool) -> str:
    return "Change or remove name and contact" if named else "Add name and contact (optional)"


def publish(agreed: bool) -> str:
    return "Withdraw consent to publish" if agreed else "Agree to publish (without your name)"


def ask_seen() -> str:
    return "Which bodies may see your name and contact?"


def name_seen(seen: NameSeen) -> str:
    return {
        NameSeen.MINISTRY_AND_DEPARTMENT: "The Ministry and the Department of Industry and Trade",
        NameSeen.MINISTRY: "Only the Ministry of Industry and Trade",
    }[seen]


def no_name() -> str:
    return "Give no name"


def name_notice() -> str:
    return (
        "Your name, position and contact are used only to handle your reports; you may see, correct or delete them at any time (/privacy). "
        "Without a name the report is still taken and answered here, but it cannot be passed on to the National Public Service Portal "
        "(Cổng Dịch vụ công quốc gia)."
    )


def ask_name() -> str:
    return (
        "Please type your full name, position, and phone number or email in one message. "
        "For example: “Nguyễn Văn An, công chức UBND xã Phú Bình, 0912 345 678”."
    )


def name_kept() -> str:
    return "Your name and contact are noted."


def name_without_contact() -> str:
    return "Your name is noted. There is no phone number or email yet; the answer will still be sent to this conversation."


def ask_cancel() -> str:
    return "Do you want to cancel the unfinished report? What you have written will not be sent."


def really_cancel() -> str:
    return "Cancel, do not send"


def cancelled() -> str:
    return "Cancelled. Nothing has been sent."


def nothing_to_cancel() -> str:
    return "There is no unfinished report."


def no_draft() -> str:
    return "This draft is no longer here. Type /report to write a new report, /mine to see the reports you have sent."


# --- similar reports ----------------------------------------------------------------------------------


def similar_title(count: int) -> str:
    return f"There {'is' if count == 1 else 'are'} already {_many(count, 'report')} like yours."


def similar_line(number: int, report: Report, count: int) -> str:
    about = provision(report.provision) or "no provision named"
    told = "already answered" if report.state is State.ANSWERED else "being handled"
    more = f", sent by {_many(count, 'person', 'people')}" if count > 1 else ""
    kind = trouble(report.regime, report.problem).lower() if report.regime and report.problem else "kind not given"
    return f"({number}) {about[0].upper()}{about[1:]}: {kind}; {told}{more}."


def similar_note() -> str:
    return "If you join one, your report keeps its own number and the common answer is sent here. Please send it separately if your case is different."


def join_it(number: int, answered: bool) -> str:
    return f"Join ({number}) and see the answer" if answered else f"Join ({number})"


def send_anyway() -> str:
    return "Send it separately"


def joined(answered: bool) -> str:
    if answered:
        return "Your report was joined with a similar one, which has been answered as follows."
    return "Your report was joined with a similar one; the common answer will be sent here."


# --- the receipt --------------------------------------------------------------------------------------


def receipt_title(number: str) -> str:
    return f"Report {shown(number)} has been received"


def receipt_desk(desk: Desk, copied: Sequence[Desk]) -> str:
    more = f" Copied to: {', '.join(d.name for d in copied)}." if copied else ""
    return f"Handled by: {desk.name}.{more}"


def _due_name(step: str) -> str:
    return {"forward": "Passed on to the right body", "first_notice": "First notice", "answer": "Answer"}[step]


def due_line(due: Due) -> str:
    unit = f"{'working' if due.clock.unit is Unit.WORKING else 'calendar'} day"
    doubt = "" if due.certain else "provisionally "
    return f"{_due_name(due.clock.step)}: {doubt}no later than {day(due.day)} ({_many(due.clock.days, unit)})"


def internal_dates() -> str:
    return "These dates are internal time limits of this system."


def reply_comes_here() -> str:
    return "The answer will be sent to this conversation. Type /mine to see how it stands."


def receipt_code(number: str, code: str) -> str:
    return (
        f"To see it from another device, type “/status {shown(number)} {code}”. The secret code at the end is shown only once; "
        "whoever has it can see how the report stands and its answer."
    )


def not_exportable() -> str:
    return "The report does not have both a name and a contact, so it cannot be passed on to the National Public Service Portal (Cổng Dịch vụ công quốc gia)."


def no_dispatch() -> str:
    return "This report does not replace an official dispatch (công văn)."


def open_report() -> str:
    return "See this report"


def my_reports() -> str:
    return "My reports"


# --- my reports ---------------------------------------------------------------------------------------


def no_reports() -> str:
    return "You have not sent any report from this conversation."


def my_reports_title(count: int) -> str:
    return f"Your reports ({count})"


def state_name(state: State) -> str:
    return {
        State.DRAFT: "draft", State.RECEIVED: "received", State.UNDER_REVIEW: "under review", State.WAITING: "waiting for more from you",
        State.FORWARDED: "passed on to another body", State.REOPENED: "reopened, being handled", State.ANSWERED: "answered",
        State.MERGED: "joined with a similar report", State.WITHDRAWN: "withdrawn", State.OUT_OF_SCOPE: "outside what can be handled here",
    }[state]  # fmt: skip


def my_report(report: Report, late: bool, text: str) -> str:
    return f"{shown(report.number)}: {state_name(report.state)}{', overdue' if late else ''}. {_cut(text, 100)}"


def open_number(number: str) -> str:
    return shown(number)


def older_by_number(count: int) -> str:
    return f"There {'is' if count == 1 else 'are'} {_many(count, 'older report')}. Type /status and the number of the report to see one."


def report_state(number: str, state: State) -> str:
    return f"Report {shown(number)}: {state_name(state)}"


def at_desk(desk: Desk) -> str:
    return f"Handled by: {desk.name}"


def due_on(step: str, value: date, late: bool) -> str:
    return f"{_due_name(step)}: due by {day(value)}" + (", overdue" if late else "")


def about(text: str, place: str) -> str:
    return f"Report: {_cut(text, 400)}" + (f" (provision: {place})" if place else "")


def official_says(name: str) -> str:
    return f"From an official: {name}" if name else "From an official"


def seen_by_code() -> str:
    return (
        "You are seeing this with the secret code. To add to it, withdraw it or reopen it, please use the conversation it was sent from, "
        "or type /carry in that conversation to carry it over here."
    )


def add_message() -> str:
    return "Add something"


def whole_thread() -> str:
    return "See the whole exchange"


def withdraw() -> str:
    return "Withdraw the report"


def reopen() -> str:
    return "Reopen the report"


def leave_it() -> str:
    return "No, leave it as it is"


def ask_message(number: str) -> str:
    return f"Please write what you want to add to report {shown(number)}, or send a file."


def message_kept(number: str) -> str:
    return f"Added to report {shown(number)} and passed on to the body that handles it."


def give_to(number: str) -> str:
    return f"Add this to report {shown(number)}"


def ask_withdraw(number: str) -> str:
    return f"Do you want to withdraw report {shown(number)}? It will no longer be handled; you can reopen it later."


def really_withdraw() -> str:
    return "Withdraw this report"


def withdrawn(number: str) -> str:
    return f"Report {shown(number)} has been withdrawn."


def ask_why_reopen(number: str) -> str:
    return f"Please say why you want to reopen report {shown(number)}."


def without_reason() -> str:
    return "Reopen without a reason"


def reopened(number: str) -> str:
    return f"Report {shown(number)} has been reopened."


def answer_by(value: date) -> str:
    return f"Answer: no later than {day(value)} (internal time limit)"


def closed_reopen_first(number: str) -> str:
    return f"Report {shown(number)} takes no additions now. Please reopen it before you add to it."


def which_report() -> str:
    return "Which report would you like to answer or add to?"


def thread_title(number: str) -> str:
    return f"Exchange about report {shown(number)}"


def thread_line(author: Author, name: str, text: str, at: datetime | None) -> str:
    who = {Author.REPORTER: "You", Author.OFFICIAL: f"Official {name}".strip(), Author.MACHINE: "Automatic assistant"}[author]
    return f"{who}{f', {day(at.date())}' if at else ''}: {text}"


# --- what is refused ----------------------------------------------------------------------------------


def classified(stamp: str) -> str:
    return (
        f"This looks like a classified document (“{stamp}”), so it was not accepted and was not stored. "
        "Classified documents are sent through the official mail service (văn thư) under the rules on the protection of state secrets. "
        "If it is not classified, please write it again without this word."
    )


def too_long_words(length: int, limit: int) -> str:
    return f"Your text has {length:,} characters; at most {limit:,} can be taken. Please shorten it, or send it as a file."


def too_many(what: str, limit: int, free_at: datetime) -> str:
    thing, kept = ("file", "the files taken so far are kept") if what == "attachments" else ("report", "the draft is kept")
    return f"Each person can send at most {_many(limit, thing)} in one hour. Please go on after {free_at:%H:%M}; {kept}."


def bad_file(name: str, reason: BadFile) -> str:
    why = {
        BadFile.EMPTY: "the file is empty", BadFile.TOO_LARGE: "the file is too large (at most 20 MB)",
        BadFile.UNKNOWN_KIND: "only photos, PDF, Word, Excel and plain text (.txt) files are taken",
        BadFile.DISGUISED: "its content does not match the ending of its name", BadFile.MACROS: "it contains macros",
        BadFile.ENCRYPTED: "it is protected by a password", BadFile.TOO_MANY: "the report already has 20 files",
    }[reason]  # fmt: skip
    return f"The file “{_cut(name, 80)}” was not accepted: {why}. Your report is not affected."


def file_trouble(name: str, trouble: str) -> str:
    why = "the file is too large (at most 20 MB)" if trouble == "too_large" else "it could not be downloaded, please send it again"
    return f"The file “{_cut(name, 80)}” was not accepted: {why}."


def file_kept(name: str, number: str) -> str:
    return f"The file “{_cut(name, 80)}” was added to " + (f"report {shown(number)}." if number else "the unfinished report.")


def file_for_closed(number: str) -> str:
    return f"Report {shown(number)} takes no additions now, so the file was not taken. Please reopen it or begin a new report, then send the file again."


def file_without_report() -> str:
    return (
        "It is not clear which report this file belongs to, so it was not accepted. Type /report to write a new report, "
        "or /mine and choose the report it belongs to; then please send the file again."
    )


def words_added() -> str:
    return "The words sent with the file were added to the report."


def edit_followed() -> str:
    return "Changed as in your edited message."


def edit_not_followed() -> str:
    return "An edited message is not read again. Please send the new words as another message."


def not_allowed(state: State) -> str:
    return f"The report is in the state “{state_name(state)}”, so this cannot be done."


def changed_meanwhile() -> str:
    return "The report has just changed. Please look at it again (/mine) and repeat what you did."


def no_such_report() -> str:
    return "This report was not found in your conversation. Please check the number, or type /mine."


def law_unavailable() -> str:
    return "Provisions cannot be looked up at the moment. Please try again in a few minutes; reports can still be sent, type /report."


# --- notices ------------------------------------------------------------------------------------------


def notice(kind: NoticeKind, number: str, facts: Mapping[str, str]) -> str:
    """The first line of what a person is told when somebody else has acted."""
    known = shown(number)
    match kind:
        case NoticeKind.TAKEN:
            return f"Report {known}: an official has begun to look into it."
        case NoticeKind.FORWARDED:
            return f"Report {known} has been passed on to {facts.get('desk') or 'the body that handles it'}."
        case NoticeKind.ASKED:
            return f"Report {known}: an official needs more information from you."
        case NoticeKind.REPLIED:
            return f"Report {known} has been answered."
        case NoticeKind.MERGED:
            return f"Report {known} has been joined with a similar one; the common answer will be sent here."
        case NoticeKind.SEPARATED:
            return f"Report {known} has been separated, to be handled on its own."
        case NoticeKind.CLOSED:
            return f"Report {known} is no longer being handled: {state_name(State(facts.get('state', 'answered')))}."
        case NoticeKind.REOPENED:
            return f"Report {known} has been reopened and is being handled again."


def notice_reason(why: str) -> str:
    return f"Reason: {why}"


def human_words() -> str:
    return "This was written by an official, not by the automatic assistant."


def notice_how(kind: NoticeKind) -> str:
    """What can be done about it; "" where nothing is."""
    if kind is NoticeKind.ASKED:
        return "Type /answer to answer or to send a file."
    if kind in (NoticeKind.REPLIED, NoticeKind.CLOSED):
        return f"If you are not satisfied, type /mine, choose the report, then “{reopen()}”."
    return ""


# --- rights -------------------------------------------------------------------------------------------


def privacy_title() -> str:
    return "Your data"


def privacy_lines(raw_days: int, chat_days: int) -> list[str]:
    return [
        "What is kept: the code of the conversation, messages, reports, files; name, contact, capacity and place if you give them.",
        "What for: to answer questions, to handle reports and to send the answers here; nothing else. A report is published only if you agree.",
        "Who sees it: the body that handles a report and those it is copied to see its content; your name and contact are seen only by those you have chosen.",
        f"How long: messages {_many(raw_days, 'day')}, a silent conversation {_many(chat_days, 'day')}; reports until you delete them.",
        "Your rights under the Law on Personal Data Protection (Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15): to see, to correct, to withdraw consent, to delete.",
    ]


def held_title() -> str:
    return "What is kept about you"


def held_lines(name: str, contact: str, kind: str, place: str, received: int, drafts: int, messages: int, files: int) -> list[str]:
    said = {"Name": name, "Contact": contact, "Capacity": kind, "Place": place}
    lines = [f"{label}: {value}" for label, value in said.items() if value]
    counts = f"Reports sent: {received}; drafts: {drafts}; messages exchanged: {messages}; files: {files}"
    return [*(lines or ["No name, contact, capacity or place"]), counts]


def take_name_out() -> str:
    return "Delete name and contact"


def name_taken_out() -> str:
    return "Your name and contact have been deleted. Your reports are still handled, without your name."


def erase_all() -> str:
    return "Delete all my data"


def ask_erase(reports: int, running: int) -> str:
    stops = "that is being handled will stop and will not be answered" if running == 1 else "that are being handled will stop and will not be answered"
    more = f" {_many(running, 'report')} {stops}." if running else ""
    return (
        f"This deletes everything: the conversation, {_many(reports, 'report')}, files, name and contact. It cannot be restored.{more} "
        "Are you sure?"
    )


def really_erase() -> str:
    return "Delete everything for good"


def erased() -> str:
    return "Your data has been deleted. The system keeps only a trace, without your name, that there was a deletion."


def carry_code(code: str) -> str:
    return f"Code to carry the conversation over: {code}"


def carry_note() -> str:
    return (
        "Within 15 minutes, in the place you want to move to, type /carry and this code. Your reports and their answers will go there; "
        "to move back, do the same the other way round. Do not give the code to anyone."
    )


def no_such_code() -> str:
    return "This code is wrong, has been used or has expired. Please type the command again in the other conversation to get a new one."


def carried(count: int) -> str:
    return f"The conversation has been carried over here, with {_many(count, 'report')}. Answers will be sent here."


def link_code(code: str) -> str:
    return f"Link code: {code}"


def link_note() -> str:
    return (
        "Within 15 minutes, on the other channel, type /link with this code. Both places then show your reports; when one cannot be reached, "
        "the reply goes to the other. Type “/link off” to undo it. Do not give the code to anyone."
    )


def linked() -> str:
    return "The two conversations are linked. Type “/link off” to undo it."


def linked_with(count: int) -> str:
    return f"Conversations linked with this one: {count}."


def unlinked() -> str:
    return "The link is undone. A report shows only where it was sent from."


def not_linked() -> str:
    return "This conversation is not linked with any other."


# --- chats of desks -----------------------------------------------------------------------------------


def desk_title(what: str, number: str) -> str:
    known = {
        "new": f"New report {shown(number)}", "news": f"News from the reporter of {shown(number)}",
        "forwarded": f"Report {shown(number)} was handed on to you",
        "unsent": f"A message about report {shown(number)} has not reached its reporter",
    }  # fmt: skip
    return known.get(what, f"Report {shown(number)} is overdue")


def desk_how(number: str, *, quoting: bool) -> str:
    if quoting:
        return "Reply to this message: your words go to the reporter as the answer; begin with “?” to ask something; write “take” to begin the review."
    typed = shown(number)
    return (
        f"Enrolled officials type “{typed} answer: …” to answer the reporter, “{typed} ask: …” to ask something, “{typed} take” to begin the review. "
        "In a group, name (@) the assistant first; a private message works too."
    )


def not_reached(reason: str) -> str:
    if reason == "window":
        return "Zalo no longer allows a reply to this person. The message is held and goes out when they write again; if urgent, use the contact they left."
    if reason == "blocked" or reason.startswith("Forbidden"):
        return "The person has blocked the assistant or left the conversation. The message is held and goes out when they write again."
    return "The messaging channel has a fault; the message is held, not lost. The operator sees it with “reports dead” and sends it with “reports retry”."


def desk_no_words(number: str) -> str:
    return f"There is nothing to send about report {shown(number)} yet. Please type it again with your words."


def group_is(channel: str, chat: str) -> str:
    return f"For the operator, to be written into desks.yaml: channel: {channel}, chat: \"{chat}\"."


def no_group() -> str:
    return "The command /nhom is for the groups of desks."


def staff_only() -> str:
    return "Only enrolled officials can answer from here. The operator gives a code; please type “/canbo” with that code."


def no_such_enrolment() -> str:
    return "Not enrolled: the code is missing, wrong, used already or older than 15 minutes. Ask the operator for a new one and type “/canbo” with it."


def enrolled(name: str) -> str:
    return f"Enrolled: {name}. Reporters will see this name under the answer."


def desk_no_files(number: str) -> str:
    return (
        f"Nothing was sent to the reporter of {shown(number)}: only words can be sent from a group, no pictures and no files. "
        "Please answer in words, without a file."
    )


def desk_reply_to_notice() -> str:
    return "To answer a reporter, please reply to the notice of the report, or type its number and “answer: …”. Nothing was sent to the reporter."


def desk_taken(number: str) -> str:
    return f"Report {shown(number)} is under review; its reporter has been told."


def desk_asked(number: str) -> str:
    return f"Your question was sent to the reporter of {shown(number)}."


def desk_replied(number: str) -> str:
    return f"Your answer to report {shown(number)} was sent."


def not_taken_yet() -> str:
    return "What you have just typed was not recorded. Please choose one of the items above first."


def is_it_the_answer(number: str) -> str:
    return f"An official waits for more from you on report {shown(number)}. Is the message just sent meant for it?"


def look_this_up() -> str:
    return "Look up what you have just typed (the draft is kept)"


def look_it_up() -> str:
    return "No, look up the rules"
