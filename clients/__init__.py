"""Who plays: the Python SDK and the bots that load a server with it."""
