"""Settings: read once from the environment, checked, then frozen."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

PACKAGE = Path(__file__).resolve().parent
# Templates and static files stand beside the package, and inside it once it is installed.
ROOT = PACKAGE if (PACKAGE / "templates").is_dir() else PACKAGE.parent
DEFAULT_SECRET = "development only, never in production"  # noqa: S105 - production refuses it
SHORTEST_SECRET = 32

# Where Slack and Teams take messages; one that begins with a dot stands for all below it.
HOOK_HOSTS = (
    "hooks.slack.com", ".webhook.office.com", ".logic.azure.com", ".api.powerplatform.com",
)  # fmt: skip

Environment = Literal["development", "production"]


class ConfigError(ValueError):
    """A setting is missing or wrong; the message names it."""


@dataclass(frozen=True, slots=True)
class CompanyDays:
    """Days on which the company is closed in a country every year: (month, day), both included."""

    country: str
    first: tuple[int, int]
    last: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the outside decides. Built by `from_env`; tests build it directly."""

    environment: Environment
    secret_key: str
    database_url: str
    base_url: str
    mail_url: str
    mail_from: str
    store_url: str
    instance: Path
    upload_limit: int = 20 * 1024 * 1024
    trusted_proxies: int = 0
    idle_minutes: int = 12 * 60
    absolute_days: int = 30
    sign_in_attempts: int = 10
    sign_in_window_minutes: int = 15
    company_days: tuple[CompanyDays, ...] = ()
    hook_hosts: tuple[str, ...] = HOOK_HOSTS

    @property
    def production(self) -> bool:
        """Say whether the strict rules (https cookies, real secret) hold."""
        return self.environment == "production"

    @property
    def secure(self) -> bool:
        """Say whether people reach the product over https."""
        return urlsplit(self.base_url).scheme == "https"


def from_env(environ: Mapping[str, str] | None = None) -> Config:
    """Read the settings; raise ConfigError with the variable's name when one cannot be used."""
    env = os.environ if environ is None else environ
    environment = env.get("ACCELERATOR_ENV", "development")
    if environment not in ("development", "production"):
        raise ConfigError("ACCELERATOR_ENV must be development or production")
    instance = Path(env.get("ACCELERATOR_INSTANCE", str(ROOT / "instance"))).resolve()
    secret = env.get("ACCELERATOR_SECRET_KEY", DEFAULT_SECRET)
    weak = secret == DEFAULT_SECRET or len(secret.strip()) < SHORTEST_SECRET
    if environment == "production" and weak:
        raise ConfigError("ACCELERATOR_SECRET_KEY must be set to at least 32 characters")
    base_url = env.get("ACCELERATOR_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
    if urlsplit(base_url).scheme not in ("http", "https") or not urlsplit(base_url).netloc:
        raise ConfigError("ACCELERATOR_BASE_URL must be an http or https address")
    if environment == "production" and urlsplit(base_url).scheme != "https":
        raise ConfigError("ACCELERATOR_BASE_URL must be an https address in production")
    mail_url = env.get("ACCELERATOR_MAIL_URL", f"file://{instance / 'mail'}")
    if urlsplit(mail_url).scheme not in ("file", "smtp", "smtps"):
        raise ConfigError("ACCELERATOR_MAIL_URL must start with file:, smtp: or smtps:")
    return Config(
        environment="production" if environment == "production" else "development",
        secret_key=secret,
        database_url=_database_url(env.get("ACCELERATOR_DATABASE_URL", ""), instance),
        base_url=base_url,
        mail_url=mail_url,
        mail_from=env.get("ACCELERATOR_MAIL_FROM", "accelerator@localhost"),
        store_url=env.get("ACCELERATOR_STORE_URL", f"file://{instance / 'attachments'}"),
        instance=instance,
        upload_limit=_whole(env, "ACCELERATOR_UPLOAD_LIMIT_MB", 20) * 1024 * 1024,
        trusted_proxies=_whole(env, "ACCELERATOR_TRUSTED_PROXIES", 0),
        idle_minutes=_whole(env, "ACCELERATOR_IDLE_MINUTES", 12 * 60),
        absolute_days=_whole(env, "ACCELERATOR_ABSOLUTE_DAYS", 30),
        company_days=tuple(map(_closed, env.get("ACCELERATOR_COMPANY_DAYS", "").split())),
        hook_hosts=tuple(env.get("ACCELERATOR_HOOK_HOSTS", " ".join(HOOK_HOSTS)).lower().split()),
    )


def _database_url(url: str, instance: Path) -> str:
    if not url:
        return f"sqlite:///{instance / 'accelerator.sqlite3'}"
    scheme = url.split(":", 1)[0]
    if scheme in ("postgres", "postgresql"):
        return "postgresql+psycopg:" + url.split(":", 1)[1]
    if scheme not in ("sqlite", "postgresql+psycopg"):
        raise ConfigError("ACCELERATOR_DATABASE_URL must be a sqlite or postgresql address")
    return url


_CLOSED = re.compile(r"([A-Z]{2}):(\d\d)-(\d\d)(?:\.\.(\d\d)-(\d\d))?")


def _closed(text: str) -> CompanyDays:
    """Read days like JP:08-12..08-16 or DE:12-24; a leap day is none of them."""
    wrong = ConfigError("ACCELERATOR_COMPANY_DAYS must be like JP:08-12..08-16")
    found = _CLOSED.fullmatch(text)
    if found is None:
        raise wrong
    country, *parts = found.groups(default="")
    first, last = tuple(parts[:2]), tuple(parts[2:] if parts[2] else parts[:2])
    try:
        days = [date(2027, int(month), int(day)) for month, day in (first, last)]
    except ValueError:
        raise wrong from None
    if days[0] > days[1]:
        raise wrong
    return CompanyDays(country, (days[0].month, days[0].day), (days[1].month, days[1].day))


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name, "").strip()
    if not value:
        return default
    if not value.isdecimal():
        raise ConfigError(f"{name} must be a whole number")
    return int(value)
