"""Configuration from the environment (.env.example lists it), refused when weak or contradictory."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent
VAR = ROOT / "var"

OIDC_RETURN = "/pieslegties/oidc/atpakal"

# Keys that stand in the documentation of frameworks or in this repository: whoever reads can sign with them.
KNOWN_SECRETS = (
    "test-only",
    "thisismyscretkey",
    "your_secret_key",
    "your-secret-key",
    "change_me",
    "changeme",
    "supersecret",
    "super-secret",
    "temporary_superset_secret_key",
    "django-insecure",
    "_5#y2l",
    "correct horse battery staple",
    "0123456789abcdef0123456789abcdef",
)
WEAK_SECRETS = {
    "secret",
    "changeme",
    "change-me",
    "password",
    "dev",
    "test",
    "admin",
    "ikms",
    "key",
    "0" * 32,
}
FORBIDDEN_SWITCHES = {
    "DASH_MCP_ENABLED": "opens every callback to unauthenticated tools",
    "DASH_DEBUG": "opens the debugger and stack traces",
    "FLASK_DEBUG": "opens the debugger and stack traces",
    "DASH_UI": "opens the development tools",
    "DASH_HOT_RELOAD": "opens the reload address",
    "WERKZEUG_DEBUG_PIN": "belongs to the debugger",
}


class SettingsError(RuntimeError):
    """The configuration is refused; the message names each variable, the fault and the cure (lv, en)."""


class Settings(BaseSettings):
    """All settings. Environment names carry the prefix IKMS_, except DATABASE_URL, HOST and PORT."""

    model_config = SettingsConfigDict(
        env_prefix="IKMS_", env_file=ROOT / ".env", extra="ignore", populate_by_name=True, frozen=True
    )

    environment: Literal["demo", "production"] = "demo"
    database_url: str = Field(
        default=f"sqlite:///{VAR / 'monitoring.sqlite'}", validation_alias="DATABASE_URL"
    )
    # PostgreSQL: the web's own logins, members of ikms_public and ikms_scoped (manage.py provision).
    public_database_url: str | None = None
    scoped_database_url: str | None = None
    host: str = Field(default="127.0.0.1", validation_alias="HOST")
    port: int = Field(default=8050, ge=1, le=65535, validation_alias="PORT")
    workers: int = Field(default=2, ge=1, le=32)
    secret_key: SecretStr | None = None
    https: bool = False
    demo_sign_in: bool = True
    public_levels: bool = False
    geometry: Path = ROOT / "reference" / "municipalities.geojson"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "console"] = "json"
    session_idle_minutes: int = Field(default=30, ge=1, le=480)
    session_hours: int = Field(default=8, ge=1, le=24)
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_redirect: str | None = None
    oidc_scopes: str = "openid profile"
    oidc_roles_claim: str | None = None
    oidc_acr: str | None = None
    # Who puts data and thresholds in front of readers: 2 = one proposes and another steward approves; 1 = one decides.
    approvals: int = Field(default=2, ge=1, le=2)
    proposal_days: int = Field(default=14, ge=1, le=365)  # after which an open proposal ends
    contact: str = "ikms@example.org"
    open_data: Path | None = None  # folder of the files of /dati; None = beside the database
    proxies: int = Field(default=0, ge=0, le=5)  # reverse proxies in front whose X-Forwarded-* are believed
    # Requests of one reader; 0 = no limit. Signed in: callbacks in 10 s, exports and imports in an hour.
    rate_callbacks: int = Field(default=60, ge=0)
    rate_exports: int = Field(default=60, ge=0)
    rate_imports: int = Field(default=40, ge=0)
    # The same for everybody who is not signed in behind one address, which may be a whole school.
    rate_callbacks_address: int = Field(default=600, ge=0)
    rate_exports_address: int = Field(default=120, ge=0)
    # Pages and changes of page that are drawn in ten minutes, whole or as fragments.
    rate_pages: int = Field(default=300, ge=0)
    rate_pages_address: int = Field(default=15_000, ge=0)
    # Ways to the sign-in service and back, of one address in ten minutes: each is a row and a record.
    rate_sign_ins: int = Field(default=300, ge=0)

    @field_validator("database_url", "public_database_url", "scoped_database_url")
    @classmethod
    def _known_engine(cls, url: str | None) -> str | None:
        if url is None:
            return None
        if url.startswith("postgres://"):
            url = "postgresql://" + url.removeprefix("postgres://")
        if url.startswith("postgresql://"):
            url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
        if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError(
                "DATABASE_URL jāsākas ar sqlite:/// vai postgresql:// | must begin with sqlite:/// or postgresql://"
            )
        return url

    @model_validator(mode="after")
    def _strong_and_consistent(self) -> Settings:
        faults = [
            f"{name} jāizslēdz: {why} | unset {name}: it {why}"
            for name, why in FORBIDDEN_SWITCHES.items()
            if os.environ.get(name, "").lower() not in ("", "0", "false", "no")
        ]
        secret = self.secret_key.get_secret_value() if self.secret_key else None
        if secret is not None and (
            len(secret) < 32 or secret.lower() in WEAK_SECRETS or len(set(secret)) < 8
        ):
            faults.append(
                'IKMS_SECRET_KEY ir pārāk vāja: vajag vismaz 32 nejaušas zīmes (python -c "import secrets; '
                'print(secrets.token_urlsafe(48))") | too weak: at least 32 random characters are needed'
            )
        if self.environment == "production":
            if secret is not None and any(known in secret.lower() for known in KNOWN_SECRETS):
                faults.append("IKMS_SECRET_KEY ir zināma no dokumentācijas | is a key that everybody knows")
            if secret is None:
                faults.append("IKMS_SECRET_KEY nav dota | is required in production")
            if self.demo_sign_in and "demo_sign_in" in self.model_fields_set:
                faults.append(
                    "IKMS_DEMO_SIGN_IN drīkst būt ieslēgts tikai demonstrācijā | is allowed in demo only"
                )
            if self.database_url.startswith("postgresql") and not (
                self.public_database_url and self.scoped_database_url
            ):
                faults.append(
                    "IKMS_PUBLIC_DATABASE_URL un IKMS_SCOPED_DATABASE_URL nav dotas | are required in production on "
                    "PostgreSQL: each plane reads with a login of its own"
                )
            if not self.https:
                faults.append(
                    "IKMS_HTTPS=true ir obligāts (sīkdatne tiek sūtīta tikai šifrēti) | is required in production"
                )
        faults += self._oidc_faults()
        if not self.geometry.is_file():
            faults.append(f"IKMS_GEOMETRY: nav tādas datnes | no such file: {self.geometry}")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _oidc_faults(self) -> list[str]:
        """What is missing or contradictory in the settings of OpenID Connect."""
        given = {
            "IKMS_OIDC_ISSUER": self.oidc_issuer,
            "IKMS_OIDC_CLIENT_ID": self.oidc_client_id,
            "IKMS_OIDC_CLIENT_SECRET": self.oidc_client_secret,
            "IKMS_OIDC_REDIRECT": self.oidc_redirect,
        }
        missing = [name for name, value in given.items() if not value]
        extra = [
            name
            for name, value in (
                ("IKMS_OIDC_ROLES_CLAIM", self.oidc_roles_claim),
                ("IKMS_OIDC_ACR", self.oidc_acr),
            )
            if value
        ]
        if len(missing) == len(given):
            return [f"{name}: nav IKMS_OIDC_ISSUER | without IKMS_OIDC_ISSUER" for name in extra]
        faults = [f"{name} nav dota | is required with OpenID Connect" for name in missing]
        local = self.environment == "demo"
        for name in ("IKMS_OIDC_ISSUER", "IKMS_OIDC_REDIRECT"):
            parts = urlsplit(given[name] or "")
            plain = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost") and local
            if given[name] and (
                (parts.scheme != "https" and not plain)
                or not parts.hostname
                or parts.query
                or parts.fragment
                or parts.username
            ):
                faults.append(
                    f"{name} jābūt https adresei bez vaicājuma | must be an https address without a query"
                )
        if self.oidc_redirect and urlsplit(self.oidc_redirect).path != OIDC_RETURN:
            faults.append(f"IKMS_OIDC_REDIRECT jābeidzas ar {OIDC_RETURN} | must end with {OIDC_RETURN}")
        if "openid" not in self.oidc_scopes.split():
            faults.append("IKMS_OIDC_SCOPES: vajag openid | openid is needed")
        if self.oidc_client_secret and len(self.oidc_client_secret.get_secret_value()) < 16:
            faults.append("IKMS_OIDC_CLIENT_SECRET ir pārāk īsa | is too short")
        return faults

    @property
    def demo(self) -> bool:
        """True when demo sign-ins may exist."""
        return self.environment == "demo" and self.demo_sign_in

    @property
    def open_data_folder(self) -> Path:
        """Where the files of /dati are kept: as set, beside an SQLite file, else in var/."""
        if self.open_data is not None:
            return self.open_data
        if self.database_url.startswith("sqlite:///"):
            path = Path(self.database_url.removeprefix("sqlite:///"))
            return path.with_name(f"{path.stem}.open-data")
        return VAR / "open-data"

    def signing_key(self) -> bytes:
        """The key that signs cookies; in demo it is made once and kept in var/ with mode 600."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value().encode()
        path = VAR / "secret_key"
        VAR.mkdir(exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_bytes()
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(secrets.token_urlsafe(48).encode())
        return path.read_bytes()


def load() -> Settings:
    """Read the settings; raise SettingsError with every fault at once."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"  {'.'.join(str(part) for part in fault['loc']) or 'iestatījumi'}: "
            f"{fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors(include_url=False, include_input=False)
        ]
        raise SettingsError(
            "Iestatījumi noraidīti | The settings were refused:\n" + "\n".join(lines)
        ) from None
