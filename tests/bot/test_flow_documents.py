"""Concept documents through the chat as any measure, and the slot that a region has set."""

from datetime import timedelta

from domain import files, programme, progress, risks
from domain.actor import SYSTEM
from domain.files import FileRefused
from domain.progress import Standing
from domain.risks import Asked, ConceptDocument, RiskFactor, RiskLevel, Stage
from domain.texts import texts
from tests.bot.chat import PDF, Chat, Play, told


async def asked(play: Play) -> None:
    """The region asks for a concept, and for the programme of each chosen risk."""
    until = play.world.clock.moment.date() + timedelta(days=3)
    async with play.db.write(await play.world.actor("Римма")) as tx:
        await risks.ask_documents(
            tx,
            play.world.places["область"],
            [
                Asked(ConceptDocument.DEVELOPMENT_CONCEPT, until, Stage.FIRST),
                Asked(ConceptDocument.ANTIRISK_PROGRAMME, until, Stage.FIRST),
            ],
            texts("ru", escape=False),
        )


async def hand_in(tamara: Chat, name: str, body: bytes = PDF) -> str:
    await tamara.say("/menu")
    await tamara.press("🟡 Концепция развития")
    await tamara.document(name, body)
    return await tamara.press("Отправить")


async def standings(play: Play) -> dict[str, tuple[Standing, int]]:
    async with play.db.read(SYSTEM) as tx:
        rows = await risks.concept_documents(tx, play.world.schools["Тороповская"].school_id or 0)
    return {row.measure.title: (row.standing, row.assignment.version) for row in rows}


async def test_a_concept_goes_to_the_curator_and_back(play: Play) -> None:
    await asked(play)
    tamara, kirill = play.chat("Тамара"), play.chat("Кирилл")
    assert (await hand_in(tamara, "Концепция.pdf")).startswith("Принято, № 1.")
    await kirill.press("Открыть")
    assert "Концепция развития, 1 этап" in kirill.text
    await kirill.press("↩️ Вернуть")
    await kirill.press("Нет конкретного срока")
    assert await standings(play) == {"Концепция развития, 1 этап": (Standing.RETURNED, 1)}
    assert "Нет конкретного срока" in tamara.text
    await tamara.press("Доработать")
    await tamara.document("Концепция 2.pdf", PDF + b"\n")
    await tamara.press("Отправить")
    assert await standings(play) == {"Концепция развития, 1 этап": (Standing.IN_REVIEW, 2)}


async def test_a_chosen_risk_brings_its_programme_into_the_chat(play: Play) -> None:
    await asked(play)
    school_id = play.world.schools["Тороповская"].school_id or 0
    async with play.db.write(await play.world.actor("Тамара")) as tx:
        await risks.enter_profile(tx, school_id, [RiskLevel.HIGH] * 10)
        await risks.choose_risks(tx, school_id, [RiskFactor.STAFF])
    tamara = play.chat("Тамара")
    await tamara.say("/menu")
    await tamara.press("Все задания")
    assert "🟡 АРП 2. Дефицит педагогическ… · до четверга" in tamara.labels


async def test_the_chat_takes_what_the_region_has_set(play: Play) -> None:
    async with play.db.write(await play.world.actor("Римма")) as tx:
        made = await programme.add_programme(tx, "500+")
        region = play.world.places["область"].region_id or 0
        await programme.set_slot(tx, made.id, region, max_files=1, max_file_mb=1, file_types=["pdf"])
    tamara = play.chat("Тамара")
    await tamara.say("/menu")
    await tamara.press("🔴 1.2")
    large = PDF.ljust(1024 * 1024 + 1)
    assert await tamara.document("Скан.pdf", large) == told(
        FileRefused(reason=files.TOO_LARGE, name="Скан.pdf", max=1)
    )
    refused = await tamara.document("План.rtf", b"{\\rtf1 text}")
    assert refused == told(FileRefused(reason=files.WRONG_TYPE, name="План.rtf", allowed="jpg, pdf, png"))
    await tamara.document("Приказ.pdf")
    assert await tamara.document("Ещё.pdf", PDF + b"\n") == told(progress.TooManyFiles(max=1))
