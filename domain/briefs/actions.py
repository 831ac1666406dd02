"""Putting a region's own template in place of the shipped one, and taking it out again."""

import asyncio

from sqlalchemy import select

from domain import audit
from domain.actor import Place
from domain.briefs import rules
from domain.briefs.models import PaperTemplate
from domain.briefs.rules import Paper
from domain.db import WriteTx
from domain.policy import Permission, require


async def put_template(
    tx: WriteTx, region_id: int, paper: Paper, content: bytes, *, name: str
) -> PaperTemplate:
    """Keep a template that has been tried with every field. Raises TemplateRefused and names what is wrong."""
    require(tx.actor, Permission.REGISTER, Place(region_id))
    await asyncio.to_thread(rules.check_template, paper, content)
    found = await _kept(tx, region_id, paper)
    if found is None:
        found = PaperTemplate(region_id=region_id, paper=paper)
        tx.session.add(found)
    found.name, found.content = name[:200], content
    found.uploaded_by, found.uploaded_at = tx.actor.person_id, tx.now
    await tx.session.flush()
    audit.record(tx, "paper.template", "paper_template", found.id, Place(region_id), name=found.name)
    return found


async def drop_template(tx: WriteTx, region_id: int, paper: Paper) -> None:
    """Go back to the shipped template."""
    require(tx.actor, Permission.REGISTER, Place(region_id))
    found = await _kept(tx, region_id, paper)
    if found is not None:
        audit.record(tx, "paper.shipped", "paper_template", found.id, Place(region_id), name=found.name)
        await tx.session.delete(found)


async def _kept(tx: WriteTx, region_id: int, paper: Paper) -> PaperTemplate | None:
    query = select(PaperTemplate).where(PaperTemplate.region_id == region_id, PaperTemplate.paper == paper)
    return await tx.session.scalar(query)
