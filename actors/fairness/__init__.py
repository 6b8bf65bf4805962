"""How players can check an outcome: what is committed to, what is drawn from it, and how it is verified afterwards."""
