"""How long bytes stay that no row of the database names."""

from datetime import timedelta

# A person may come back to a list or a form of last Friday; nothing that waits longer is waited for.
LIFE = timedelta(days=7)
