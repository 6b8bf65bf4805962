"""A figure, its unit, and what it should reach."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on a figure; `at_least` or at most."""

    bound: float
    at_least: bool

    def share(self, measured: float) -> float:
        """How well it is reached: 1 is just so, 2 is twice as good."""
        if measured == self.bound:
            return 1.0
        better, worse = (measured, self.bound) if self.at_least else (self.bound, measured)
        return better / worse if worse else float("inf")

    def met(self, measured: float) -> bool:
        """Whether the figure keeps to the bound."""
        return measured >= self.bound if self.at_least else measured <= self.bound


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `bench` is the name of the measurement that gives it."""

    key: str
    bench: str
    what: str
    unit: str
    goal: Goal | None = None


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times the one figure is the other, medians both."""

    key: str
    what: str
    over: str
    under: str
    goal: Goal | None = None


def at_least(bound: float) -> Goal:
    """A figure should be this or more."""
    return Goal(bound, at_least=True)


def at_most(bound: float) -> Goal:
    """A figure should be this or less."""
    return Goal(bound, at_least=False)
