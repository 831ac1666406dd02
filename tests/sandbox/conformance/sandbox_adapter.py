"""The probe's view of our sandbox."""

from adapter import Adapter

from sandbox import Sandbox


class SandboxAdapter(Adapter):
    """Starts the sandbox and plays the people of the probe."""

    def __init__(self) -> None:
        self.sandbox = Sandbox(tokens=[self.token])

    async def start(self) -> None:
        await self.sandbox.start()
        self.base = self.sandbox.base_url
        self.sandbox.add_person(self.user0, "Анна")

    async def stop(self) -> None:
        await self.sandbox.stop()

    async def inject_text(self, user_id: int, text: str) -> None:
        await self.sandbox.send_text(user_id, text)

    async def inject_cb(self, user_id: int, message_id: int, data: str) -> None:
        await self.sandbox.press(user_id, message_id, data, timeout=0)

    async def inject_doc(self, user_id: int, body: bytes, name: str) -> None:
        await self.sandbox.send_document(user_id, body, name)

    async def fault(
        self, method: str, code: int, *, count: int = 1, retry_after: int | None = None, description: str = ""
    ) -> None:
        self.sandbox.fault(
            method, "error", count=count, code=code, retry_after=retry_after, description=description
        )
