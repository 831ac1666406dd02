"""Settings by environment or `.env`; `.env.example` explains each one, and a test compares."""

from functools import cached_property
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

TELEGRAM = "https://api.telegram.org"


class Settings(BaseSettings):
    """What an installation may choose. Names are the upper-case environment variables."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore")

    bot_token: SecretStr = Field(SecretStr(""), description="Token of the bot, from @BotFather")
    telegram_api_url: str = Field(TELEGRAM, description="Bot API server")
    telegram_proxy: str = Field("", description="Proxy for Telegram: http://… or socks5://…")
    webhook_secret: SecretStr = Field(
        SecretStr(""), description="Secret header of the webhook; empty means long polling"
    )
    database_url: str = Field("", description="Database; empty means SQLite in DATA_DIR")
    data_dir: Path = Field(Path("var"), description="Folder of the database, files and backups")
    panel_host: str = Field("127.0.0.1", description="Address where the panel listens")
    panel_port: int = Field(8080, description="Port of the panel", ge=1, le=65535)
    public_url: str = Field("", description="Public address of the panel, if it has one")
    timezone: str = Field("Europe/Moscow", description="Time zone of new regions")
    digest_hour: int = Field(9, description="Local hour of the morning digest, 9 to 19", ge=9, le=19)
    metrics_token: SecretStr = Field(
        SecretStr(""), description="Token that opens /metrics; empty means there is no such page"
    )
    keep_updates_days: int = Field(14, description="Days for which handled updates stay", ge=2)
    keep_messages_days: int = Field(180, description="Days for which ended messages stay", ge=60)
    keep_access_days: int = Field(
        30, description="Days for which sessions, codes and upload links stay after their end", ge=1
    )
    keep_invitations_days: int = Field(
        90, description="Days for which unused invitations stay after their end", ge=1
    )
    keep_exports_days: int = Field(30, description="Days for which ended exports stay in the list", ge=3)
    keep_drafts_days: int = Field(
        180, description="Days for which drafts of closed work and unfinished dialogues stay", ge=30
    )
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    log_json: bool = Field(False, description="Logs as JSON lines")

    @cached_property
    def database(self) -> str:
        """Address of the database, with the embedded default."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'vekha.db'}"

    @property
    def files_dir(self) -> Path:
        """Folder of the evidence files."""
        return self.data_dir / "files"
