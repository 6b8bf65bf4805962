"""Evidence that draws are as random as they should be: tests of the raw stream, and of what every game makes of it."""
