"""What roles, states and deeds are called on the pages: catalogue messages by their identifiers."""

from domain.actor import Role
from domain.errors import N_
from domain.outbox import OutboxState
from domain.outcomes import Cluster
from domain.progress import Standing
from domain.roadmaps import RoadmapState, Settled
from domain.schools import SchoolStatus

ROLES = {
    Role.REGIONAL_COORDINATOR: N_("Regional coordinator"),
    Role.MUNICIPAL_COORDINATOR: N_("Municipal coordinator"),
    Role.CURATOR: N_("Curator"),
    Role.SCHOOL_HEAD: N_("School head"),
    Role.SCHOOL_MEMBER: N_("Member of the school team"),
    Role.EXPERT: N_("Expert"),
    Role.OBSERVER: N_("Observer"),
}

SCHOOL_STATUS = {
    SchoolStatus.LOW_RESULTS: N_("Low results"),
    SchoolStatus.ADVERSE_CONDITIONS: N_("Adverse conditions"),
    SchoolStatus.AT_RISK: N_("At risk"),
    SchoolStatus.RESILIENT: N_("Resilient"),
}

CLUSTERS = {
    Cluster.SEVERE: N_("severely failing"),
    Cluster.MODERATE: N_("moderately failing"),
    Cluster.BASIC: N_("basic failing"),
    Cluster.NONE: N_("off the list"),
}

# What stands in the history; parameters are the details that the action left, already put into words.
DEEDS = {
    "admin.password": N_("gave a password for the panel"),
    "panel.sign_in": N_("signed in to the panel"),
    "invitation.make": N_("invited: %(role)s"),
    "invitation.revoke": N_("took an invitation back"),
    "person.add": N_("added a person"),
    "person.join": N_("came in by invitation: %(role)s"),
    "person.rename": N_("corrected a name or position"),
    "person.unreachable": N_("stopped receiving messages"),
    "person.erase": N_("withdrew consent; personal data are erased"),
    "role.grant": N_("gave a role: %(role)s"),
    "role.substitute": N_("named a substitute: %(role)s"),
    "role.revoke": N_("took a role away: %(role)s"),
    "region.add": N_("added a region: %(name)s"),
    "municipality.add": N_("added a municipality: %(name)s"),
    "school.add": N_("added a school: %(name)s"),
    "school.enroll": N_("put a school into a cohort"),
    "register.import": N_("imported a register of schools"),
    "outcome.import": N_("imported results of assessments"),
    "outcome.change": N_("changed a result of an assessment"),
    "cluster.change": N_("changed a school's cluster"),
    "wave.open": N_("opened a wave: %(title)s"),
    "wave.expert": N_("gave a school to an expert"),
    "wave.settle": N_("settled a difference between experts"),
    "wave.official": N_("entered an official result: %(source)s"),
    "wave.expert_gone": N_("took a school from an expert"),
    "wave.recommend": N_("recommended to a school: %(text)s"),
    "wave.mended": N_("closed a recommendation"),
    "indicator.add": N_("added an indicator: %(title)s"),
    "indicator.value": N_("entered a value of an indicator: %(title)s"),
    "indicator.retire": N_("retired an indicator: %(title)s"),
    "agreement.add": N_("entered an agreement: %(document)s"),
    "agreement.remove": N_("took an agreement back: %(document)s"),
    "measure.judge": N_("judged a measure: %(title)s"),
    "snapshot.take": N_("kept a report: %(title)s"),
    "season.finish": N_("finished a task of the cycle"),
    "paper.template": N_("uploaded a template: %(name)s"),
    "paper.shipped": N_("went back to the shipped template instead of %(name)s"),
    "takeaway.ask": N_("asked for a long export: %(title)s"),
    "procedure.save": N_("changed an assessment procedure: %(title)s"),
    "pack.choose": N_("chose files for a slot of the evidence pack: %(files)s"),
    "pack.take": N_("took an evidence pack: %(files)s files"),
    "roadmap.import": N_("uploaded a roadmap: %(file)s"),
    "roadmap.approve": N_("approved a roadmap"),
    "roadmap.discard": N_("discarded a draft: %(title)s"),
    "roadmap.assign": N_("gave a roadmap to schools: %(schools)s, to offices: %(offices)s"),
    "measure.deadline": N_("said a deadline in other words: “%(text)s”"),
    "measure.settle": N_("settled a doubtful deadline"),
    "measure.edit": N_("corrected a measure"),
    "measure.split": N_("split a row in two"),
    "measure.merge": N_("joined two rows"),
    "measure.restore": N_("took a row back in: %(title)s"),
    "measure.targets": N_("set countable targets"),
    "measure.gone": N_("a measure is no longer in the plan: %(title)s"),
    "roadmap.columns": N_("named the columns of a table"),
    "roadmap.compare": N_("uploaded a newer version: %(file)s"),
    "roadmap.revise": N_("applied a newer version: %(file)s"),
    "roadmap.undo_import": N_("took a newer version back: %(file)s"),
    "roadmap.take_back": N_("took a roadmap back from schools"),
    "roadmap.reopen": N_("reopened a roadmap"),
    "roadmap.period": N_("set the year of a roadmap"),
    "roadmap.report_dates": N_("set dates for reports: “%(text)s”"),
    "measure.drop": N_("left a row out: %(title)s"),
    "measure.add": N_("added a measure"),
    "measure.move": N_("moved a deadline to %(due_on)s"),
    "submission.send": N_("handed in a report, No. %(number)s"),
    "submission.note": N_("noted as done by a document, No. %(number)s"),
    "submission.withdraw": N_("withdrew report No. %(number)s"),
    "review.confirm": N_("confirmed a report"),
    "review.return": N_("returned a report"),
    "review.unconfirm": N_("took a confirmation back"),
    "review.agree": N_("second look: agreed, No. %(number)s"),
    "evidence.wipe": N_("wiped a file of report No. %(number)s"),
    "photos.join": N_("joined photos into one PDF"),
    "upload.offer": N_("got a link for a large file"),
    "upload.receive": N_("handed a large file over: %(name)s"),
    "waiver.ask": N_("asked to be released: %(reason)s"),
    "waiver.take_back": N_("no longer asks to be released"),
    "waiver.granted": N_("released from an assignment"),
    "waiver.declined": N_("did not release from an assignment"),
    "waiver.end": N_("required again: %(reason)s"),
    "talk.question": N_("asked a question"),
    "talk.answer": N_("answered a question"),
    "count.note": N_("done so far: %(done)s of %(wanted)s"),
    "curator.note": N_("noted work as a curator"),
    "curator.remove_note": N_("took a note of the curator's log back"),
    "calendar.set": N_("set a day in the production calendar"),
    "calendar.forget": N_("took a day out of the production calendar"),
    "risk.enter": N_("entered the risk profile"),
    "risk.verify": N_("verified the risk profile"),
    "risk.dispute": N_("disputed the risk profile"),
    "risk.choose": N_("chose the risks to work on"),
    "documents.ask": N_("asked schools for concept documents"),
    "measure.place": N_("tied measures to a risk and a stage"),
    "criteria.save": N_("saved a set of criteria"),
    "phrases.keep": N_("changed the ready phrases"),
    "message.arrived": N_("noted that a doubtful message arrived"),
    "message.again": N_("had a doubtful message sent again"),
    "update.again": N_("had a failed update tried again"),
    "silence.take": N_("took on a silence"),
    "reminders.pause": N_("paused the reminders until %(until)s"),
    "joint_step.add": N_("agreed a joint action with a school, until %(until)s"),
    "joint_step.close": N_("closed a joint action"),
    "programme.steps": N_("changed the days of reminders"),
    "programme.add": N_("added a programme: %(name)s"),
    "programme.slot": N_("set what a report may bring: %(files)s files of %(mb)s MB, %(types)s"),
    "cohort.place": N_("put a cohort into a programme"),
    "broadcast.cancel": N_("took a broadcast back from people: %(recipients)s"),
    "broadcast.pause": N_("paused a broadcast"),
    "broadcast.resume": N_("let a broadcast go on"),
    "broadcast.remind": N_("reminded people of a broadcast: %(recipients)s"),
    "broadcast.repeat": N_("had doubtful messages of a broadcast repeated: %(recipients)s"),
    "broadcast.letter": N_("answered about a broadcast"),
    "audience.save": N_("saved a circle: %(name)s"),
    "audience.remove": N_("removed a saved circle: %(name)s"),
    "poll.create": N_("started a poll: %(title)s"),
    "poll.remind": N_("reminded of a poll: %(title)s"),
    "poll.close": N_("closed a poll: %(title)s"),
    "group.link": N_("linked a group chat: %(title)s"),
    "group.unlink": N_("unlinked a group chat: %(title)s"),
    "group.lost": N_("the bot was removed from a group chat: %(title)s"),
    "group.lines": N_("changed what a group chat hears: %(title)s"),
    "event.create": N_("invited to an event: %(title)s"),
    "event.cancel": N_("cancelled an event: %(title)s"),
    "broadcast.send": N_("sent a broadcast to people: %(recipients)s"),
}

STANDINGS = {
    Standing.OVERDUE: N_("overdue"),
    Standing.RETURNED: N_("returned for rework"),
    Standing.SOON: N_("due soon"),
    Standing.LATER: N_("not handed in"),
    Standing.UNDATED: N_("no date"),
    Standing.IN_REVIEW: N_("in review"),
    Standing.CONFIRMED: N_("confirmed"),
    Standing.NOTED: N_("done by the office's own document, not confirmed by anybody"),
    Standing.WAIVED: N_("not required"),
}

DOUBTS = {
    "empty": N_("no deadline is written"),
    "unclear": N_("some words were not understood"),
    "truncated": N_("the text breaks off"),
    "several_parts": N_("several dates in one cell"),
    "by_plan": N_("the date stands in another document"),
    "ongoing": N_("all the time: there is no date to report"),
    "open_end": N_("no end is named"),
    "no_year": N_("no year is named"),
    "no_month": N_("no month is named"),
    "crosses_year": N_("it runs over the end of the year"),
    "year_from_order": N_("the year was taken from the neighbouring rows"),
    "relative_year": N_("“the current year”: which one?"),
    "which_year": N_("a calendar or a school year?"),
    "typo": N_("a slip of the pen was mended"),
    "no_such_date": N_("there is no such day"),
    "reversed": N_("the end comes before the start"),
    "odd_year": N_("the year is far from the document's own"),
    "outside_period": N_("outside the year of the roadmap"),
    "approximate": N_("the date is approximate"),
    "until_period": N_("is the named month still in?"),
    "holidays": N_("holidays: every school has its own"),
    "relative": N_("counted from an event that is not known"),
    "times_unplaced": N_("how often, but not when"),
    "count_mismatch": N_("the number of times and the months do not agree"),
    "weekday_mismatch": N_("the day of the week does not fit the date"),
    "first_of_month": N_("the 1st may stand for the whole month"),
    "day_off": N_("a day off: the reminder comes on the working day before"),
    "school_year": N_("the end of the school year was taken as 31 May"),
    "several_dates": N_("one report for each date"),
    "repeats": N_("one report at the end of each period"),
    "months_unordered": N_("the months are out of order"),
}

ROADMAP_STATE = {
    RoadmapState.DRAFT: N_("draft"),
    RoadmapState.APPROVED: N_("approved"),
    RoadmapState.ARCHIVED: N_("archived"),
}

SETTLED = {
    Settled.AS_READ: N_("confirmed as read"),
    Settled.NO_REMINDERS: N_("without reminders"),
    Settled.RETYPED: N_("said in other words"),
}

COLUMNS = {
    "number": N_("Number"),
    "activity": N_("Measure"),
    "deadline": N_("Deadline"),
    "deadline_start": N_("Start"),
    "deadline_end": N_("End"),
    "responsible": N_("Responsible"),
    "result": N_("Expected result"),
    "document": N_("What proves it"),
    "indicator": N_("Indicator"),
    "section": N_("Section"),
    "section_goal": N_("Goal of the section"),
    "period": N_("Period"),
    "other": N_("Other"),
}

SKIPPED = {
    "after_table": N_("text after the table"),
    "text": N_("text around the table"),
    "not_a_roadmap": N_("another table"),
    "hidden_sheet": N_("a hidden sheet"),
    "scanned_page": N_("a page without text: a picture of one"),
    "section_without_items": N_("a section with no measure in it"),
    "column_numbers": N_("numbers of columns"),
    "repeated_header": N_("the header once more"),
    "header": N_("a new header"),
    "filler": N_("“and so on”"),
    "total": N_("a total"),
    "note": N_("a note"),
    "nothing_above": N_("goes on from a row that is not there"),
    "dropped": N_("left out by a person"),
    "merged": N_("joined with the row above"),
}

# What the reader remarked about a row (the codes of domain.documents).
NOTES = {
    "no_deadline": N_("no deadline stands in the row"),
    "no_activity": N_("no measure stands in the row"),
    "continuation": N_("number and measure were taken from the row above"),
    "joined_row": N_("joined from two rows"),
    "columns_guessed": N_("the columns were told by what stands in them"),
    "duplicate_number": N_("the number stands twice"),
    "number_from_date": N_("the number had become a date in the table"),
}

# What the reader remarked about the whole document (the codes of domain.documents).
READING = {
    "no_year": N_("No year is named anywhere. Please set it."),
    "year_from_document": N_("The year was taken from the date of the order."),
    "year_from_deadlines": N_("The year was taken from the deadlines."),
    "year_from_text": N_("The year was taken from the text of the measures."),
    "year_from_name": N_("The year was taken from the name of the file."),
    "from_pdf": N_(
        "This was read from a PDF, which keeps no table: please compare every row with the document. "
        "If you have the Word or Excel file, upload that."
    ),
}

# Why a document was not read, and what to do (the codes of domain.documents).
REFUSED = {
    "empty": N_("The file is empty. Choose another one."),
    "encrypted": N_("The file is protected by a password. Save it without one and try again."),
    "macros": N_("The file contains macros. Save it as .docx or .xlsx and try again."),
    "too_large": N_("The file is too large: at most %(limit)s MB are read."),
    "too_many_rows": N_("The table is too long: at most %(limit)s rows are read."),
    "bomb": N_("The file is packed in an unusual way and is not opened. Save it anew and try again."),
    "damaged": N_("The file does not open: it seems damaged. Save it anew and try again."),
    "wrong_type": N_(
        "The name of the file says one type, its contents another. Save it as .docx or .xlsx."
    ),
    "unsupported": N_("Files of this type are not read. Save the roadmap as .docx or .xlsx."),
    "no_table": N_("There is no table with measures and deadlines in this file."),
    "too_many_pages": N_(
        "The document is too long or too intricate: at most %(limit)s pages are read. "
        "Send the table alone as .docx or .xlsx."
    ),
    "no_text": N_(
        "This PDF holds a picture and no text: a scan or a photograph. "
        "Send the table as .docx or .xlsx, in which the PDF was made."
    ),
}

DELIVERY: dict[str, str] = {
    OutboxState.PENDING: N_("waiting"),
    OutboxState.CLAIMED: N_("waiting"),
    OutboxState.SENDING: N_("being sent"),
    OutboxState.SENT: N_("delivered"),
    OutboxState.CANCELLED: N_("no longer needed"),
    OutboxState.EXPIRED: N_("too late, not sent"),
    OutboxState.BLOCKED: N_("the person blocked the bot"),
    OutboxState.FAILED: N_("not delivered"),
    OutboxState.UNKNOWN: N_("perhaps delivered"),
}

MESSAGES = {
    "digest": N_("morning digest"),
    "submitted": N_("a report has come in"),
    "decided": N_("a decision about a report"),
    "broadcast": N_("broadcast"),
    "broadcast_file": N_("file of a broadcast"),
    "broadcast_test": N_("trial of a broadcast"),
    "broadcast_letter": N_("answer to a broadcast"),
    "poll_invitation": N_("a poll"),
    "poll_reminder": N_("reminder of a poll"),
    "group_added": N_("question about a group chat"),
    "group_hello": N_("greeting of a group chat"),
    "group_lost": N_("a group chat was lost"),
    "group_announcement": N_("announcement in a group chat"),
    "group_event": N_("event in a group chat"),
    "group_event_cancelled": N_("cancelled event in a group chat"),
    "group_deadline": N_("deadline in a group chat"),
    "unconfirmed": N_("a confirmation was taken back"),
    "moved": N_("a deadline was moved"),
    "waiver_asked": N_("a school asks to be released"),
    "waiver_answered": N_("an answer about a release"),
    "required_again": N_("an assignment is required again"),
    "joint_step": N_("a joint action with a school"),
    "weekly_summary": N_("summary of the week"),
    "event_reminder": N_("reminder of an event"),
    "event_invitation": N_("invitation to an event"),
    "event_cancelled": N_("an event was cancelled"),
    "uploaded": N_("a large file has come"),
    "takeaway": N_("an export is ready"),
    "recommended": N_("a recommendation after a wave"),
    "interrupted": N_("an interrupted conversation"),
}
