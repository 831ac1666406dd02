"""Printed invitations, other contacts, and what came after the second release."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0003'
down_revision: str | None = '0002'
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


# A pack that was ready lies where nobody looks any more: it was kept for a day only.
INTO_ONE_QUEUE = """
INSERT INTO takeaway (person_id, what, kind, filters, title, state, done, total, path, scope, size, asked_at,
                      begun_at, ended_at, expires_at, attempts, problem)
SELECT person_id, 'pack', 'zip', scope, 'Пакет подтверждений',
       CASE WHEN state IN ('waiting', 'writing') THEN 'waiting'
            WHEN state IN ('empty', 'failed') THEN 'failed' ELSE 'gone' END,
       0, total, '', '', size, asked_at, NULL, ready_at, NULL, 0, ''
FROM pack_order ORDER BY id
"""
OUT_OF_ONE_QUEUE = """
INSERT INTO pack_order (person_id, rights, scope, state, asked_at, touched_at, attempts, done, total)
SELECT person_id, '', filters, 'failed', asked_at, asked_at, 0, 0, COALESCE(total, 0)
FROM takeaway WHERE what = 'pack' ORDER BY id
"""


def one_queue() -> None:
    """Packs of evidence wait among the long exports."""
    with op.batch_alter_table('takeaway', schema=None) as batch_op:
        batch_op.add_column(sa.Column('touched_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('attempts', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('problem', sa.String(length=400), server_default='', nullable=False))
    op.execute(INTO_ONE_QUEUE)
    op.drop_index(op.f('ix_pack_order_person_id'), table_name='pack_order')
    op.drop_table('pack_order')


def two_queues() -> None:
    """Packs have a queue of their own again; none of them is ready, each can be asked for once more."""
    op.create_table('pack_order',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('rights', sa.String(length=64), nullable=False),
    sa.Column('scope', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('touched_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=True),
    sa.Column('ready_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_pack_order_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pack_order'))
    )
    op.create_index(op.f('ix_pack_order_person_id'), 'pack_order', ['person_id'], unique=False)
    op.execute(OUT_OF_ONE_QUEUE)
    op.execute("DELETE FROM takeaway WHERE what = 'pack'")
    with op.batch_alter_table('takeaway', schema=None) as batch_op:
        batch_op.drop_column('problem')
        batch_op.drop_column('attempts')
        batch_op.drop_column('touched_at')


def upgrade() -> None:
    one_queue()
    op.create_index('ix_audit_entry_action', 'audit_entry', ['region_id', 'action', 'at'], unique=False)
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('person_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('printed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f('ix_invitation_person_id'), ['person_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_invitation_person_id'), 'person', ['person_id'], ['id'])

    op.create_table('other_contact',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('invitation_id', sa.Integer(), nullable=True),
    sa.Column('school_id', sa.Integer(), nullable=True),
    sa.Column('text', sa.String(length=200), nullable=False),
    sa.Column('noted_by', sa.Integer(), nullable=True),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['invitation_id'], ['invitation.id'], name=op.f('fk_other_contact_invitation_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_other_contact_person_id')),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_other_contact_school_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_other_contact')),
    sa.UniqueConstraint('invitation_id', name=op.f('uq_other_contact_invitation_id')),
    sa.UniqueConstraint('person_id', name=op.f('uq_other_contact_person_id')),
    sa.UniqueConstraint('school_id', name=op.f('uq_other_contact_school_id'))
    )

    op.create_table('table_change',
    sa.Column('name', sa.String(length=63), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_table_change'))
    )

    op.create_table('kept_dynamics',
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('before', sa.Integer(), nullable=False),
    sa.Column('after', sa.Integer(), nullable=False),
    sa.Column('by', sa.String(length=20), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('stamps', sa.JSON(), nullable=False),
    sa.Column('document', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_kept_dynamics_region_id')),
    sa.PrimaryKeyConstraint('region_id', 'before', 'after', 'by', name=op.f('pk_kept_dynamics'))
    )

    op.create_table('season_answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('done_by', sa.Integer(), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['done_by'], ['person.id'], name=op.f('fk_season_answer_done_by')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_season_answer_municipality_id')),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_season_answer_region_id')),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_season_answer_school_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_season_answer')),
    sa.UniqueConstraint('school_id', 'month', name=op.f('uq_season_answer_school_id_month'))
    )

    op.create_table('peer_round',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=True),
    sa.Column('cycle_id', sa.Integer(), nullable=True),
    sa.Column('cohort_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('sections', sa.JSON(), nullable=False),
    sa.Column('partners_on', sa.Date(), nullable=False),
    sa.Column('exchange_on', sa.Date(), nullable=False),
    sa.Column('meeting_on', sa.Date(), nullable=False),
    sa.Column('final_on', sa.Date(), nullable=False),
    sa.Column('closes_on', sa.Date(), nullable=False),
    sa.Column('made_by', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['cohort_id'], ['cohort.id'], name=op.f('fk_peer_round_cohort_id')),
    sa.ForeignKeyConstraint(['cycle_id'], ['cycle.id'], name=op.f('fk_peer_round_cycle_id')),
    sa.ForeignKeyConstraint(['made_by'], ['person.id'], name=op.f('fk_peer_round_made_by')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_peer_round_municipality_id')),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_peer_round_region_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_peer_round'))
    )
    op.create_index('ix_peer_round_place', 'peer_round', ['region_id', 'municipality_id'], unique=False)
    op.create_table('peer_pair',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('meeting_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('meeting_link', sa.String(length=500), nullable=False),
    sa.Column('meeting_by', sa.Integer(), nullable=True),
    sa.Column('met_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['meeting_by'], ['person.id'], name=op.f('fk_peer_pair_meeting_by')),
    sa.ForeignKeyConstraint(['round_id'], ['peer_round.id'], name=op.f('fk_peer_pair_round_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_peer_pair'))
    )
    op.create_index(op.f('ix_peer_pair_round_id'), 'peer_pair', ['round_id'], unique=False)
    op.create_table('peer_form',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('pair_id', sa.Integer(), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('about_id', sa.Integer(), nullable=False),
    sa.Column('texts', sa.JSON(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('shared_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('final_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('placed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('changed_by', sa.Integer(), nullable=True),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('parted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('parted_why', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['about_id'], ['school.id'], name=op.f('fk_peer_form_about_id')),
    sa.ForeignKeyConstraint(['changed_by'], ['person.id'], name=op.f('fk_peer_form_changed_by')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_peer_form_municipality_id')),
    sa.ForeignKeyConstraint(['pair_id'], ['peer_pair.id'], name=op.f('fk_peer_form_pair_id')),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_peer_form_region_id')),
    sa.ForeignKeyConstraint(['round_id'], ['peer_round.id'], name=op.f('fk_peer_form_round_id')),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_peer_form_school_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_peer_form'))
    )
    op.create_index(op.f('ix_peer_form_about_id'), 'peer_form', ['about_id'], unique=False)
    op.create_index(op.f('ix_peer_form_pair_id'), 'peer_form', ['pair_id'], unique=False)
    op.create_index('uq_peer_form_live', 'peer_form', ['round_id', 'school_id'], unique=True, sqlite_where=sa.text('parted_at IS NULL'), postgresql_where=sa.text('parted_at IS NULL'))
    op.create_index('ix_peer_form_place', 'peer_form', ['region_id', 'municipality_id', 'school_id'], unique=False)
    op.create_table('peer_advice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('form_id', sa.Integer(), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('section', sa.String(length=20), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('verdict', sa.String(length=30), nullable=True),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('assignment_id', sa.Integer(), nullable=True),
    sa.Column('answered_by', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['answered_by'], ['person.id'], name=op.f('fk_peer_advice_answered_by')),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_peer_advice_assignment_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['form_id'], ['peer_form.id'], name=op.f('fk_peer_advice_form_id')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_peer_advice_municipality_id')),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_peer_advice_region_id')),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_peer_advice_school_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_peer_advice'))
    )
    op.create_index(op.f('ix_peer_advice_assignment_id'), 'peer_advice', ['assignment_id'], unique=False)
    op.create_index(op.f('ix_peer_advice_form_id'), 'peer_advice', ['form_id'], unique=False)
    op.create_index('ix_peer_advice_place', 'peer_advice', ['region_id', 'municipality_id', 'school_id'], unique=False)

    # Guests added later know since when; a group hears of deadlines on days of its own.
    op.add_column('guest', sa.Column('invited_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('group_chat', sa.Column('deadline_days', sa.JSON(), server_default='[3]', nullable=False))


def downgrade() -> None:
    op.drop_index('ix_audit_entry_action', table_name='audit_entry')
    with op.batch_alter_table('group_chat', schema=None) as batch_op:
        batch_op.drop_column('deadline_days')
    with op.batch_alter_table('guest', schema=None) as batch_op:
        batch_op.drop_column('invited_at')
    op.drop_index('ix_peer_advice_place', table_name='peer_advice')
    op.drop_index(op.f('ix_peer_advice_form_id'), table_name='peer_advice')
    op.drop_index(op.f('ix_peer_advice_assignment_id'), table_name='peer_advice')
    op.drop_table('peer_advice')
    op.drop_index('ix_peer_form_place', table_name='peer_form')
    op.drop_index('uq_peer_form_live', table_name='peer_form')
    op.drop_index(op.f('ix_peer_form_pair_id'), table_name='peer_form')
    op.drop_index(op.f('ix_peer_form_about_id'), table_name='peer_form')
    op.drop_table('peer_form')
    op.drop_index(op.f('ix_peer_pair_round_id'), table_name='peer_pair')
    op.drop_table('peer_pair')
    op.drop_index('ix_peer_round_place', table_name='peer_round')
    op.drop_table('peer_round')
    op.drop_table('season_answer')
    op.drop_table('kept_dynamics')
    op.drop_table('table_change')
    op.drop_table('other_contact')
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_invitation_person_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_invitation_person_id'))
        batch_op.drop_column('printed_at')
        batch_op.drop_column('person_id')
    two_queues()
