"""Who gives a request: a person with a session, or a machine with a token of somebody's."""

import hmac
import logging
import secrets
from datetime import UTC, datetime
from typing import Any, NamedTuple

from authlib.integrations.starlette_client import OAuth, StarletteOAuth2App
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.requests import Request

from cairn.application.access import require_present
from cairn.domain.people import Person
from cairn.settings import Settings
from cairn_portal.reading.records import Records
from cairn_portal.servers.portal_key import demo_pass
from cairn_portal.signing_in.addresses import is_demo, issuer
from cairn_portal.signing_in.rate_limits import Limits

log = logging.getLogger(__name__)
PERSON, CSRF, BEGUN = "person", "csrf", "begun"
CSRF_HEADER = "x-csrf-token"
SHORT = 1024 * 1024
"""Bytes of a form that may bring the token as a field: a policy's text is the longest of them."""
WITH_FILES = 64 * 1024 * 1024
"""The same of a form with files of evidence."""
FILES = 50
"""Files of a form, the most that any policy takes."""
FIELDS = 5000
"""Fields of a form: a hundred bad rows with all their cells, and more."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
"""What tokens of machines may be signed by; never by a secret that the portal knows as well."""


class NotSignedIn(Exception):
    """Nobody is signed in, or their token says nothing."""


class NotFromOurPage(Exception):
    """A request that would change something came without the token that our own pages send."""


class Caller(NamedTuple):
    """Somebody of the roster; `csrf` is what their pages send along, None for machines."""

    person: Person
    csrf: str | None


async def _token_of(request: Request) -> str:
    """The token that our pages send: as a header, or in a form where no script runs; one with files is longer."""
    header = request.headers.get(CSRF_HEADER)
    if header is not None:
        return header
    kind, _, _ = request.headers.get("content-type", "").partition(";")
    length = request.headers.get("content-length", "")
    most = {"application/x-www-form-urlencoded": SHORT, "multipart/form-data": WITH_FILES}.get(
        kind.strip(), 0
    )
    if "transfer-encoding" in request.headers or not (length.isdecimal() and int(length) <= most):
        return ""
    found = await request.form(max_files=FILES, max_fields=FIELDS, max_part_size=SHORT)
    return str(found.get(CSRF, ""))


class SignIn:
    """Sign-in at one provider, and the check of what comes with each request."""

    def __init__(self, settings: Settings, records: Records, limits: Limits) -> None:
        self.settings, self.records, self.limits = settings, records, limits
        self._sign_outs = records.application.sign_outs
        oauth = OAuth()
        oauth.register(
            "company",
            client_id=settings.oidc_client_id,
            client_secret=demo_pass(settings) if is_demo(settings) else settings.oidc_client_secret,
            server_metadata_url=f"{issuer(settings)}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid", "code_challenge_method": "S256"},
        )
        self.provider: StarletteOAuth2App = oauth.create_client("company")

    async def caller(self, request: Request) -> Caller:
        """Whoever gives a request. Raises NotSignedIn, NotFromOurPage, TooOften, and Refusal for somebody who has
        left."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return Caller(await self.known(await self._named_by(token, request)), None)
        who, csrf = request.session.get(PERSON), request.session.get(CSRF)
        if not who or not csrf or await self._sign_outs.is_over(who, request.session.get(BEGUN, 0.0)):
            raise NotSignedIn
        if request.method not in SAFE and not hmac.compare_digest(
            (await _token_of(request)).encode(), csrf.encode()
        ):
            log.warning("a request to %s came without the token of our pages", request.url.path)
            raise NotFromOurPage
        return Caller(await self.known(who), csrf)

    async def known(self, who: str) -> Person:
        """Somebody of the roster who is here today. Raises Refusal."""
        person = await self.records.person(who)
        return require_present(who, {person.id: person}, datetime.now(UTC).date())

    async def begin(self, request: Request, person: Person) -> None:
        """A session for somebody; what was there before is forgotten."""
        begun = await self._sign_outs.now()
        request.session.clear()
        request.session.update({PERSON: person.id, CSRF: secrets.token_urlsafe(24), BEGUN: begun})

    def claimed(self, claims: dict[str, Any]) -> str:
        """The person's id in the claims of a token. Raises NotSignedIn where it holds none."""
        who = claims.get(self.settings.oidc_claim)
        if not isinstance(who, str) or not who:
            raise NotSignedIn
        return who

    async def _named_by(self, token: str, request: Request) -> str:
        """Whom a machine's token names: signed by the provider, for us, and not over. Raises NotSignedIn, and TooOften
        before somebody has the provider asked for its keys again and again."""
        told = await self.provider.load_server_metadata()
        try:
            try:
                claims = self._claims(token, told["issuer"], await self.provider.fetch_jwk_set())
            except (JoseError, ValueError):  # the provider may have new keys
                await self.limits.take_sign_in(request)
                claims = self._claims(token, told["issuer"], await self.provider.fetch_jwk_set(force=True))
        except (JoseError, ValueError) as wrong:
            log.warning("a token was refused: %s", wrong)
            raise NotSignedIn from None
        return self.claimed(claims)

    def _claims(self, token: str, by: str, keys: Any) -> dict[str, Any]:
        found = jwt.decode(token, KeySet.import_key_set(keys), algorithms=list(ALGORITHMS))
        registry = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": by},
            aud={"essential": True, "value": self.settings.oidc_audience or self.settings.oidc_client_id},
            exp={"essential": True},
        )
        registry.validate(found.claims)
        return dict(found.claims)
