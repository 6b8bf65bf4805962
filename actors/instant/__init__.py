"""Instant games: one actor a player, who holds the player's seeds and the nonce of the next draw."""
