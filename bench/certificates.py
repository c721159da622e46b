"""The certificates of a benchmark: the server's, an admin's and a plain user's."""

from pathlib import Path

from pilothouse.server.authentication.pki import Authority, Issued

USER, ADMIN = "bench", "admin"
"""The names of the files. The certificates name the users bench-user, and bench-admin in the group system:masters."""


def make(directory: Path) -> Path:
    """Makes a CA and what it signs: ca.crt, and .crt and .key of server, ADMIN and USER. Returns `directory`."""
    directory.mkdir(parents=True, exist_ok=True)
    authority = Authority.create("bench CA")
    (directory / "ca.crt").write_bytes(authority.pem)
    _write(directory / "server", authority.issue_server())
    _write(directory / ADMIN, authority.issue_client("bench-admin", ("system:masters",)))
    _write(directory / USER, authority.issue_client("bench-user"))
    return directory


def _write(path: Path, issued: Issued) -> None:
    path.with_suffix(".crt").write_bytes(issued.certificate)
    path.with_suffix(".key").write_bytes(issued.key)
