"""What the words of reports mean: names of groups and kinds, and the lines of the sheet of definitions."""

from domain.errors import N_
from domain.texts import Texts

GROUPS = {
    "all": N_("All schools"),
    "none": N_("off the list"),
    "basic": N_("basic failing"),
    "moderate": N_("moderately failing"),
    "severe": N_("severely failing"),
    "low_results": N_("low results"),
    "adverse_conditions": N_("adverse conditions"),
    "at_risk": N_("zone of risk"),
    "resilient": N_("resilient"),
    "town": N_("town"),
    "village": N_("village"),
    "": N_("not given"),
}
KINDS = {
    "positive": N_("Positive"),
    "all_passed": N_("Nobody below the threshold in both years"),
    "negative": N_("Negative"),
    "neutral": N_("Unchanged"),
    "not_computed": N_("Not computed"),
    "raised": N_("Raised the cluster"),
    "left": N_("Left the list"),
    "same": N_("Kept the cluster"),
    "down": N_("Negative dynamics"),
    "unknown": N_("Not computed"),
}
FILTERS = {
    "region": N_("Region"),
    "municipality": N_("Municipality"),
    "school": N_("School"),
    "cohort": N_("Cohort"),
    "roadmap": N_("Roadmap"),
    "track": N_("Track"),
    "wave": N_("Wave"),
    "round": N_("Round"),
    "by": N_("Groups"),
    "before": N_("Earlier year"),
    "after": N_("Later year"),
    "year": N_("Year"),
    "weeks": N_("Weeks"),
}
GROUPINGS = {
    "all": N_("all together"),
    "cohort": N_("by cohort"),
    "track": N_("by track"),
    "municipality": N_("by municipality"),
    "cluster": N_("by cluster"),
    "status": N_("by status"),
    "settlement": N_("town and village"),
}
TITLES = {
    "board": N_("Overview by municipality"),
    "missing": N_("Who has not handed in"),
    "overdue": N_("What is late now"),
    "engagement": N_("How schools take part"),
    "dynamics": N_("Dynamics of results"),
    "clusters": N_("Movement between clusters"),
    "municipalities": N_("Municipalities"),
    "wave": N_("Forecast of a wave"),
    "curators": N_("Curators’ activity"),
    "pairs": N_("Mutual expertise: pairs"),
    "results": N_("Results of assessments"),
    "register": N_("Register of schools"),
    "indicators": N_("Indicators"),
    "agreements": N_("Agreements"),
    "effectiveness": N_("How effective the measures were"),
}
ABOUT = {
    "board": N_("Measures by state, schools that take part, the forecast and the official result."),
    "missing": N_("Schools by measure, and every measure with those who have not handed it in."),
    "overdue": N_("Everything overdue, the latest first."),
    "engagement": N_("Measures of every school by state, and schools from which nothing has come for long."),
    "dynamics": N_("Schools by the movement of their results, by procedure and group."),
    "clusters": N_("Schools by their movement between clusters, with the transitions."),
    "municipalities": N_("Shares of schools by municipality; printed ones that do not follow are named."),
    "wave": N_("The forecast of a wave and what the next point costs."),
    "curators": N_("What curators did, the most silent first."),
    "pairs": N_("Pairs of schools: what each has done for its partner, what comes next, who is silent."),
    "results": N_("Every result with its source: what the dynamics are made of."),
    "register": N_("All schools with what the register says of them."),
    "indicators": N_(
        "Named shares and counts at dates, their targets and states; retired ones with the reason."
    ),
    "agreements": N_(
        "Agreements of schools and municipal offices: with whom, by which document, until when."
    ),
    "effectiveness": N_(
        "Measure, done by facts, effect, problem, proposal, verdict; schools that did it beside the others."
    ),
}
STATES = {
    "overdue": N_("overdue"),
    "returned": N_("returned for rework"),
    "soon": N_("due soon"),
    "later": N_("not handed in"),
    "undated": N_("no date"),
    "in_review": N_("in review"),
    "confirmed": N_("confirmed"),
    "noted": N_("noted"),
    "waived": N_("not required"),
}
SHEETS = {
    ("missing", 1): N_("By measure"),
    ("dynamics", 1): N_("Schools"),
    ("clusters", 1): N_("Transitions"),
    ("clusters", 2): N_("Schools"),
    ("indicators", 1): N_("Retired"),
    ("pairs", 1): N_("By municipality"),
}
MEANINGS = {
    "percent": (
        N_("Per cent"),
        N_("From exact counts, rounded half up: 3 of 24 is 13 %, 9 of 24 is 38 %."),
    ),
    "dynamics": (
        N_("Dynamics"),
        N_(
            "By the share below the threshold, year to year: it fell, positive; it rose, negative; equal and not 0, "
            "unchanged; nobody took part in one of the years, not computed. The columns add up to the schools that stand in "
            "a table of either year; those of the group that stand in none are counted apart, without data."
        ),
    ),
    "positive_result": (
        N_("Positive result"),
        N_("Schools with positive dynamics and those with nobody below the threshold in both years."),
    ),
    "clusters": (
        N_("Clusters"),
        N_(
            "By the share of failing pupils: from 30 up to 40 % basic, from 40 up to 50 % moderate, 50 % and more severe. "
            "A better cluster or leaving the list is positive."
        ),
    ),
    "forecast": (
        N_("Forecast"),
        N_("Computed here from today's facts; an official result stands beside it with its source."),
    ),
    "confirmed": (
        N_("Confirmed"),
        N_("Accepted by a curator or a coordinator; what is not required counts neither way."),
    ),
    "overdue": (
        N_("Days late"),
        N_("Calendar days since the deadline, by the day of the municipality; not handed in or returned."),
    ),
    "follows": (
        N_("Printed per cent"),
        N_(
            "As the source prints it; where it does not follow from the counts, that is said and nothing is corrected."
        ),
    ),
    "silent": (
        N_("Silent, working days"),
        N_(
            "Working days without a sign of life of a school that owes its partner a step: from five on, where it has never "
            "looked in or a step is near."
        ),
    ),
    "target": (N_("State of an indicator"), N_("Its value on the newest date against the target.")),
    "effective": (
        N_("Verdict"),
        N_("Entered by a coordinator, with the effect and the problem; what was done is counted from facts."),
    ),
}


def named(say: Texts, group: str) -> str:
    """A group as people call it; names of cohorts and municipalities stay as they are."""
    return say(GROUPS[group]) if group in GROUPS else group


def notes_of(say: Texts, by: str, *, schools: int, counted: int, shared: int, nowhere: int) -> list[str]:
    """What must be said under a table by groups: who is counted twice, who in none, and how it adds up."""
    if by == "all":
        return []
    notes = []
    if shared:
        notes.append(
            say.n(
                "%(n)s school is in several groups and is counted in each.",
                "%(n)s schools are in several groups and are counted in each.",
                shared,
            )
        )
    if nowhere and by == "settlement":
        notes.append(
            say.n(
                "Town or village is not given for %(n)s school.",
                "Town or village is not given for %(n)s schools.",
                nowhere,
            )
        )
    elif nowhere:
        notes.append(
            say.n(
                "%(n)s school is in none of these groups.",
                "%(n)s schools are in none of these groups.",
                nowhere,
            )
        )
    if shared or nowhere:
        again = counted + nowhere - schools
        notes.append(
            say(
                "Check: %(counted)s in the groups = %(schools)s in all + %(again)s counted again − %(nowhere)s in none.",
                counted=counted,
                schools=schools,
                again=again,
                nowhere=nowhere,
            )
        )
    return notes


def meanings(say: Texts, *keys: str) -> list[tuple[str, str]]:
    """Lines for the sheet of definitions."""
    return [(say(MEANINGS[key][0]), say(MEANINGS[key][1])) for key in keys]
