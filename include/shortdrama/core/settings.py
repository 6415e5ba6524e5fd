"""All settings, typed, in one place.

Values come from the environment (`SHORTDRAMA_S3__BUCKET=…`). Below it come files in the folder that
`SHORTDRAMA_SECRETS` names, one for each value and named like its variable: passwords of the team's
stack. Below these comes `settings.env` in the pipeline's home, which the embedded services write.
"""

import re
from datetime import datetime
from functools import cache
from os import environ
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    FilePath,
    PositiveFloat,
    SecretStr,
    ValidationError,
)
from pydantic_settings import (
    BaseSettings,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from shortdrama.core.clock import Clock
from shortdrama.core.errors import Failure

REPOSITORY = Path(__file__).resolve().parents[3]
DBT_PROJECT = REPOSITORY / "dbt_project"
EXPECTATIONS = REPOSITORY / "expectations"
PUBLISHED_FIGURES = DBT_PROJECT / "seeds" / "published_figures.csv"
"""Real figures, each with its source: a dbt seed, and what the simulator is calibrated to."""

T = TypeVar("T")


def home() -> Path:
    """The folder for everything that this machine keeps outside the lake."""
    return Path(environ.get("SHORTDRAMA_HOME", REPOSITORY / ".shortdrama"))


Work = Literal["ingest", "transform", "reports"]
"""Work of the scheduled DAGs that may have keys to the lake of its own."""


class Keys(BaseModel):
    """An identity of the store."""

    access_key_id: str
    secret_access_key: SecretStr


class S3Settings(BaseModel):
    """The lake's bucket. Without an endpoint it is at Amazon; without keys boto3 looks for them.

    `ingest`, `transform` and `reports` are keys that may do only what this work needs; without them
    it has those of everybody.
    """

    endpoint_url: str | None = None
    region: str = "us-east-1"
    bucket: str = "shortdrama"
    access_key_id: str | None = None
    secret_access_key: SecretStr | None = None
    ingest: Keys | None = None
    transform: Keys | None = None
    reports: Keys | None = None

    def of(self, work: Work) -> "S3Settings":
        """The same bucket with the keys of this work, if it has its own."""
        keys: Keys | None = getattr(self, work)
        return self.model_copy(update=dict(keys)) if keys else self


class SettingsRefused(Failure):
    """A setting cannot be used; the message names the variable, never its value."""

    is_final = True


TOKEN = re.compile(r"[!#-&(-~]*")
"""Printable ASCII without blanks and quotes: anything else was pasted by mistake."""


def _base_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        # Not its text, which repeats the address.
        raise ValueError("is not an address") from None
    if "@" in parts.netloc:
        raise ValueError("holds a name or password; set the token instead")
    if url and not is_address:
        raise ValueError("is not an address that begins with http:// or https://")
    if parts.query or parts.fragment or re.search(r"\s", url):
        raise ValueError("holds a blank, a ? or a #; an address ends with its path")
    return url


def _token(token: SecretStr) -> SecretStr:
    if not TOKEN.fullmatch(token.get_secret_value()):
        raise ValueError("holds a blank, a quote, a line end or a sign that is not ASCII")
    return token


def _countries(codes: tuple[str, ...]) -> tuple[str, ...]:
    for code in codes:
        if not re.fullmatch("[A-Z]{2}", code) or code == "ZZ":
            raise ValueError("holds something else than codes of countries such as US")
    return _each_once(codes)


def _hashtags(tags: tuple[str, ...]) -> tuple[str, ...]:
    if any(not tag or "#" in tag or re.search(r"\s", tag) for tag in tags):
        raise ValueError("holds an empty tag, or one with a # or a blank")
    _each_once(tuple(tag.lower() for tag in tags))
    return tags


def _each_once(values: tuple[T, ...]) -> tuple[T, ...]:
    # Whatever is asked twice is answered twice, and the gate refuses every such load.
    if len(set(values)) < len(values):
        raise ValueError("names something twice")
    return values


BaseUrl = Annotated[str, AfterValidator(_base_url)]
Token = Annotated[SecretStr, AfterValidator(_token)]
Countries = Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(_countries)]
Hashtags = Annotated[tuple[str, ...], AfterValidator(_hashtags)]
Windows = Annotated[
    tuple[Literal[7, 30, 120], ...], Field(min_length=1), AfterValidator(_each_once)
]


class HttpSettings(BaseModel):
    """How long a source may take, in seconds of real time, and the proxy on the way to it.

    `timeout_seconds` is the longest silence. `answer_seconds` is for one answer, from the request
    to its last byte. `pull_seconds` is for one attempt of a pull: all its calls, repeats and
    waits. `proxy` is a URL; proxies of the environment are not used. `ca_file` has the certificates
    to trust, where a proxy brings its own.
    """

    timeout_seconds: PositiveFloat = 120.0
    answer_seconds: PositiveFloat = 600.0
    pull_seconds: PositiveFloat = 3000.0
    proxy: SecretStr = SecretStr("")
    ca_file: FilePath | None = None


class AppfiguresSettings(HttpSettings):
    """The estimates account. Each of `countries` is asked for, and always the world too.

    `products`: `account` leaves it to the vendor, whose default is the account's active products;
    `listed` names those of the newest accepted load, inactive ones too, in more calls.
    """

    base_url: BaseUrl = "https://api.appfigures.com/v2/"
    token: Token = SecretStr("")
    countries: Countries = (
        "US", "GB", "CA", "AU", "DE", "FR", "JP", "KR", "TW", "BR", "MX", "ID", "IN", "PH", "TH",
        "CN",
    )  # fmt: skip
    products: Literal["account", "listed"] = "account"


class TiktokSettings(HttpSettings):
    """Where TikTok's hashtag figures come from: `provider` names the API at `base_url`.

    `creative_center` is a gateway that passes on the Creative Center's answers, `business` is
    TikTok API for Business. Without a `base_url` the provider's own is used; only `business` needs
    `advertiser_id`.
    """

    provider: Literal["creative_center", "business"] = "creative_center"
    base_url: BaseUrl = ""
    token: Token = SecretStr("")
    advertiser_id: str = ""
    countries: Countries = ("US", "ID", "BR")
    window_days: Windows = (7, 30)
    hashtags: Hashtags = (
        "shortdrama", "reelshort", "dramabox", "microdrama", "tiktokminis", "minisgames",
        "minisshorts",
    )  # fmt: skip
    timeout_seconds: PositiveFloat = 60.0


class Recipient(BaseModel):
    """A person who gets the reports, and in which language."""

    address: str
    locale: Literal["en", "zh"] = "en"


class MailboxSettings(BaseModel):
    """Where returned mail and unsubscribe mails arrive: an IMAP folder, or a Maildir."""

    host: str = ""
    port: int = 993
    tls: bool = True
    username: str = ""
    password: SecretStr = SecretStr("")
    folder: str = "INBOX"
    maildir: Path | None = None


class MailSettings(BaseModel):
    """The SMTP server and who gets mail: `engineers`, when something was refused or failed.

    `addresses` are those of the recipients that the subscriptions name by id. `reply_to` is where
    readers' answers go, `mailbox` where returned mail and unsubscribe mails are read, at the
    address `returns_to`; both addresses are the sender's if they are empty. `signing_key` signs the
    links to unsubscribe and the ids of mails, so that nobody can make them up. `page_url` is where
    readers open market pages, such as `https://airflow.example.org/shortdrama/market`; without it
    mails have no link to them.

    `recipients` is the form before subscriptions. It works for one version, where there are no
    `addresses`: these get the weekly brief.
    """

    host: str = "127.0.0.1"
    port: int = 25
    username: str | None = None
    password: SecretStr | None = None
    starttls: bool = False
    ca_file: FilePath | None = None
    """Certificates to trust, for a server whose certificate is our own."""
    sender: str = "Short-drama market <reports@shortdrama.invalid>"
    reply_to: str = ""
    returns_to: str = ""
    signing_key: SecretStr = SecretStr("")
    page_url: BaseUrl = ""
    addresses: dict[str, str] = Field(default_factory=dict, repr=False)
    mailbox: MailboxSettings | None = None
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


class SparkSettings(BaseModel):
    """Where Spark builds the marts: a Spark Connect server at `remote`, as `sc://host:15002`.

    `sources` is a folder that this machine and all workers see; None is one in this machine's home.
    `packages` has the environment that `make spark` installs.
    """

    remote: str = ""
    sources: Path | None = None
    packages: Path = REPOSITORY / "build" / "spark"


class WarehouseSettings(BaseModel):
    """Which engine builds the marts; the gates and the publisher read a DuckDB file either way."""

    engine: Literal["duckdb", "spark"] = "duckdb"
    spark: SparkSettings = SparkSettings()


class Settings(BaseSettings):
    """Everything that differs between one machine, a team's stack and production."""

    model_config = SettingsConfigDict(
        env_prefix="SHORTDRAMA_",
        env_nested_delimiter="__",
        extra="ignore",
        hide_input_in_errors=True,
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
    warehouse: WarehouseSettings = WarehouseSettings()
    subscriptions: Path | None = None
    """Who gets which report; without it the project's own file counts. It is checked when reports
    are sent: a mistake in it must not stop the loads."""
    warehouse_folder: str = "warehouse"
    """In this machine's home; a staged build has a folder of its own."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic's form
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """From the source that counts most to the one that counts least."""
        secrets = NestedSecretsSettingsSource(
            file_secret_settings, environ.get("SHORTDRAMA_SECRETS"), secrets_dir_missing="error"
        )
        return init_settings, env_settings, secrets, dotenv_settings

    @property
    def clock(self) -> Clock:
        """The clock that every step reads."""
        return Clock(self.frozen_clock)

    @property
    def warehouse_path(self) -> Path:
        """The private DuckDB file; if it is lost, the next build makes it again.

        Each engine has its own: an incremental build goes on from what the same engine built.
        """
        name = "market.duckdb" if self.warehouse.engine == "duckdb" else "market-spark.duckdb"
        return home() / self.warehouse_folder / name


_own: Work | None = None


@cache
def settings() -> Settings:
    """The settings of this process, read once; raises SettingsRefused."""
    found = _read()
    return found.model_copy(update={"s3": found.s3.of(_own)}) if _own else found


def work_as(work: Work) -> None:
    """Use this work's own keys to the lake in this process from now on, where it has any."""
    global _own
    _own = work
    settings.cache_clear()


def _read() -> Settings:
    try:
        return Settings(_env_file=home() / "settings.env")
    except ValidationError as error:
        told = error.errors(include_url=False, include_input=False, include_context=False)
        wrong = [
            f"{_variable(one['loc'])}: {one['msg'].removeprefix('Value error, ')}" for one in told
        ]
    except SettingsError as error:
        wrong = [str(error)]
    except OSError as error:
        wrong = [f"{error.filename} cannot be read ({error.strerror})"]
    except UnicodeDecodeError:
        wrong = ["a file in the folder SHORTDRAMA_SECRETS is not text in UTF-8"]
    # Outside of the handler: the original's text holds the values, secrets too.
    raise SettingsRefused(f"these settings cannot be used. Correct them: {'; '.join(wrong)}")


def _variable(path: tuple[int | str, ...]) -> str:
    return "SHORTDRAMA_" + "__".join(map(str, path)).upper()


def without_secrets(text: str, settings: BaseModel) -> str:
    """The text without the secrets of the settings."""
    for value in dict(settings).values():
        if isinstance(value, BaseModel):
            text = without_secrets(text, value)
        elif isinstance(value, SecretStr) and value.get_secret_value().strip():
            text = text.replace(value.get_secret_value().strip(), "[secret]")
    return text
