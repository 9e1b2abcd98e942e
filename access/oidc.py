"""Signing in with OpenID Connect: authorization code with PKCE, state bound to the browser, one-time, strict tokens.

Authlib speaks OAuth; joserfc verifies signatures; every claim is judged here, one by one. An identity is (issuer,
subject) and nothing else: an e-mail address or a name never links to an account. Roles come from a claim when the
settings name one, else from an administrator.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from dataclasses import dataclass
from datetime import timedelta

import requests
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from flask import g
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import delete, func, insert, select

from data_access import accounts, audit
from data_access.accounts import Given
from data_access.audit import Actor
from data_access.schema_identity import oidc_attempt
from data_access.sessions import token_hash
from data_access.writing import now, stamp

from .accounts import Outcome, begin, note_failure
from .session import client_address, identity

log = structlog.get_logger("ikms")

ALGORITHMS = ["RS256", "ES256"]
COOKIE = "ikms_oidc"
ATTEMPT_MINUTES = 10
MOST_ATTEMPTS = 10_000
LEEWAY = 60  # seconds between two clocks
OLDEST_TOKEN = 600  # seconds since it was issued
TIMEOUT = 5  # seconds for each answer of the issuer
METADATA_SECONDS, KEYS_SECONDS = 3600, 60
LARGEST = 256 * 1024


class Refused(Exception):
    """A sign-in that must not succeed. reason: one word, for the audit."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unreachable(Exception):
    """The issuer does not answer, or not with what the standard demands."""


@dataclass(frozen=True)
class Claims:
    """What is taken from a verified token."""

    issuer: str
    subject: str
    name: str
    roles: tuple[str, ...]


class Issuer:
    """The issuer of the settings: its metadata and keys, kept for a while."""

    def __init__(self, settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._metadata: dict | None = None
        self._metadata_until = 0.0
        self._keys: KeySet | None = None
        self._keys_at = 0.0

    def metadata(self) -> dict:
        """The issuer's own description. Raises Unreachable when it is another issuer's or lacks an address."""
        with self._lock:
            if self._metadata is None or time.monotonic() > self._metadata_until:
                issuer = self._settings.oidc_issuer
                found = _fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
                if found.get("issuer") != issuer:
                    raise Unreachable("metadata of another issuer")
                secure = issuer.startswith("https:")
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                    if not isinstance(found.get(name), str) or (
                        secure and not found[name].startswith("https:")
                    ):
                        raise Unreachable(f"metadata without {name}")
                self._metadata, self._metadata_until = found, time.monotonic() + METADATA_SECONDS
            return self._metadata

    def keys(self, kid: str | None) -> KeySet:
        """The issuer's keys; asked for again when a key is unknown, at most once a minute."""
        address = self.metadata()["jwks_uri"]
        with self._lock:
            known = self._keys is not None and (kid is None or any(key.kid == kid for key in self._keys))
            if not known and (self._keys is None or time.monotonic() - self._keys_at > KEYS_SECONDS):
                found = _fetch(address).get("keys")
                usable = [
                    key
                    for key in (found if isinstance(found, list) else [])
                    if isinstance(key, dict)
                    and key.get("kty") in ("RSA", "EC")
                    and key.get("use", "sig") == "sig"
                ]
                if not usable:
                    raise Unreachable("no keys")
                self._keys = KeySet.import_key_set({"keys": usable})
                self._keys_at = time.monotonic()
            return self._keys

    def session(self) -> OAuth2Session:
        """A client of this issuer for one sign-in."""
        made = OAuth2Session(
            client_id=self._settings.oidc_client_id,
            client_secret=self._settings.oidc_client_secret.get_secret_value(),
            scope=self._settings.oidc_scopes,
            redirect_uri=self._settings.oidc_redirect,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic",
        )
        made.trust_env = False
        return made


def _fetch(address: str) -> dict:
    """JSON of the issuer, without redirects and without more than 256 kB."""
    try:
        with requests.Session() as session:
            session.trust_env = False
            with session.get(address, timeout=TIMEOUT, allow_redirects=False, stream=True) as answer:
                if answer.status_code != 200:
                    raise Unreachable(f"status {answer.status_code}")
                content = answer.raw.read(LARGEST + 1, decode_content=True)
        if len(content) > LARGEST:
            raise Unreachable("too large")
        found = json.loads(content)
    except (requests.RequestException, ValueError, OSError) as error:
        raise Unreachable(type(error).__name__) from None
    if not isinstance(found, dict):
        raise Unreachable("not an object")
    return found


def start(issuer: Issuer, following: str) -> tuple[str, str]:
    """Begin a sign-in: the address to send the browser to, and the value of its cookie. Raises Unreachable."""
    endpoint = issuer.metadata()["authorization_endpoint"]
    state, browser, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(4))
    with issuer.session() as client:
        address, _state = client.create_authorization_url(
            endpoint, state=state, nonce=nonce, code_verifier=verifier
        )
    with identity().desk.write() as connection:
        limit = stamp(now() - timedelta(minutes=ATTEMPT_MINUTES))
        connection.execute(delete(oidc_attempt).where(oidc_attempt.c.created_at < limit))
        if connection.execute(select(func.count()).select_from(oidc_attempt)).scalar_one() >= MOST_ATTEMPTS:
            raise Unreachable("too many attempts")
        connection.execute(
            insert(oidc_attempt).values(
                state_hash=token_hash(state),
                browser_hash=token_hash(browser),
                nonce=nonce,
                verifier=verifier,
                next_path=following,
                created_at=stamp(),
            )
        )
    return address, browser


def finish(issuer: Issuer, given: dict[str, list[str]], browser: str) -> tuple[Outcome, str]:
    """The browser comes back: verify everything and begin the session; returns the outcome and where to go on.

    given: parameters of the address with all their values. Every refusal is recorded. Raises Refused or Unreachable.
    """
    try:
        attempt = _attempt(given, browser)
        claims = _claims(issuer, given, attempt)
        with identity().desk.write() as connection:
            return _enter(connection, claims), attempt.next_path
    except Refused as error:
        # The transaction of a refused entry is undone as a whole; its record is one of its own.
        log.warning("sign-in refused", method="oidc", reason=error.reason, request=g.get("request_id"))
        with identity().desk.write() as connection:
            note_failure(connection, client_address())
            audit.record(
                connection,
                audit.SIGN_IN_FAILED,
                who="unknown",
                origin=client_address(),
                result="refused",
                detail={"method": "oidc", "reason": error.reason},
            )
        raise


def _one(given: dict[str, list[str]], name: str) -> str:
    values = given.get(name, [])
    if len(values) > 1 or (values and len(values[0]) > 4096):
        raise Refused("parameters")
    return values[0] if values else ""


def _attempt(given: dict[str, list[str]], browser: str):
    """The attempt that this answer belongs to, which is used up by asking."""
    state = _one(given, "state")
    if not state:
        raise Refused("state")
    with identity().desk.write() as connection:
        row = connection.execute(
            delete(oidc_attempt)
            .where(
                oidc_attempt.c.state_hash == token_hash(state),
                oidc_attempt.c.browser_hash == token_hash(browser),
            )
            .returning(*oidc_attempt.columns)
        ).first()
    if row is None:
        raise Refused("state")
    if row.created_at < stamp(now() - timedelta(minutes=ATTEMPT_MINUTES)):
        raise Refused("late")
    return row


def _claims(issuer: Issuer, given: dict[str, list[str]], attempt) -> Claims:
    settings = identity().settings
    metadata = issuer.metadata()
    named = _one(given, "iss")
    if named != settings.oidc_issuer and (
        named or metadata.get("authorization_response_iss_parameter_supported") is True
    ):
        raise Refused("mixed_issuer")
    if _one(given, "error"):
        raise Refused("issuer_error")
    code = _one(given, "code")
    if not code:
        raise Refused("code")
    try:
        with issuer.session() as client:
            token = client.fetch_token(
                metadata["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=attempt.verifier,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
    except AuthlibBaseError:
        raise Refused("code") from None
    except (requests.RequestException, ValueError) as error:
        raise Unreachable(type(error).__name__) from None
    if not isinstance(token, dict) or not isinstance(token.get("id_token"), str):
        raise Refused("no_token")
    return judge(issuer, settings, token["id_token"], token.get("access_token"), attempt.nonce)


def judge(issuer: Issuer, settings, id_token: str, access_token: str | None, nonce: str) -> Claims:
    """Verify signature and claims of an ID token. Raises Refused with the first thing that is wrong."""
    if len(id_token) > 16_384:
        raise Refused("signature")
    try:
        header = _header(id_token)
        if header.get("alg") not in ALGORITHMS:
            raise Refused("algorithm")
        keys = issuer.keys(header.get("kid"))
        if header.get("kid") is None and len(keys.keys) != 1:
            raise Refused("key")
        claims = jwt.decode(id_token, keys, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError, KeyError, TypeError):
        raise Refused("signature") from None
    moment = time.time()
    if claims.get("iss") != settings.oidc_issuer:
        raise Refused("issuer")
    audience = claims.get("aud")
    audience = [audience] if isinstance(audience, str) else audience
    if not isinstance(audience, list) or settings.oidc_client_id not in audience:
        raise Refused("audience")
    if (len(audience) > 1 or "azp" in claims) and claims.get("azp") != settings.oidc_client_id:
        raise Refused("authorized_party")
    expiry, issued = _number(claims, "exp"), _number(claims, "iat")
    if expiry <= moment - LEEWAY:
        raise Refused("expired")
    if issued > moment + LEEWAY or ("nbf" in claims and _number(claims, "nbf") > moment + LEEWAY):
        raise Refused("future")
    if issued < moment - OLDEST_TOKEN:
        raise Refused("old")
    given = claims.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise Refused("nonce")
    if "at_hash" in claims and claims["at_hash"] != _half_hash(access_token):
        raise Refused("at_hash")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255:
        raise Refused("subject")
    if settings.oidc_acr and claims.get("acr") not in settings.oidc_acr.split():
        raise Refused("assurance")
    name = claims.get("name")
    return Claims(
        settings.oidc_issuer,
        subject,
        name[: accounts.LONGEST_NAME] if isinstance(name, str) else "",
        _roles(claims, settings.oidc_roles_claim),
    )


def _header(id_token: str) -> dict:
    part = id_token.split(".")[0]
    found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    if not isinstance(found, dict) or found.get("crit"):
        raise ValueError("header")
    return found


def _number(claims: dict, name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused("times")
    return value


def _half_hash(access_token: str | None) -> str | None:
    if not isinstance(access_token, str):
        return None
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode()


def _roles(claims: dict, path: str | None) -> tuple[str, ...]:
    """The strings of the roles claim; `realm_access.roles` reaches into an object."""
    if not path:
        return ()
    found: object = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    values = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    return tuple(value for value in values[:100] if isinstance(value, str) and len(value) <= 100)


def _enter(connection, claims: Claims) -> Outcome:
    made = identity()
    blinded = made.keys.identity(claims.issuer, claims.subject)
    who = Actor("oidc", "", "", client_address())
    row = accounts.identity(connection, blinded)
    if row is None:
        row = accounts.add_identity(connection, who, blinded, claims.name)
    if row.disabled_at is not None:
        raise Refused("disabled")
    if made.settings.oidc_roles_claim:
        accounts.sync_claims(connection, who, row, given_by(claims.roles))
    return begin(connection, row, "oidc")


def given_by(values: tuple[str, ...]) -> list[Given]:
    """Assignments that claim values name: `ministry`, `steward`, `school:<number>`, `municipality:<code>`.

    A prefix `ikms-` is allowed; other values belong to other systems and mean nothing here.
    """
    found = {}
    for value in values:
        role, _colon, unit = value.removeprefix("ikms-").partition(":")
        if role in accounts.ROLES and bool(unit) == (role in ("school", "municipality")):
            found[role, unit] = Given(role, unit)
    return list(found.values())


__all__ = ["Issuer", "Refused", "Unreachable", "finish", "judge", "start"]
