"""Doors: what listens, what is configured, what an operator types. Decides nothing about money or games."""
