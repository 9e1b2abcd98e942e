"""An OpenID Connect issuer for tests, which can misbehave in every way that is asked for."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

CLIENT, SECRET = "ikms-test", "fake-issuer-client-secret"


class FakeIssuer:
    """A running issuer. `claims`, `header`, `answer`, `metadata` are edited by tests before a sign-in.

    subject, name: of who signs in. edit_claims: function that changes the claims of the next token. signing: 'RS256',
    'ES256', 'none', 'HS256' (with the public key as the secret), 'other' (a key that is not published) or the name of
    an algorithm that does not exist. codes are taken once and only with the right verifier.
    """

    def __init__(self) -> None:
        self.rsa = RSAKey.generate_key(2048, {"kid": "r1", "use": "sig"})
        self.ec = ECKey.generate_key("P-256", {"kid": "e1", "use": "sig"})
        self.foreign = RSAKey.generate_key(2048, {"kid": "r1"})
        self.server = make_server("127.0.0.1", 0, self._serve, threaded=True)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.reset()

    def reset(self) -> None:
        """Behave well again."""
        self.subject, self.name, self.signing = "subject-1", "Anna Ozola", "RS256"
        self.edit_claims = lambda claims: None
        self.edit_answer = lambda answer: None
        self.metadata: dict = {}
        self.codes: dict[str, dict] = {}
        self.seen: list[dict] = []

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def authorize(self, location: str, **more: str) -> str:
        """What a browser does at the issuer: the address with which it comes back."""
        asked = {key: values[0] for key, values in parse_qs(urlsplit(location).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        query = {"code": code, "state": asked["state"], **more}
        return f"{urlsplit(asked['redirect_uri']).path}?{urlencode(query)}"

    def _serve(self, environ, start_response):
        request = Request(environ)
        answer = {
            "/.well-known/openid-configuration": self._describe,
            "/keys": lambda _request: self._json(
                {"keys": [self.rsa.as_dict(private=False), self.ec.as_dict(private=False)]}
            ),
            "/token": self._token,
        }.get(request.path, lambda _request: Response(status=404))(request)
        return answer(environ, start_response)

    @staticmethod
    def _json(content: object, status: int = 200) -> Response:
        return Response(json.dumps(content), status, mimetype="application/json")

    def _describe(self, _request: Request) -> Response:
        return self._json(
            {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "jwks_uri": f"{self.address}/keys",
                **self.metadata,
            }
        )

    def _token(self, request: Request) -> Response:
        self.seen.append(dict(request.form))
        asked = self.codes.pop(request.form.get("code", ""), None)
        verifier = request.form.get("code_verifier", "")
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        client = request.authorization
        if (
            asked is None
            or challenge != asked["code_challenge"]
            or client is None
            or (client.username, client.password) != (CLIENT, SECRET)
        ):
            return self._json({"error": "invalid_grant"}, 400)
        access_token = secrets.token_urlsafe(16)
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        now = int(time.time())
        claims = {
            "iss": self.address,
            "sub": self.subject,
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
            "name": self.name,
        }
        self.edit_claims(claims)
        answer = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self._sign(claims),
        }
        self.edit_answer(answer)
        return self._json(answer)

    def _sign(self, claims: dict) -> str:
        if self.signing == "RS256":
            return jwt.encode({"alg": "RS256", "kid": "r1"}, claims, self.rsa)
        if self.signing == "ES256":
            return jwt.encode({"alg": "ES256", "kid": "e1"}, claims, self.ec, algorithms=["ES256"])
        if self.signing == "other":
            return jwt.encode({"alg": "RS256", "kid": "r1"}, claims, self.foreign)
        parts = [{"alg": self.signing, "kid": "r1"}, claims]
        text = ".".join(
            base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts
        )
        if self.signing == "HS256":  # by hand: the library refuses a public key as a secret
            made = hmac.new(self.rsa.as_pem(private=False), text.encode(), hashlib.sha256).digest()
            return f"{text}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"
        return f"{text}." if self.signing == "none" else f"{text}.c2lnbmF0dXJl"
