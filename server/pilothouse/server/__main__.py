"""The command line: `pilothouse-server up` for development, `pilothouse-server serve` for everything else."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path

from .config import SERVE, UP, UP_DEFAULTS, ConfigError, Flag, ServerConfig, flag_name, flags_of, load_config

_COMMANDS = {
    UP: "run a server for development: an embedded store, and certificates that are made on the first start",
    SERVE: "run a server with certificates of your own, on etcd or on an embedded store",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs until the server has ended and returns the exit code; 2 is for flags or a configuration that are wrong."""
    given = vars(_parser().parse_args(arguments))
    command, config_file = given.pop("command"), given.pop("config")
    opened: Callable[[], None] | None = None
    try:
        config = load_config(command, given, config_file)
        if command == UP:
            # Making certificates needs a library that `serve` starts faster without.
            from .development import prepare, write_client_config

            config, advice = prepare(config)
            opened = partial(write_client_config, config)
            sys.stdout.write(advice)
            sys.stdout.flush()
    except ConfigError as error:
        for fault in error.faults:
            sys.stderr.write(f"pilothouse-server {command}: {fault}\n")
        return 2
    # Loaded only now: the rest of the server takes most of a start, and help and faults should come at once.
    from .process import run

    return run(config, opened)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pilothouse-server", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="|".join(_COMMANDS))
    defaults = {found.name: found.default for found in fields(ServerConfig)}
    for command, help in _COMMANDS.items():
        sub = commands.add_parser(command, help=help, description=help, allow_abbrev=False)
        sub.add_argument("--config", type=Path, metavar="FILE", help="YAML file with flags as keys; flags win over it")
        for name, flag in flags_of(command).items():
            default = UP_DEFAULTS.get(name, defaults[name]) if command == UP else defaults[name]
            if isinstance(default, bool) and flag_name(name).startswith("--no-"):
                sub.add_argument(flag_name(name), dest=name, action="store_const", const=not default, help=flag.help)
            elif isinstance(default, bool):
                text = f"{flag.help} (default: {str(default).lower()})"
                sub.add_argument(flag_name(name), dest=name, nargs="?", const=True, metavar="BOOL", help=text)
            elif flag.repeated:
                sub.add_argument(
                    flag_name(name), dest=name, action="append", metavar="VALUE", help=_help(flag, default)
                )
            else:
                sub.add_argument(flag_name(name), dest=name, metavar="VALUE", help=_help(flag, default))
    return parser


def _help(flag: Flag, default: object) -> str:
    return flag.help if default in (None, (), "") else f"{flag.help} (default: {_shown(default)})"


def _shown(default: object) -> str:
    """A default as one would type it: the only fractions among the fields are durations in seconds."""
    if isinstance(default, tuple):
        return ",".join(map(str, default))
    return f"{default:g}s" if isinstance(default, float) else str(default)


if __name__ == "__main__":
    sys.exit(main())
