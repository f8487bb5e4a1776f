"""Settings are checked at start, and each mistake ends in a sentence with the variable's name."""

import pytest

from accelerator.config import ConfigError, from_env

GOOD = {
    "ACCELERATOR_ENV": "production",
    "ACCELERATOR_SECRET_KEY": "a secret of more than thirty-two characters",
    "ACCELERATOR_BASE_URL": "https://ideas.hoshino.example/",
    "ACCELERATOR_DATABASE_URL": "postgres://accelerator@/ideas",
}


def test_production_with_all_it_needs() -> None:
    config = from_env(GOOD)
    assert config.production
    assert config.secure
    assert config.base_url == "https://ideas.hoshino.example"
    assert config.database_url == "postgresql+psycopg://accelerator@/ideas"


def test_without_any_setting_it_runs_for_trying_out() -> None:
    config = from_env({})
    assert not config.production
    assert config.database_url.startswith("sqlite:///")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ACCELERATOR_ENV", "prod"),
        ("ACCELERATOR_SECRET_KEY", "short"),
        ("ACCELERATOR_SECRET_KEY", " " * 40),
        ("ACCELERATOR_BASE_URL", "http://ideas.hoshino.example"),
        ("ACCELERATOR_BASE_URL", "ideas.hoshino.example"),
        ("ACCELERATOR_DATABASE_URL", "mysql://localhost/ideas"),
        ("ACCELERATOR_MAIL_URL", "https://mail.hoshino.example"),
        ("ACCELERATOR_UPLOAD_LIMIT_MB", "-1"),
        ("ACCELERATOR_UPLOAD_LIMIT_MB", "twenty"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        from_env(GOOD | {name: value})
