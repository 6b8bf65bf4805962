"""What is checked: something that was said, beside what it is found to be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """Something that was said, and what it is found to be."""

    name: str
    said: object
    found: object

    @property
    def ok(self) -> bool:
        """Whether they agree."""
        return self.said == self.found
