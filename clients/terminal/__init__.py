"""Dialog in a terminal: `python -m clients.terminal --name anna`."""
