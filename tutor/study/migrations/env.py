"""Alembic runs this for every migration; the open connection is handed in by `tutor.study.database`."""

from alembic import context

from tutor.study.schema import Base

# SQLite cannot alter a table in place: batch mode lets later versions copy it.
context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True)
context.run_migrations()
