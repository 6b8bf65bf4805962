"""Bots that play as fast as a server answers, and that check every amount it tells them."""

from clients.bots.config import BotsConfig
from clients.bots.report import Report
from clients.bots.swarm import play, run

__all__ = ["BotsConfig", "Report", "play", "run"]
