"""The WebSocket front: sockets, sessions, routing and fan-out. Decides nothing about money or games."""
