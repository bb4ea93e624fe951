"""The command's first lines; ``python -m bellrock`` where it is not on the path."""

import signal
import sys


def main() -> None:
    """Load the command line and run it; Ctrl-C ends it from here on."""
    try:
        from bellrock.cli.main import main as run
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    run()


if __name__ == "__main__":
    main()
