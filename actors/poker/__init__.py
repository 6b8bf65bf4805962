"""Poker tables as actors: chips against money, turns by the clock, and hands that go on after a crash."""
