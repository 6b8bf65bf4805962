"""How much of everything the server takes before it says no: every queue, size, rate and wait of the doors."""

from typing import Self

from pydantic import model_validator

from server.config.fields import Count, Seconds, Section, refused


class Limits(Section):
    """Per server process unless the name says otherwise; a rate's burst is what may come at once after a pause."""

    connections_max: Count = 12_000
    connections_per_address_max: Count = 12_000
    connections_per_player_max: Count = 16

    messages_per_second_max: Count = 5_000
    messages_burst_max: Count = 10_000
    messages_per_player_per_second_max: Count = 10_000
    messages_per_player_burst_max: Count = 20_000
    messages_per_address_per_second_max: Count = 100_000
    messages_per_address_burst_max: Count = 200_000
    logins_per_address_per_second_max: Count = 1_000
    logins_per_address_burst_max: Count = 12_000

    proofs_per_address_per_second_max: Count = 20
    """Proofs of bets that are asked for over HTTP."""
    proofs_per_address_burst_max: Count = 200

    requests_in_flight_max: Count = 256
    """Unanswered requests of one connection; the next one is refused as overloaded (3003)."""
    subscriptions_per_session_max: Count = 64
    send_queue_bytes_max: Count = 262_144
    """What may wait for a slow reader before the connection is closed."""

    hello_seconds: Seconds = 10
    """From the handshake to being logged in."""
    ping_seconds: Seconds = 20
    pong_seconds: Seconds = 20
    resume_seconds: Seconds = 120
    """How long a session outlives its socket."""
    access_token_seconds: Seconds = 3_600
    drain_seconds: Seconds = 8
    """From the signal to stop until the sockets that are still there are dropped, whatever they do."""

    drain_spread_seconds: Seconds = 10
    """How long a gateway of a cluster takes to send its clients to the others."""

    mailbox_max: Count = 1_024
    """Messages that wait for one actor; the next one is refused as overloaded."""
    batch_records_max: Count = 4_096
    history_events_max: Count = 256
    """Events of one stream that are kept for whoever resumes."""
    actor_idle_seconds: Seconds = 300

    @model_validator(mode="after")
    def _bursts_hold_a_second(self) -> Self:
        for what in (
            "messages",
            "messages_per_player",
            "messages_per_address",
            "logins_per_address",
            "proofs_per_address",
        ):
            rate = getattr(self, f"{what}_per_second_max")
            if getattr(self, f"{what}_burst_max") < rate:
                raise refused(f"must be at least {what}_per_second_max, which is {rate}", f"{what}_burst_max")
        return self
