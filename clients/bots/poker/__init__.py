"""Bots at poker tables: they play against each other, and reckon every pot by themselves."""
