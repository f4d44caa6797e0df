"""The tables as they are now; how they became so is told by `migrations`."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, MetaData, String, Table

metadata = MetaData()

studies = Table(
    "studies",
    metadata,
    Column("study", String(64), primary_key=True),
    Column("participants", Integer, nullable=False),
)

participants = Table(
    "participants",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("study", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", String(40), nullable=False),
)

votes = Table(
    "votes",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("study", String(64), nullable=False),
    Column("participant", String(64), nullable=False),
    Column("step", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("question", String(16), nullable=False),
    Column("photo", String, nullable=False),
    Column("left", String, nullable=False),
    Column("right", String, nullable=False),
    Column("left_revision", String(64), nullable=False),
    Column("right_revision", String(64), nullable=False),
    Column("answer", String(8), nullable=False),
    Column("milliseconds", Integer),
    Column("at", String(40), nullable=False),
    Column("source", String, nullable=False, server_default="page"),
)
Index("votes_by_participant", votes.c.study, votes.c.participant)
