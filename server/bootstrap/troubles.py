"""Why a process of the platform does not start, and why it cannot go on."""

from enum import Enum


class CannotStart(Exception):
    """Something that the platform needs is not there or not right; the message says what, for a person."""


class Ending(Enum):
    """Why a platform cannot go on."""

    FENCED = "another server has taken this database over; this one ends"
    BROKEN = "a part of this server has failed; it ends"
