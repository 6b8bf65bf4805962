"""Odds that no sum gives: rounds by the million on arrays. Nothing else imports NumPy, nor this before it is asked."""
