"""Printed invitations, other contacts, and what came after the second release."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0003'
down_revision: str | None = '0002'
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
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


def downgrade() -> None:
    op.drop_table('table_change')
    op.drop_table('other_contact')
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_invitation_person_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_invitation_person_id'))
        batch_op.drop_column('printed_at')
        batch_op.drop_column('person_id')
