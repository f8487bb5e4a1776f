"""Run migrations: batch mode, foreign keys off meanwhile on SQLite and checked afterwards.

With foreign keys on, SQLite's batch mode drops the old table and every child row with it.
"""

from alembic import context
from sqlalchemy import Engine

from accelerator.storage.tables import Base

OWN = ("idea_search",)


def include(name: str | None, type_: str, _parents: object) -> bool:
    return not (type_ == "table" and str(name).startswith(OWN))


engine: Engine = context.config.attributes["engine"]
with engine.connect() as connection:
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.rollback()
        connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        include_name=include,
        compare_type=True,
        compare_server_default=False,
        transaction_per_migration=False,
    )
    try:
        with context.begin_transaction():
            context.run_migrations()
            if sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if broken:
                    raise RuntimeError(f"rows without their parents after migration: {broken[:5]}")
        connection.commit()
    finally:
        if sqlite:
            connection.rollback()
            connection.connection.cursor().execute("PRAGMA foreign_keys = ON")
