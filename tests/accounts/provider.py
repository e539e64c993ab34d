"""A provider of sign-in for the tests: OpenID Connect on loopback, with real tokens, keys, codes and PKCE."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "dahashare-test", "a secret: with signs"


class Provider:
    """Who would sign in, what is said of them, and what went wrong with the token."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.other_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.issuer = ""
        self.reset()

    def reset(self) -> None:
        """Forget what a test has set."""
        self.claims: dict[str, Any] = {}
        self.profile: dict[str, Any] = {}
        self.signs: Any = self.key
        self.algorithm = "RS256"
        self.discovery: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, str]] = []

    def person(self, email: str, /, **claims: Any) -> None:
        """Say whom the next sign-in is of."""
        self.claims = {"sub": f"sub of {email}", "email": email, "email_verified": True} | claims

    def config(self) -> dict[str, Any]:
        paths = {
            "authorization_endpoint": "/authorize", "token_endpoint": "/token",
            "jwks_uri": "/keys", "userinfo_endpoint": "/userinfo",
        }  # fmt: skip
        found = {name: self.issuer + path for name, path in paths.items()}
        methods = {"token_endpoint_auth_methods_supported": ["client_secret_basic"]}
        return found | methods | {"issuer": self.issuer} | self.discovery

    def keys(self) -> dict[str, Any]:
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [public | {"kid": "one", "use": "sig", "alg": "RS256"}]}

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser goes once its person has signed in here."""
        self.asked.append(query)
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """The tokens for a code, once; None where the client or the verifier is not the one that asked."""
        asked = self.codes.pop(form.get("code", ""), None)
        known = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or authorization != f"Basic {known}" or asked["code_challenge"] != challenge:
            return None
        now = int(time.time())
        standard = {
            "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"],
            "auth_time": now,
        }  # fmt: skip
        said = {name: value for name, value in (standard | self.claims).items() if value is not None}
        token = jwt.encode(said, self.signs, algorithm=self.algorithm, headers={"kid": "one"})
        return {"access_token": "an access token", "token_type": "Bearer", "id_token": token}


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", self.provider.authorize(dict(parse_qsl(address.query))))
            self.end_headers()
            return
        answers = {
            "/.well-known/openid-configuration": self.provider.config,
            "/keys": self.provider.keys,
            "/userinfo": lambda: self.provider.profile,
        }
        self._answer(answers[address.path]())  # type: ignore[no-untyped-call]

    def do_POST(self) -> None:
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        found = self.provider.token(form, self.headers.get("Authorization", ""))
        self._answer(found or {"error": "invalid_grant"}, 200 if found else 400)

    def _answer(self, content: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def running() -> Iterator[Provider]:
    """A provider that listens on loopback until the block ends."""
    provider = Provider()
    handler = type("Handler", (_Handler,), {"provider": provider})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield provider
    server.shutdown()
    thread.join()
    server.server_close()
