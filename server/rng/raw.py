"""The raw stream, as the games take numbers from it, and what `dieharder` says of it."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import IO, Final, NamedTuple

from actors.fairness.draws import block

PROGRAM: Final = "dieharder"
RAW_INPUT: Final = "200"
"""Its generator that reads numbers of 32 bits from its input."""
BLOCKS: Final = 2_048
"""Written at once."""
TESTS: Final = (0, 1, 2, 3, 4, 8, 9, 10, 11, 12, 13, 15, 16, 17, 100, 101, 102)
"""The tests of Marsaglia's battery that are held to be sound, and those of NIST's that it has."""
WORDS_COUNT: Final = 5
"""Of a line with a result: test, its parameter, numbers in a sample, samples, p-value; then a judgement."""


class Judged(NamedTuple):
    """One result: the `judgement` is PASSED, WEAK (which one of a hundred is by chance) or FAILED."""

    test: str
    parameter: int
    samples: int
    p_value: float
    judgement: str


class NoDieharder(Exception):
    """It is not installed, or says nothing that can be read; the message has what it says."""


def stream(root: str) -> Iterator[bytes]:
    """The first block of each draw of one client seed, nonce by nonce, all of one server seed: without end."""
    server_seed = sha256(f"{root}:server:raw".encode()).hexdigest()
    nonce = 0
    while True:
        yield b"".join(block(server_seed, root, one, 0) for one in range(nonce, nonce + BLOCKS))
        nonce += BLOCKS


def dieharder(root: str, tests: Sequence[int] = TESTS, samples: int | None = None) -> list[Judged]:
    """Have every test read a stream of its own. `samples` is how many p-values a test makes, 100 if it is not said.

    Raises `NoDieharder`.
    """
    if shutil.which(PROGRAM) is None:
        raise NoDieharder(f"{PROGRAM} is not installed: apt-get install {PROGRAM}")
    judged = []
    for test in tests:
        arguments = [PROGRAM, "-d", str(test), "-g", RAW_INPUT, *(["-p", str(samples)] if samples else [])]
        text = _fed(arguments, stream(f"{root}:{test}"))
        found = judgements(text)
        if not found:
            raise NoDieharder(f"{' '.join(arguments)} said: {text}")
        judged += found
    return judged


def judgements(text: str) -> list[Judged]:
    """The results in what the program prints: `name|parameter|numbers|samples|p-value|judgement`."""
    found = []
    for line in text.splitlines():
        words = [word.strip() for word in line.split("|")]
        if len(words) == WORDS_COUNT + 1 and words[1].isdigit() and words[3].isdigit():
            found.append(Judged(words[0], int(words[1]), int(words[3]), float(words[4]), words[5]))
    return found


def _fed(arguments: Sequence[str], numbers: Iterator[bytes]) -> str:
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        if process.stdin is None or process.stdout is None:
            raise NoDieharder("no pipe")
        _pour(process.stdin, numbers)
        return process.stdout.read().decode()


def _pour(pipe: IO[bytes], numbers: Iterator[bytes]) -> None:
    """Until whoever reads has enough, and hangs up. What they print meanwhile fits into a pipe."""
    with suppress(BrokenPipeError):
        pipe.writelines(numbers)
    # What was left in the buffer cannot be written either.
    with suppress(BrokenPipeError):
        pipe.close()
