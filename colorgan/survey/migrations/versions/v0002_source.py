"""Where a vote comes from: the page, or a file that was imported."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; what is there came from the page."""
    op.add_column("votes", sa.Column("source", sa.String, nullable=False, server_default="page"))
