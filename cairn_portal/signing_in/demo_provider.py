"""The demo's own OpenID Connect provider: whoever sits at this machine signs in as anybody of the roster.

Whoever sits there shows a pass that only the owner of the data folder can know: `cairn up` prints it in the address. It
speaks the protocol as a company's provider does (discovery, codes with PKCE, signed tokens), so that there is one way
to sign in. It answers this machine alone, whatever the portal listens on.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import OKPKey
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from cairn.settings import Settings
from cairn_portal.servers.portal_key import demo_pass
from cairn_portal.signing_in.addresses import comes_from_here, issuer, portal_url
from projections.engine.rows import Reader
from projections.models import person as people_model

ALGORITHM = "EdDSA"
CODE_LASTS, TOKEN_LASTS = 60.0, 3600
"""Seconds."""


@dataclass(frozen=True)
class _Code:
    """A code that was given out: for whom, to whom, and what it has to be asked back with."""

    person: str
    client: str
    redirect: str
    nonce: str | None
    challenge: str | None
    until: float


@dataclass
class DemoProvider:
    """Keys and codes live as long as the process."""

    settings: Settings
    reader: Reader
    key: OKPKey = field(default_factory=lambda: OKPKey.generate_key("Ed25519", {"kid": secrets.token_hex(8)}))
    _codes: dict[str, _Code] = field(default_factory=dict)

    def metadata(self) -> dict[str, Any]:
        """What OpenID Connect Discovery tells of it."""
        here = issuer(self.settings)
        return {
            "issuer": here,
            "authorization_endpoint": f"{here}/authorize",
            "token_endpoint": f"{here}/token",
            "jwks_uri": f"{here}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        }

    def jwks(self) -> dict[str, Any]:
        """The public key of its tokens."""
        return {"keys": [{**self.key.as_dict(private=False), "alg": ALGORITHM, "use": "sig"}]}

    async def choose(self, request: Request, person: str) -> Response:
        """Sends whoever chose a person back to the portal with a code."""
        asked = request.query_params
        redirect = asked.get("redirect_uri", "")
        if redirect != f"{portal_url(self.settings)}/sign-in/back" or not await people_model.person(
            self.reader, person
        ):
            return JSONResponse({"error": "invalid_request"}, 400)
        code = secrets.token_urlsafe(24)
        self._codes = {name: each for name, each in self._codes.items() if each.until > time.monotonic()}
        self._codes[code] = _Code(
            person=person,
            client=asked.get("client_id", ""),
            redirect=redirect,
            nonce=asked.get("nonce"),
            challenge=asked.get("code_challenge"),
            until=time.monotonic() + CODE_LASTS,
        )
        return RedirectResponse(
            f"{redirect}?{urlencode({'code': code, 'state': asked.get('state', '')})}", 303
        )

    def is_opened_by(self, given: str | None) -> bool:
        """Whether somebody shows the pass."""
        return given is not None and secrets.compare_digest(given.encode(), demo_pass(self.settings).encode())

    async def token(self, form: Mapping[str, str], secret: str | None) -> Response:
        """Tokens for a code, or for a machine that says for whom it acts (`grant_type=client_credentials&person=`);
        the client's secret is the pass."""
        if not self.is_opened_by(secret or form.get("client_secret")):
            return JSONResponse({"error": "invalid_client"}, 401)
        if form.get("grant_type") == "client_credentials":
            person = form.get("person", "")
            if not await people_model.person(self.reader, person):
                return JSONResponse({"error": "invalid_grant"}, 400)
            return self._tokens(person, None)
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or code.until < time.monotonic() or code.redirect != form.get("redirect_uri"):
            return JSONResponse({"error": "invalid_grant"}, 400)
        if code.challenge is None or not secrets.compare_digest(
            code.challenge, _challenge(form.get("code_verifier", ""))
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return self._tokens(code.person, code.nonce)

    def _tokens(self, person: str, nonce: str | None) -> Response:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": issuer(self.settings),
            "sub": person,
            "aud": self.settings.oidc_client_id,
            "iat": now,
            "exp": now + TOKEN_LASTS,
        }
        header = {"alg": ALGORITHM, "kid": self.key.kid}
        access = jwt.encode(header, claims, self.key, algorithms=[ALGORITHM])
        told = jwt.encode(
            header, {**claims, "nonce": nonce} if nonce else claims, self.key, algorithms=[ALGORITHM]
        )
        answer = {"access_token": access, "id_token": told, "token_type": "Bearer", "expires_in": TOKEN_LASTS}
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def basic_secret(header: str | None) -> str | None:
    """The client's secret in an Authorization header of HTTP's basic scheme."""
    scheme, _, told = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(told).decode().partition(":")[2]
    except ValueError:
        return None


def require_from_here(request: Request) -> Response | None:
    """The answer to whoever asks from elsewhere; None for this machine."""
    return None if comes_from_here(request) else JSONResponse({"error": "access_denied"}, 403)


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
