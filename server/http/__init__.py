"""Plain HTTP on the port of the WebSocket: health, metrics and the start page."""
