"""The door for gunicorn and other WSGI servers: `wsgi:app`."""

from accelerator import logs
from accelerator.app import create_app

logs.configure()
app = create_app()
