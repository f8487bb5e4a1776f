"""The `accelerator` command."""

import click

from accelerator import logs
from accelerator.config import ConfigError


@click.group()
def commands() -> None:
    """Run and administer the idea accelerator."""


def main() -> None:
    """Collect the commands and run one; settings that cannot be used end in one sentence."""
    import pkgutil
    from importlib import import_module

    logs.configure()
    for module in pkgutil.iter_modules(__path__):
        import_module(f"accelerator.cli.{module.name}")
    try:
        commands()
    except ConfigError as error:
        raise SystemExit(str(error)) from error
