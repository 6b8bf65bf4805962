"""The rules of the games: pure functions of state, command and draws."""
