"""Studies, participants and votes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "studies",
        sa.Column("study", sa.String(64), primary_key=True),
        sa.Column("participants", sa.Integer, nullable=False),
    )
    op.create_table(
        "participants",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("study", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
    )
    op.create_table(
        "votes",
        sa.Column("id", sa.String(100), primary_key=True),
        sa.Column("study", sa.String(64), nullable=False),
        sa.Column("participant", sa.String(64), nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("question", sa.String(16), nullable=False),
        sa.Column("photo", sa.String, nullable=False),
        sa.Column("left", sa.String, nullable=False),
        sa.Column("right", sa.String, nullable=False),
        sa.Column("left_revision", sa.String(64), nullable=False),
        sa.Column("right_revision", sa.String(64), nullable=False),
        sa.Column("answer", sa.String(8), nullable=False),
        sa.Column("milliseconds", sa.Integer),
        sa.Column("at", sa.String(40), nullable=False),
    )
    op.create_index("votes_by_participant", "votes", ["study", "participant"])
