"""Telegram: who says who a player is."""
