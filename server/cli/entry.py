"""The `croupier` command as it is installed: compiled modules first, then the command line."""

from server.native.use import use_compiled


def main() -> None:
    """Run the command line."""
    use_compiled()  # first: whatever is imported after this is found compiled
    from server.cli import main as command_line

    command_line()
