"""What Telegram shows as bold, italic and a link, in the marks that a broadcast is kept with."""

from aiogram.enums import MessageEntityType
from aiogram.types import Message, MessageEntity
from aiogram.utils.text_decorations import HtmlDecoration


class _Marks(HtmlDecoration):
    """Other looks are left out."""

    def apply_entity(self, entity: MessageEntity, text: str) -> str:
        """One piece of a message."""
        if entity.type == MessageEntityType.BOLD:
            return f"*{text}*"
        if entity.type == MessageEntityType.ITALIC:
            return f"_{text}_"
        if entity.type == MessageEntityType.TEXT_LINK:
            return f"[{text}]({entity.url})"
        return text

    def quote(self, value: str) -> str:
        """The words as they are: they are escaped when they are sent."""
        return value


def marked(message: Message) -> str:
    """The words of a message with the marks of a broadcast."""
    text = message.text or message.caption or ""
    return _Marks().unparse(text, message.entities or message.caption_entities or [])
