"""The conversation: Incoming -> Reply, the same for every channel."""
