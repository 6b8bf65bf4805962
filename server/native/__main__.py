"""`python -m server.native` compiles; `python -m server.native MODULE …` runs a module, compiled as far as it was."""

import runpy
import sys

from server.native.build import build
from server.native.use import use_compiled


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def main() -> int:
    """Never fails for want of a compiler: Croupier runs without."""
    if len(sys.argv) > 1:
        use_compiled()
        del sys.argv[0]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        return 0
    if problem := build(_say):
        sys.stderr.write(f"Croupier runs as plain Python, at about two thirds of its speed: {problem}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
