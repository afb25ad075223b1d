"""Every setting: its name, default and help; read from the environment once."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent


class Setting(NamedTuple):
    """One row of the settings table (docs/settings.md is made from it)."""

    variable: str
    default: str
    help: str


SETTINGS: dict[str, Setting] = {
    "home": Setting("WEIQUAN_HOME", "var", "Data folder: databases, models, uploads, the secret key."),
    "host": Setting("WEIQUAN_HOST", "127.0.0.1", "Address the web process listens on."),
    "port": Setting("WEIQUAN_PORT", "8000", "Port the web process listens on."),
    "database_url": Setting(
        "DATABASE_URL", "", "Desk store. Empty: SQLite in the data folder. PostgreSQL: postgresql://…"
    ),
    "redis_url": Setting(
        "REDIS_URL",
        "",
        "Redis for locks, pushes and limits when several processes serve. Empty: one process.",
    ),
    "bot_url": Setting("WEIQUAN_BOT_URL", "http://127.0.0.1:5005", "Where the web process finds the bot."),
    "bot_timeout": Setting("WEIQUAN_BOT_TIMEOUT", "10", "Seconds the web process waits for one bot turn."),
    "secret_key": Setting(
        "WEIQUAN_SECRET_KEY",
        "",
        "Signs sessions and visitor tokens. Empty: made once, kept in the data folder.",
    ),
    "field_keys": Setting(
        "WEIQUAN_FIELD_KEYS",
        "",
        "Keys that seal personal fields, newest first, separated by commas; for several machines. "
        "Empty: kept in the data folder, changed by `python server.py keys rotate`.",
    ),
    "max_message_chars": Setting(
        "WEIQUAN_MAX_MESSAGE_CHARS", "3000", "Longest message a consumer may send, in characters."
    ),
    "max_upload_bytes": Setting("WEIQUAN_MAX_UPLOAD_BYTES", "10485760", "Largest evidence file, in bytes."),
    "message_rate": Setting(
        "WEIQUAN_MESSAGE_RATE", "40 per minute", "How many messages one visitor may send."
    ),
    "session_hours": Setting("WEIQUAN_SESSION_HOURS", "8", "Hours after which a staff login ends."),
    "idle_minutes": Setting(
        "WEIQUAN_IDLE_MINUTES", "60", "Minutes without a click after which a staff login ends."
    ),
    "totp_roles": Setting(
        "WEIQUAN_TOTP_ROLES",
        "",
        "Roles that must sign in with a second factor, separated by commas, such as "
        "administrator,supervisor. Everyone else may set one up.",
    ),
    "invitation_hours": Setting(
        "WEIQUAN_INVITATION_HOURS", "72", "Hours after which an invitation to the staff desk expires."
    ),
    "trial_questions": Setting(
        "WEIQUAN_TRIAL_QUESTIONS",
        "3000",
        "How many questions a release of the library is tried with; those kept by hand and those near it always are.",
    ),
    "law_texts": Setting(
        "WEIQUAN_LAW_TEXTS",
        "../shared/laws",
        "Folder of statute texts the citation check reads when it exists.",
    ),
    "evaluation_texts": Setting(
        "WEIQUAN_EVALUATION_TEXTS",
        "../shared/eval",
        "Folder of questions kept for measuring (jsonl with `text`). When it exists, none of them is ever trained on.",
    ),
    "office_name": Setting(
        "WEIQUAN_OFFICE_NAME", "市场监督管理局", "The office's full name, with which its letters are signed."
    ),
    "duty_hours": Setting(
        "WEIQUAN_DUTY_HOURS",
        "09:00-17:30",
        "When people answer on working days, Beijing time; `always` for day and night.",
    ),
    "public_url": Setting(
        "WEIQUAN_PUBLIC_URL",
        "",
        "Address consumers open our pages at, https://… Empty: as WeChat reaches the webhook.",
    ),
    "wechat_app_id": Setting("WECHAT_APP_ID", "", "AppID of the Official Account. Empty: no WeChat."),
    "wechat_app_secret": Setting("WECHAT_APP_SECRET", "", "AppSecret of the Official Account."),
    "wechat_token": Setting("WECHAT_TOKEN", "", "Token typed into the account's server settings."),
    "wechat_aes_key": Setting(
        "WECHAT_AES_KEY",
        "",
        "EncodingAESKey, 43 characters. With it only encrypted messages are taken; empty: plain mode.",
    ),
    "wechat_api_base": Setting(
        "WECHAT_API_BASE", "https://api.weixin.qq.com", "Where WeChat's API is; another address for tests."
    ),
    "wechat_open_base": Setting(
        "WECHAT_OPEN_BASE",
        "",
        "Where WeChat's page authorisation is. Empty: open.weixin.qq.com, or the API address of a test.",
    ),
    "wechat_budget": Setting(
        "WECHAT_BUDGET", "4.3", "Seconds a message may wait for its answer before it is acknowledged."
    ),
    "wechat_waiting": Setting(
        "WECHAT_WAITING",
        "32",
        "How many messages may wait for their answer at once; further ones are acknowledged at once.",
    ),
    "wechat_customer_service": Setting(
        "WECHAT_CUSTOMER_SERVICE",
        "auto",
        "Whether the account may send customer-service messages: yes, no, auto (found out).",
    ),
    "wechat_oauth": Setting(
        "WECHAT_OAUTH", "no", "yes: pages opened in WeChat ask it who is there (snsapi_base)."
    ),
    "wechat_native_service": Setting(
        "WECHAT_NATIVE_SERVICE", "no", "yes: 转人工 goes to WeChat's own customer-service tool."
    ),
    "wechat_template": Setting("WECHAT_TEMPLATE", "", "Id of the template message for ticket news."),
    "wechat_subscription": Setting(
        "WECHAT_SUBSCRIPTION", "", "Id of the subscription notice for ticket news."
    ),
    "log_level": Setting(
        "WEIQUAN_LOG_LEVEL", "INFO", "Logging level. Message texts are never logged at any level."
    ),
}


class SettingRefused(ValueError):
    """A setting cannot be used; the message names it and says what to do."""


@dataclass(frozen=True)
class Settings:
    """The settings in force. Paths are absolute; sizes in bytes; times as named."""

    home: Path
    host: str
    port: int
    database_url: str
    redis_url: str
    bot_url: str
    bot_timeout: float
    secret_key: str
    field_keys: str
    max_message_chars: int
    max_upload_bytes: int
    message_rate: str
    session_hours: float
    idle_minutes: float
    totp_roles: frozenset[str]
    invitation_hours: float
    trial_questions: int
    law_texts: Path
    evaluation_texts: Path
    office_name: str
    duty_hours: str
    public_url: str
    wechat_app_id: str
    wechat_app_secret: str
    wechat_token: str
    wechat_aes_key: str
    wechat_api_base: str
    wechat_open_base: str
    wechat_budget: float
    wechat_waiting: int
    wechat_customer_service: str
    wechat_oauth: str
    wechat_native_service: str
    wechat_template: str
    wechat_subscription: str
    log_level: str

    @property
    def library_path(self) -> Path:
        return self.home / "library.db"

    @property
    def model_dir(self) -> Path:
        return self.home / "models"

    @property
    def nlu_dir(self) -> Path:
        """Lines labelled on the desk, and the models tried with them."""
        return self.home / "nlu"

    @property
    def vectors_dir(self) -> Path:
        return self.home / "zh_weiquan"

    @property
    def evidence_dir(self) -> Path:
        return self.home / "evidence"

    @property
    def tracker_path(self) -> Path:
        return self.home / "tracker.db"


def api_token(secret_key: str) -> str:
    """Guards Rasa's own HTTP API, which can read conversations and swap models; our channel needs no token."""
    return hmac.new(secret_key.encode(), b"rasa-api", hashlib.sha256).hexdigest()


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from `environ`; raise SettingRefused with what to mend."""
    raw = {name: environ.get(row.variable, "").strip() or row.default for name, row in SETTINGS.items()}
    home = _absolute(raw["home"])
    return Settings(
        home=home,
        host=raw["host"],
        port=_number(raw, "port", int, 1, 65535),
        database_url=raw["database_url"] or f"sqlite:///{home / 'desk.db'}",
        redis_url=raw["redis_url"],
        bot_url=raw["bot_url"].rstrip("/"),
        bot_timeout=_number(raw, "bot_timeout", float, 0.1, 600),
        secret_key=raw["secret_key"] or _kept_secret(home),
        field_keys=raw["field_keys"],
        max_message_chars=_number(raw, "max_message_chars", int, 1, 100_000),
        max_upload_bytes=_number(raw, "max_upload_bytes", int, 1, 1 << 30),
        message_rate=raw["message_rate"],
        session_hours=_number(raw, "session_hours", float, 0.01, 720),
        idle_minutes=_number(raw, "idle_minutes", float, 0.01, 10_000),
        totp_roles=frozenset(raw["totp_roles"].replace(",", " ").split()),
        invitation_hours=_number(raw, "invitation_hours", float, 0.01, 720),
        trial_questions=_number(raw, "trial_questions", int, 1, 100_000),
        law_texts=_absolute(raw["law_texts"]),
        evaluation_texts=_absolute(raw["evaluation_texts"]),
        office_name=raw["office_name"].strip(),
        duty_hours=raw["duty_hours"],
        public_url=raw["public_url"].rstrip("/"),
        wechat_app_id=raw["wechat_app_id"],
        wechat_app_secret=raw["wechat_app_secret"],
        wechat_token=raw["wechat_token"],
        wechat_aes_key=raw["wechat_aes_key"],
        wechat_api_base=raw["wechat_api_base"].rstrip("/"),
        wechat_open_base=raw["wechat_open_base"].rstrip("/"),
        wechat_budget=_number(raw, "wechat_budget", float, 0.1, 4.6),
        wechat_waiting=_number(raw, "wechat_waiting", int, 1, 48),
        wechat_customer_service=_one_of(raw, "wechat_customer_service", ("auto", "yes", "no")),
        wechat_oauth=_one_of(raw, "wechat_oauth", ("yes", "no")),
        wechat_native_service=_one_of(raw, "wechat_native_service", ("yes", "no")),
        wechat_template=raw["wechat_template"],
        wechat_subscription=raw["wechat_subscription"],
        log_level=raw["log_level"].upper(),
    )


def _absolute(text: str) -> Path:
    path = Path(text).expanduser()
    return path if path.is_absolute() else (ROOT / path).resolve()


def _number(raw: Mapping[str, str], name: str, kind: type, low: float, high: float):  # type: ignore[no-untyped-def]
    variable = SETTINGS[name].variable
    try:
        value = kind(raw[name])
    except ValueError:
        raise SettingRefused(f"{variable}={raw[name]!r} is not a number") from None
    if not low <= value <= high:
        raise SettingRefused(f"{variable}={raw[name]} must lie between {low} and {high}")
    return value


def _one_of(raw: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    if raw[name] not in choices:
        raise SettingRefused(f"{SETTINGS[name].variable}={raw[name]} must be one of {', '.join(choices)}")
    return raw[name]


def _kept_secret(home: Path) -> str:
    """The secret of this installation, made once and readable by its owner only."""
    path = home / "secret.key"
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        pass
    home.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_urlsafe(48)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process of ours was first
        return path.read_text("ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret)
    return secret
