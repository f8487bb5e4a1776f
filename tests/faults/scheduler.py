"""One more scheduler, in a process of its own: `scheduler.py <database> <mail> <seconds> <now>`.

Its clock says `now` at the start, its lease lasts `seconds`, and it ticks twice a second.
"""

import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from accelerator import clock
from accelerator.config import Config
from accelerator.jobs.daily import daily
from accelerator.jobs.deliver import deliver
from accelerator.jobs.remind import remind
from accelerator.jobs.timetable import Job, Timetable
from accelerator.storage.engine import make_engine


def main() -> None:
    url, mail_url, seconds, now = sys.argv[1:]
    config = Config(
        environment="development", secret_key="for tests only, long enough to be accepted",
        database_url=url, base_url="http://localhost", mail_url=mail_url,
        mail_from="a@hoshino.example", store_url="file:///nowhere", instance=Path.cwd(),
    )  # fmt: skip
    begun, told = datetime.now(UTC), datetime.fromisoformat(now)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    often = timedelta(seconds=0.5)
    jobs = tuple(Job(work.__name__, often, work) for work in (remind, daily, deliver))
    with clock.told_by(lambda: told + (datetime.now(UTC) - begun)):
        Timetable(
            make_engine(url), config, jobs, length=timedelta(seconds=float(seconds)), stop=stop
        ).run()


if __name__ == "__main__":
    main()
