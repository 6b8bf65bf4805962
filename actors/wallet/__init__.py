"""The wallet: one actor a player, the only one that moves the player's money."""
