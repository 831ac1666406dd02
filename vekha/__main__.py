"""`python -m vekha`: the same as the command `vekha`."""

from vekha.cli import main

main()
