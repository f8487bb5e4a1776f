"""Write the first migration anew from the tables; used until the first release, never after."""

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command

from accelerator.storage.engine import make_engine
from accelerator.storage.migrate import FOLDER, alembic_config

TARGET = FOLDER / "versions" / "0001_first_tables.py"
UPGRADE = """
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TABLE idea_search (idea_id INTEGER PRIMARY KEY, words tsvector)")
        op.execute("CREATE INDEX idea_search_words ON idea_search USING gin (words)")
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE ON event "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    else:
        op.execute(
            "CREATE VIRTUAL TABLE idea_search "
            "USING fts5(words, tokenize = 'unicode61 remove_diacritics 0')"
        )
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER event_refuses_{verb.lower()} BEFORE {verb} ON event "
                "BEGIN SELECT RAISE(ABORT, 'events are append-only'); END"
            )
"""
DOWNGRADE = """
    op.execute("DROP TABLE idea_search")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER event_is_append_only ON event")
        op.execute("DROP FUNCTION refuse_change()")
"""


def main() -> None:
    TARGET.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/empty.sqlite3")
        command.revision(
            alembic_config(engine), message="First tables", autogenerate=True, rev_id="0001"
        )
        engine.dispose()
    text = TARGET.read_text(encoding="utf-8")
    text = text.replace("accelerator.storage.types.", "types.").replace("=Text()", "=sa.Text()")
    text = text.replace(
        "from alembic import op\n",
        "from alembic import op\n\nfrom accelerator.storage import types\n",
        1,
    )
    text = text.replace(
        "\n\n\ndef downgrade() -> None:\n", UPGRADE + "\n\ndef downgrade() -> None:" + DOWNGRADE, 1
    )
    TARGET.write_text(text, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(TARGET)], check=True)
    print(f"wrote {Path(TARGET).name}")


main()
