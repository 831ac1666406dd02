"""How long a test waits for what must come: so long that only what hangs is late, however slow or busy the machine.

Nothing is timed by it. Tools bring limits of their own (a browser half a minute, an HTTP client five seconds), under
which a slow machine looks like a mistake.
"""

PATIENCE = 180.0  # seconds
FOR_BROWSERS = PATIENCE * 1000  # milliseconds, as Playwright counts
