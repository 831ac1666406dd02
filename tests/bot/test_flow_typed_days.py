"""Days typed to the bot by people who chose English: the examples on the screens work, two meanings are asked about."""

import re

from tests.bot.chat import Chat, Play
from tests.bot.test_flow_coordinate import at_home
from tests.bot.test_flow_planning import drafts_of
from tests.changed_documents import DEADLINE, changed, set_cell

MEETINGS = "Информационно-организационные совещание со школьными"


async def english(play: Play, name: str) -> Chat:
    chat = play.chat(name)
    await chat.say("/language")
    await chat.press("English")
    return chat


def example(chat: Chat) -> str:
    found = re.search(r"Or write it: ([^.,]*)", chat.text)
    assert found is not None
    return found[1]


async def test_a_reminder_waits_for_the_day_that_was_typed(play: Play) -> None:
    tamara = await english(play, "Тамара")
    await tamara.say("/reminders")
    for typed, told in (
        ("tomorrow", "Quiet until 19 April, Tuesday."),
        ("in two weeks", "Quiet until 3 May, Tuesday."),  # the 2nd is a day off
        ("Apr 25", "Quiet until 25 April, Monday."),
        ("04/27", "Quiet until 27 April, Wednesday."),
    ):
        await tamara.press("Remind me later…")
        await tamara.say(typed)
        assert tamara.text.splitlines()[-1] == told
        await tamara.press("Remind me again")
    await tamara.press("Remind me later…")
    assert await tamara.say("05/06") == "“05/06” is 5 June or 6 May. Please write the month as a word."
    assert await tamara.say("someday") == (
        "I did not understand which day. Write, for example: tomorrow, on Friday, in a week, 25 April, 25.04."
    )


async def test_the_examples_on_the_screens_can_be_typed(play: Play) -> None:
    tamara = await english(play, "Тамара")
    await tamara.say("/reminders")
    await tamara.press("Remind me later…")
    assert example(tamara) == "28 Apr"
    await tamara.say("28 Apr")
    assert tamara.text.splitlines()[-1] == "Quiet until 28 April, Thursday."
    await tamara.press("Remind me again")
    await tamara.press("Leave…")
    assert example(tamara) == "28 Apr–8 May"
    await tamara.say("28 Apr–8 May")
    assert tamara.text.splitlines()[-1] == "On leave from 28 April to 8 May: no reminders then."


async def test_a_deadline_of_a_plan_in_english_words(play: Play) -> None:
    marina = await at_home(play, "Марина")
    await english(play, "Марина")
    await marina.document("План.docx", changed(set_cell(MEETINGS, DEADLINE, "до мая")))
    await marina.press("Settle them here")
    await marina.press("It is right")
    await marina.say("until next Friday")
    assert marina.text.startswith("Noted: until 29 April 2022.")
    [view] = await drafts_of(play)
    [m] = [m for m in view.measures if m.deadline_text == "до мая"]
    assert (m.windows, m.deadline_typed) == ([[None, "2022-04-29"]], "until 29.04.2022")
