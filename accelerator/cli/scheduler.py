"""The command that keeps the timetable."""

import signal
import threading
from types import FrameType

from accelerator.calendars import keep_company_days
from accelerator.cli import commands
from accelerator.config import Config, from_env
from accelerator.jobs.timetable import Timetable
from accelerator.storage.engine import make_engine


def keep(config: Config) -> None:
    """Keep the timetable until a signal asks to stop."""
    keep_company_days(config.company_days)
    engine = make_engine(config.database_url)
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    Timetable(engine, config, stop=stop).run()
    engine.dispose()


@commands.command()
def scheduler() -> None:
    """Send mails and reminders, announce decisions, seal the log; any number may run."""
    keep(from_env())
