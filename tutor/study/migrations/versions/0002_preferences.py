"""Version 2: a learner's preferences.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; nobody has chosen anything yet."""
    op.add_column("learners", sa.Column("preferences", sa.JSON(none_as_null=True), nullable=True))
