"""Runs migrations on the connection it is handed, in that connection's transaction: all of them or none."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
