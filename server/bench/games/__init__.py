"""What each game costs beside dice, and what a table that nobody plays at costs its host."""
