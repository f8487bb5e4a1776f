"""One more web process, writing as fast as it can; prints the status of each answer."""

import sys
from pathlib import Path

from accelerator.app import create_app
from accelerator.config import Config
from tests.checking import CheckingClient


def main() -> None:
    url, token, address, times, level = sys.argv[1:]
    app = create_app(
        Config(
            environment="development", secret_key="for tests only, long enough to be accepted",
            database_url=url, base_url="http://localhost", mail_url="file:///nowhere",
            mail_from="a@hoshino.example", store_url="file:///nowhere", instance=Path.cwd(),
        )
    )  # fmt: skip
    app.test_client_class = CheckingClient
    client = app.test_client()
    with client.session_transaction() as stored:
        stored["_user_id"], stored["_fresh"] = token, True
    for _ in range(int(times)):
        answer = client.post(address, data={"dimension": "customer", "level": level})
        sys.stdout.write(f"{answer.status_code}\n")


if __name__ == "__main__":
    main()
