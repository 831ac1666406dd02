"""One module per section of the panel."""
