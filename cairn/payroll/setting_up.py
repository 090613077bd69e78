"""Payroll's webhook as an operator sets it up, or what is wrong with the settings."""

from urllib.parse import urlsplit

from cairn.i18n import message
from cairn.payroll.sending import Webhook
from cairn.settings import Settings, SettingsProblem
from cairn.webhooks.signing import SecretUnusable, secrets_of

NEARBY = ("localhost", "127.0.0.1", "::1")
"""Hosts to which a message may go without TLS."""


def webhook_of(settings: Settings) -> Webhook | None:
    """The webhook that is set up, None where none is. Raises SettingsProblem with what to set."""
    url = settings.handover_url
    if not url:
        return None
    try:
        parts = urlsplit(url)
        known = parts.hostname and parts.scheme in ("https", "http") and parts.username is None
    except ValueError:
        known = None
    if not known:
        raise SettingsProblem(
            message("CAIRN_HANDOVER_URL is no address of a webhook: state https://host/path.")
        )
    if parts.scheme == "http" and parts.hostname not in NEARBY:
        raise SettingsProblem(
            message("CAIRN_HANDOVER_URL has to begin with https://: what people are paid is sent there.")
        )
    try:
        return Webhook(url, secrets_of(settings.handover_secret or ""))
    except SecretUnusable:
        raise SettingsProblem(
            message(
                "Set CAIRN_HANDOVER_SECRET to whsec_ and 24 to 64 random bytes in Base64, the secret that payroll has."
            )
        ) from None
