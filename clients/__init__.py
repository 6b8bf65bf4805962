"""Those who play: the SDK, the load bots, the web client. They know the protocol and nothing else of the server."""
