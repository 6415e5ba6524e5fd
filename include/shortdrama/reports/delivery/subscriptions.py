"""Who gets which report: one reviewed YAML file, without addresses."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from yaml.error import MarkedYAMLError

from shortdrama.core.errors import Failure
from shortdrama.core.settings import MailSettings, Settings
from shortdrama.lake.sends import RECIPIENT_ID, digest_of
from shortdrama.reports.words.formats import LocaleName

SHIPPED = Path(__file__).parents[1] / "subscriptions.yaml"
SCHEMA = SHIPPED.with_name("subscriptions.schema.json")
FIRST_DAY = date(2025, 1, 1)

PULSE_HOURS = 20
"""Until a daily edition that is withheld is told. After a day the next one takes its place."""

THRESHOLDS = {"minis_pulse": frozenset({"hashtag_views"})}
"""What may have a threshold, by report: each report says how far these have moved."""


class SubscriptionsRefused(Failure):
    """The file of subscriptions cannot be used; the message names file, line, field and remedy."""

    is_final = True


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValueError(
            f"{name!r} is not a time zone; write an IANA name such as Europe/London"
        ) from None
    return name


RecipientId = Annotated[str, Field(pattern=f"^{RECIPIENT_ID.pattern}$")]
ZoneName = Annotated[str, AfterValidator(_zone)]


class Strict(BaseModel):
    """A part of the file: nothing that it does not know is allowed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Recipient(Strict):
    """Somebody by id; with a `since` of their own, they get nothing that was due before it."""

    id: RecipientId
    since: date | None = None


class Subscription(Strict):
    """A report in one language for people in one time zone.

    Nothing is due before `since`. `thresholds` are for a report that is only sent when something
    moved: by how many per cent, by name. `deadline_hours` after it was due, readers of a report
    that is withheld get a note. `attach`: the workbook and the whole edition as a file go along.
    """

    report: Literal["weekly_brief", "monthly_report", "minis_pulse"]
    locale: LocaleName
    time_zone: ZoneName
    recipients: Annotated[tuple[RecipientId | Recipient, ...], Field(min_length=1)]
    since: date
    thresholds: Mapping[str, Annotated[Decimal, Field(gt=0)]] = Field(default_factory=dict)
    deadline_hours: Annotated[int, Field(ge=1, le=240)] = 24
    attach: bool = True

    @model_validator(mode="after")
    def _thresholds_are_known(self) -> Self:
        """A name that no report knows would never move, and nothing would ever be sent."""
        known = THRESHOLDS.get(self.report, frozenset())
        if unknown := sorted(set(self.thresholds) - known):
            raise ValueError(
                f"{self.report} has no threshold {unknown[0]!r}; it has:"
                f" {', '.join(sorted(known)) or 'none'}"
            )
        return self

    @property
    def people(self) -> tuple[Recipient, ...]:
        """The recipients, each with an id."""
        return tuple(Recipient(id=one) if isinstance(one, str) else one for one in self.recipients)

    @property
    def hours_to_deadline(self) -> int:
        """The hours until a withheld edition is told."""
        if self.report == "minis_pulse":
            return min(self.deadline_hours, PULSE_HOURS)
        return self.deadline_hours

    def since_of(self, recipient: Recipient) -> date:
        """The first day on which something is due for a recipient."""
        return max(self.since, recipient.since or self.since)

    def has_moved(self, moved_pct: Mapping[str, Decimal]) -> bool:
        """Whether something moved by as much as its threshold; always where there are none."""
        return not self.thresholds or any(
            abs(moved_pct.get(name, Decimal())) >= threshold
            for name, threshold in self.thresholds.items()
        )


class SubscriptionFile(Strict):
    """The whole file."""

    version: Literal[1]
    subscriptions: tuple[Subscription, ...]


@dataclass(frozen=True)
class Subscriptions:
    """What people get, and their addresses by id; an address is never printed."""

    entries: tuple[Subscription, ...]
    addresses: "Addresses"

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all recipients, with and without an address."""
        return frozenset(one.id for entry in self.entries for one in entry.people)

    def without_address(self) -> tuple[str, ...]:
        """Ids that have no address."""
        return tuple(sorted(self.ids - set(self.addresses)))


class Addresses(dict[str, str]):
    """Addresses by recipient id; as text it only says how many."""

    def __repr__(self) -> str:
        return f"<{len(self)} addresses>"

    __str__ = __repr__

    def also_by_id(self, names: Iterable[str]) -> frozenset[str]:
        """The names, and the ids of those who were once known by the digest of their address."""
        known = frozenset(names)
        ids = (recipient for recipient, address in self.items() if digest_of(address) in known)
        return known.union(ids)

    def ids_by_digest(self) -> dict[str, str]:
        """The ids by the digests under which sends were recorded before there were ids."""
        return {digest_of(address): recipient for recipient, address in self.items()}


def subscriptions_of(settings: Settings, mail: MailSettings | None = None) -> Subscriptions:
    """What the settings say; `mail` if its addresses come from elsewhere.

    Raises SubscriptionsRefused.
    """
    mail = mail or settings.mail
    if mail.recipients and not mail.addresses and settings.subscriptions is None:
        return _of_recipients(mail)
    entries = read_file(settings.subscriptions or SHIPPED).subscriptions
    return Subscriptions(entries, Addresses(mail.addresses))


def read_file(path: Path) -> SubscriptionFile:
    """The file; raises SubscriptionsRefused, which names the first line that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        _keys_once(node)
        found = SubscriptionFile.model_validate(yaml.safe_load(text) or {})
        _once_per_report(found)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise _refused(path, line, f"it is not YAML: {getattr(error, 'problem', error)}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise _refused(path, "", str(error)) from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        said = first["msg"].removeprefix("Value error, ")
        line = f", line {_line(node, first['loc'])}"
        raise _refused(path, line, f"{field}: {said}" if field else said) from None
    except TwiceSubscribed as error:
        line = f", line {_line(node, error.loc)}"
        raise _refused(path, line, str(error)) from None
    except (ValueError, RecursionError) as error:
        # A date such as 2025-02-30: YAML makes dates itself, and does not say where.
        raise _refused(path, "", f"a value cannot be read: {error}") from None
    return found


class TwiceSubscribed(ValueError):
    """Somebody would get one report twice; `loc` is the second place."""

    def __init__(self, message: str, loc: tuple[int | str, ...]) -> None:
        super().__init__(message)
        self.loc = loc


def schema() -> dict[str, Any]:
    """The JSON schema of the file, for editors and `make lint`."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | (
        SubscriptionFile.model_json_schema()
    )


def _of_recipients(mail: MailSettings) -> Subscriptions:
    """The form before subscriptions: the weekly brief at 08:00 UTC, ids that are digests."""
    entries = tuple(
        Subscription(
            report="weekly_brief",
            locale=one.locale,
            time_zone="UTC",
            recipients=(Recipient(id=digest_of(one.address)),),
            since=FIRST_DAY,
        )
        for one in mail.recipients
    )
    return Subscriptions(
        entries, Addresses({digest_of(one.address): one.address for one in mail.recipients})
    )


def _once_per_report(found: SubscriptionFile) -> None:
    """A mail is known by report, period and recipient, so nobody may have a report twice."""
    seen: dict[tuple[str, str], int] = {}
    for entry, place, recipient in _all(found):
        named = (entry.report, recipient.id)
        if named in seen:
            raise TwiceSubscribed(
                f"{recipient.id} gets {entry.report} already from subscription"
                f" {seen[named] + 1}. Take one out, or give the second language an id of its own",
                ("subscriptions", *place),
            )
        seen[named] = int(place[0])


def _keys_once(node: yaml.Node | None) -> None:
    """Raise MarkedYAMLError for a key that is there twice: YAML would drop the first one."""
    if isinstance(node, yaml.SequenceNode):
        for one in node.value:
            _keys_once(one)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                raise MarkedYAMLError(problem=f"{name} is there twice", problem_mark=key.start_mark)
            seen.add(name)
            _keys_once(value)


def _all(
    found: SubscriptionFile,
) -> Iterator[tuple[Subscription, tuple[int, str, int], Recipient]]:
    for number, entry in enumerate(found.subscriptions):
        for index, recipient in enumerate(entry.people):
            yield entry, (number, "recipients", index), recipient


def _line(node: yaml.Node | None, loc: tuple[int | str, ...]) -> int:
    """The line of a place in the file; where a field is missing, that of what should have it."""
    line = 1 if node is None else node.start_mark.line + 1
    for step in loc:
        child: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            child = next((value for key, value in node.value if key.value == str(step)), None)
            line = next(
                (key.start_mark.line + 1 for key, _ in node.value if key.value == str(step)), line
            )
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            child = node.value[step] if step < len(node.value) else None
            line = child.start_mark.line + 1 if child else line
        if child is None:
            break
        node = child
    return line


def _refused(path: Path, line: str, why: str) -> SubscriptionsRefused:
    return SubscriptionsRefused(
        f"{path.name}{line}: {why}. Nothing is sent until it is corrected; `shortdrama report"
        " subscriptions` checks the file"
    )
