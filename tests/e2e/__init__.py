"""The product as its users get it: its command line, its process, its chat, its pages."""
