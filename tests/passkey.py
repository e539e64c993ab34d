"""A passkey made of software, which answers what a page asks as a browser would."""

import json
import os
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

FLAG = AuthenticatorData.FLAG


class Passkey:
    """One passkey of one site. `verified` – it asks its owner for a finger, a face or a PIN."""

    def __init__(self, site: str = "testserver", *, verified: bool = True) -> None:
        self.site, self.verified = site, verified
        self.origin = f"https://{site}"
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(16)
        self.owner = ""

    def _data(self, more: int = 0, credential: bytes = b"") -> AuthenticatorData:
        flags = FLAG(FLAG.UP | more | (FLAG.UV if self.verified else 0))
        site = sha256(self.site.encode()).digest()
        made: AuthenticatorData = AuthenticatorData.create(site, flags, 0, credential)
        return made

    def _client(self, what: str, options: dict[str, Any]) -> CollectedClientData:
        return CollectedClientData.create(what, options["publicKey"]["challenge"], self.origin)

    def _answer(self, response: dict[str, bytes]) -> str:
        read = {name: websafe_encode(value) for name, value in response.items()}
        key = websafe_encode(self.id)
        return json.dumps(
            {"id": key, "rawId": key, "type": "public-key", "clientExtensionResults": {}, "response": read}
        )

    def make(self, options: dict[str, Any]) -> str:
        """What the browser answers to `navigator.credentials.create`."""
        self.owner = options["publicKey"]["user"]["id"]
        public = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        held = AttestedCredentialData.create(bytes(16), self.id, public)
        attested = AttestationObject.create("none", self._data(FLAG.AT, held), {})
        return self._answer(
            {"clientDataJSON": self._client("webauthn.create", options), "attestationObject": attested}
        )

    def use(self, options: dict[str, Any]) -> str:
        """What the browser answers to `navigator.credentials.get`."""
        client, data = self._client("webauthn.get", options), self._data()
        signature = self.key.sign(data + client.hash, ec.ECDSA(hashes.SHA256()))
        answer = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        read = json.loads(self._answer(answer))
        read["response"]["userHandle"] = self.owner
        return json.dumps(read)
