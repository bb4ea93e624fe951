"""``python -m bellrock``, where the command is not on the path."""

from bellrock.cli.main import main

if __name__ == "__main__":
    main()
