"""All settings, typed, in one place.

Values come from the environment (`SHORTDRAMA_S3__BUCKET=…`) and, below it, from `settings.env` in
the pipeline's home, which the embedded services write. Production sets only the environment.
"""

from datetime import datetime
from functools import cache
from os import environ
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from shortdrama.core.clock import Clock

REPOSITORY = Path(__file__).resolve().parents[3]
DBT_PROJECT = REPOSITORY / "dbt_project"
EXPECTATIONS = REPOSITORY / "expectations"
PUBLISHED_FIGURES = DBT_PROJECT / "seeds" / "published_figures.csv"
"""Real figures, each with its source: a dbt seed, and what the simulator is calibrated to."""


def home() -> Path:
    """The folder for everything that this machine keeps outside the lake."""
    return Path(environ.get("SHORTDRAMA_HOME", REPOSITORY / ".shortdrama"))


class S3Settings(BaseModel):
    """The lake's bucket. Without an endpoint it is at Amazon; without keys boto3 looks for them."""

    endpoint_url: str | None = None
    region: str = "us-east-1"
    bucket: str = "shortdrama"
    access_key_id: str | None = None
    secret_access_key: SecretStr | None = None


class AppfiguresSettings(BaseModel):
    """The estimates account. Each of `countries` is asked for, and always the world too.

    `products`: `account` leaves it to the vendor, whose default is the account's active products;
    `listed` names those of the newest accepted load, inactive ones too, in more calls.
    """

    base_url: str = "https://api.appfigures.com/v2/"
    token: SecretStr = SecretStr("")
    countries: tuple[str, ...] = (
        "US", "GB", "CA", "AU", "DE", "FR", "JP", "KR", "TW", "BR", "MX", "ID", "IN", "PH", "TH",
        "CN",
    )  # fmt: skip
    products: Literal["account", "listed"] = "account"
    timeout_seconds: float = 120.0


class TiktokSettings(BaseModel):
    """Where TikTok's hashtag figures come from: `provider` names the API at `base_url`.

    `creative_center` is a gateway that passes on the Creative Center's answers, `business` is
    TikTok API for Business. Without a `base_url` the provider's own is used; only `business` needs
    `advertiser_id`.
    """

    provider: Literal["creative_center", "business"] = "creative_center"
    base_url: str = ""
    token: SecretStr = SecretStr("")
    advertiser_id: str = ""
    countries: tuple[str, ...] = ("US", "ID", "BR")
    window_days: tuple[Literal[7, 30, 120], ...] = (7, 30)
    hashtags: tuple[str, ...] = (
        "shortdrama", "reelshort", "dramabox", "microdrama", "tiktokminis", "minisgames",
        "minisshorts",
    )  # fmt: skip
    timeout_seconds: float = 60.0


class Recipient(BaseModel):
    """A person who gets the reports, and in which language."""

    address: str
    locale: Literal["en", "zh"] = "en"


class MailSettings(BaseModel):
    """The SMTP server and who gets mail: `engineers`, when something was refused or failed."""

    host: str = "127.0.0.1"
    port: int = 25
    username: str | None = None
    password: SecretStr | None = None
    starttls: bool = False
    sender: str = "Short-drama market <reports@shortdrama.invalid>"
    recipients: tuple[Recipient, ...] = ()
    engineers: tuple[str, ...] = ()


class AirflowSettings(BaseModel):
    """Airflow's API, for commands and checks that run outside its tasks."""

    base_url: str = "http://127.0.0.1:8080"
    username: str = "admin"
    password: SecretStr = SecretStr("")


class WatchSettings(BaseModel):
    """After how long `shortdrama watch` mails: nothing published, or no heartbeat of Airflow."""

    snapshot_hours: float = 26
    heartbeat_minutes: float = 10


class Settings(BaseSettings):
    """Everything that differs between one machine, a team's stack and production."""

    model_config = SettingsConfigDict(
        env_prefix="SHORTDRAMA_", env_nested_delimiter="__", extra="ignore"
    )

    frozen_clock: datetime | None = None
    lake_kind: Literal["sample", "real"] = "real"
    code_version: str = "unreleased"
    s3: S3Settings = S3Settings()
    appfigures: AppfiguresSettings = AppfiguresSettings()
    tiktok: TiktokSettings = TiktokSettings()
    mail: MailSettings = MailSettings()
    airflow: AirflowSettings = AirflowSettings()
    watch: WatchSettings = WatchSettings()

    @property
    def clock(self) -> Clock:
        """The clock that every step reads."""
        return Clock(self.frozen_clock)

    @property
    def warehouse_path(self) -> Path:
        """The private DuckDB file; if it is lost, the next build makes it again."""
        return home() / "warehouse" / "market.duckdb"


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings(_env_file=home() / "settings.env")


def without_secrets(text: str, settings: BaseModel) -> str:
    """The text without the secrets of the settings."""
    for value in dict(settings).values():
        if isinstance(value, BaseModel):
            text = without_secrets(text, value)
        elif isinstance(value, SecretStr) and value.get_secret_value().strip():
            text = text.replace(value.get_secret_value().strip(), "[secret]")
    return text
