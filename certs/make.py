"""Makes the development PKI: `python certs/make.py FOLDER [--host HOST]... [--user NAME [--group GROUP]...]`."""

import argparse
import sys
from pathlib import Path

from pilothouse.server.authentication.pki import Pki, PkiError


def main() -> int:
    parser = argparse.ArgumentParser(description="Make a development authority and certificates signed by it.")
    parser.add_argument("folder", type=Path, help="where to put them; what is good there stays")
    parser.add_argument("--host", action="append", default=[], help="a further name or address of the server")
    parser.add_argument("--user", help="also a client certificate for this user")
    parser.add_argument("--group", action="append", default=[], help="a group of that user")
    arguments = parser.parse_args()
    if arguments.group and not arguments.user:
        parser.error("--group says which groups the user is in: give --user too")
    try:
        pki = Pki(arguments.folder)
        made = [pki.server(arguments.host)]
        if arguments.user:
            made.append(pki.client(arguments.user, arguments.group))
        account_key = pki.account_key()
    except (PkiError, OSError) as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 1
    for path in (pki.ca, *(path for files in made for path in (files.certificate, files.key)), account_key):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
