"""Put the parts together: one function makes the application."""

import pkgutil
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from accelerator import features
from accelerator.calendars import keep_company_days
from accelerator.config import ROOT, Config, from_env
from accelerator.storage.engine import make_engine
from accelerator.web import (
    errors,
    guard,
    headers,
    identity,
    locale,
    requests,
    session,
    templating,
)


class StoredNumber(IntegerConverter):
    """A number in an address that a database key can hold; a larger one is simply not found."""

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, **({"max": 2**31 - 1} | options))


def create_app(config: Config | None = None, *, engine: Engine | None = None) -> Flask:
    """Make the application; without a Config the environment decides."""
    settings = config or from_env()
    keep_company_days(settings.company_days)
    app = session.House(
        "accelerator",
        root_path=str(ROOT),
        instance_path=str(settings.instance),
        template_folder="templates",
        static_folder="static",
    )
    app.request_class = requests.Request
    app.secret_key = settings.secret_key
    prefix = "__Host-" if settings.secure else ""
    app.config.update(
        SESSION_COOKIE_NAME=f"{prefix}accelerator",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=settings.absolute_days * 86400,
        MAX_CONTENT_LENGTH=settings.upload_limit + 64 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.secure,
    )
    app.extensions["accelerator"] = {
        "config": settings,
        "engine": engine or make_engine(settings.database_url),
    }
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    app.url_map.converters["int"] = StoredNumber
    app.teardown_request(session.close)
    app.before_request(locale.choose)
    app.before_request(requests.keep_small)
    app.before_request(guard.check_marked)
    templating.install(app)  # first: whoever asks for the templates' environment makes it
    csrf = CSRFProtect(app)
    identity.login_manager().init_app(app)
    errors.install(app)
    headers.install(app, settings)
    for module in sorted(found.name for found in pkgutil.iter_modules(features.__path__)):
        if find_spec(f"accelerator.features.{module}.routes"):
            app.register_blueprint(import_module(f"accelerator.features.{module}.routes").bp)
    for view in app.view_functions.values():
        if getattr(view, "one_click", False):
            csrf.exempt(view)
    return app
