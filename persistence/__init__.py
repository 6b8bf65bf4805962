"""Persistence: where what was decided becomes durable, and the engines that keep it."""
