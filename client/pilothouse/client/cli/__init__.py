"""The command line `pilothouse`: commands, manifests, tables. It speaks the dynamic service in JSON, so that it knows
no kind in advance; what a kind means is the server's business."""


def main() -> None:
    """Runs the command that the process' arguments name."""
    from .commands import app

    app(prog_name="pilothouse")
