#!/usr/bin/env python3
"""Django's commands, led to the embedded database when the environment names no other.

Refuses to run a command that needs a database when none is running: exit status 2, and what to do.
"""

import importlib.util
import os
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent
VENV_PYTHON = CHECKOUT / ".venv" / "bin" / "python"
DATABASE_FREE = {
    "compile_areas",
    "write_registers",
    "formula",
    "help",
    "version",
    "collectstatic",
    "makemessages",
    "compilemessages",
}


def needs_database(words: list[str]) -> bool:
    """Whether the command line `words` (without the program's name) asks the database anything."""
    if not words or words[0] in DATABASE_FREE or {"--help", "-h", "--version"} & set(words):
        return False
    return not (words[0] == "allocate" and "--dry-run" in words)


def main() -> int:
    if importlib.util.find_spec("django") is None:
        if not VENV_PYTHON.exists() or Path(sys.prefix) == VENV_PYTHON.parents[1]:
            print("Django is not installed. Run script/demo, which installs it.", file=sys.stderr)
            return 2
        os.execv(VENV_PYTHON, [str(VENV_PYTHON), *sys.argv])  # noqa: S606 -- our own interpreter

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socialcare.settings")
    if not os.environ.get("DATABASE_URL"):
        if needs_database(sys.argv[1:]):
            from socialcare.embedded import pointer

            running = pointer.find(os.environ)
            if running is None:
                print(
                    "Nothing is running. Start script/demo in another window, or set DATABASE_URL.",
                    file=sys.stderr,
                )
                return 2
            os.environ.update(running)
        else:
            os.environ["SOCIALCARE_DATABASE_FREE"] = "1"

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
    return 0


if __name__ == "__main__":
    sys.exit(main())
