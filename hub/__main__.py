"""`python -m hub` and the `hub` command."""

from hub.cli.command import main

if __name__ == "__main__":
    main()
