"""What everybody may see of a tournament: all of it."""

from actors.games.poker.state import State
from actors.games.poker.structure import Level
from actors.games.poker.tournament import Tournament
from protocol.games.sitngo import SitngoPlace, SitngoState


def tournament_of(state: State) -> SitngoState | None:
    """The tournament that is played or can be registered for; nothing at a cash table."""
    structure, tournament, before = state.rules.structure, state.tournament, state.finished
    if structure is None:
        return None
    now = tournament or Tournament(before.number + 1 if before else 1)
    level, has_next = now.level, now.is_running and now.level < structure.last_level
    by_hands = bool(structure.level_hands)
    return SitngoState(
        number=now.number,
        phase="playing" if now.is_running else "registering",
        entry=structure.entry,
        fee=structure.fee,
        chips=structure.chips,
        seats=structure.seats,
        prizes=structure.prizes,
        levels=tuple(map(_blinds, structure.levels)),
        level=level,
        blinds=_blinds(structure.blinds_of(level)),
        next_blinds=_blinds(structure.blinds_of(level + 1)) if has_next else None,
        level_hands=structure.level_hands,
        level_ms=structure.level_ms,
        next_level_hand=now.first_hand + (level + 1) * structure.level_hands if has_next and by_hands else None,
        next_level_at_ms=now.began_at + (level + 1) * structure.level_ms if has_next and not by_hands else None,
        left=len(state.seats),
        places=_places(now),
        finished=_places(before) if before else (),
    )


def _blinds(level: Level) -> tuple[int, int, int]:
    return level.small_blind, level.big_blind, level.ante


def _places(tournament: Tournament) -> tuple[SitngoPlace, ...]:
    return tuple(
        SitngoPlace(place=one.place, player=one.player, name=one.name, prize=one.prize) for one in tournament.placed
    )
