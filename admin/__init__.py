"""The web panel: pages over the domain, in plain HTML."""
