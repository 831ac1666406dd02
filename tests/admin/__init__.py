"""The panel, asked over HTTP and looked at in a browser."""
