"""Checks whether bets were fair, from their proofs alone, with nothing but Python's standard library.

It shares no line with the server: what it says is computed a second time, from the rules that players are told. Start
to read in `proof.py`.
"""

from .chain import check_shoe
from .check import Check
from .crash import check_flights
from .proof import check_proof

__all__ = ["Check", "check_flights", "check_proof", "check_shoe"]
