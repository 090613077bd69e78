"""What an operator may set: each setting is an environment variable CAIRN_…, none is needed."""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from cairn.i18n import Message


def default_cache() -> Path:
    """The folder for what is downloaded once per machine, by the XDG convention."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cairn"


class SettingsProblem(Exception):
    """Settings with which Cairn cannot run; the sentence says what is wrong and what to set."""

    def __init__(self, sentence: Message) -> None:
        self.sentence = sentence
        super().__init__(str(sentence))


class Settings(BaseSettings):
    """Where Cairn keeps its data and which servers it talks to; unset, it brings servers of its own."""

    model_config = SettingsConfigDict(env_prefix="CAIRN_", extra="ignore", frozen=True, env_ignore_empty=True)

    home: Path = Field(
        Path(".cairn"), description="Folder of all data: Postgres, Temporal, logs, the servers' ports."
    )
    database: str | None = Field(
        None,
        repr=False,
        description="Address of the ledger's Postgres database (postgresql://user:password@host:port/name). "
        "Not set: Cairn starts a Postgres of its own in the home folder.",
    )
    sealer_database: str | None = Field(
        None,
        repr=False,
        description="The same with the login that seals the log. Not set: that of CAIRN_DATABASE.",
    )
    folding_database: str | None = Field(
        None,
        repr=False,
        description="The same with the login that keeps the read models. Not set: that of CAIRN_DATABASE.",
    )
    migration_database: str | None = Field(
        None,
        repr=False,
        description="The same with the login that owns the database and migrates it. Not set: that of CAIRN_DATABASE.",
    )
    portal_database: str | None = Field(
        None,
        repr=False,
        description="The same with the login of people's commands. Not set: that of CAIRN_DATABASE.",
    )
    backup_database: str | None = Field(
        None,
        repr=False,
        description="The same with the login that reads all for a backup. Not set: that of CAIRN_DATABASE.",
    )
    admin_database: str | None = Field(
        None,
        repr=False,
        description="The same with a login that may make roles: with it a migration makes the others. "
        "Not set: whoever runs Postgres makes them.",
    )
    temporal_address: str | None = Field(
        None,
        description="Address of a Temporal server, host:port (1.32 or newer). "
        "Not set: Cairn starts one of its own in the home folder.",
    )
    temporal_tls: bool | None = Field(
        None,
        description="Whether to talk TLS with the Temporal server. Not set: where a certificate or an API key is set.",
    )
    temporal_ca: Path | None = Field(
        None, description="File with the certificates (PEM) of who vouches for the Temporal server."
    )
    temporal_certificate: Path | None = Field(
        None, description="File with this client's certificate (PEM), where the Temporal server asks for one."
    )
    temporal_certificate_key: Path | None = Field(
        None, description="File with the key (PEM) of that certificate."
    )
    temporal_server_name: str | None = Field(
        None, description="Name in the Temporal server's certificate, where it is not that of the address."
    )
    temporal_api_key: str | None = Field(
        None, repr=False, description="API key for the Temporal server; it is sent over TLS only."
    )
    payload_key: str | None = Field(
        None,
        repr=False,
        description="Key that encrypts what is sent to Temporal: 32 random bytes in Base64, the same for all workers "
        "and commands. Not set: payload.key in the home folder, which is made with Cairn's own Temporal.",
    )
    earlier_payload_keys: str | None = Field(
        None,
        repr=False,
        description="Keys that encrypted it before, with commas between: what they encrypted stays readable.",
    )
    plain_payloads: Literal["read", "refuse"] | None = Field(
        None,
        description="What comes from Temporal unencrypted: read (workflows that began before there was a key), or "
        "refuse (nobody without the key can give a command). Not set: refuse where CAIRN_PAYLOAD_KEY is, and in a home "
        "folder whose Temporal had a key from its first start.",
    )
    build: str | None = Field(
        None,
        description="Name of this worker's build, of your choosing. Set: workflows stay on the build they began with, "
        "and `cairn deploy` says which one is current. Not set: one build at a time.",
    )
    text_key: str | None = Field(
        None,
        repr=False,
        description="Key that wraps the keys of what people write about each other: 32 random bytes in Base64, the "
        "same for all workers and commands. Without it nobody reads those texts again. Not set: text.key in the home "
        "folder, which is made with Cairn's own Postgres.",
    )
    earlier_text_keys: str | None = Field(
        None,
        repr=False,
        description="Keys that wrapped them before, with commas between: what was written under them stays readable.",
    )
    namespace: str = Field("default", description="Temporal namespace in which the workflows run.")
    task_queue: str = Field("cairn", description="Temporal task queue on which the workers listen.")
    postgres_port: int | None = Field(
        None, ge=1, le=65535, description="Port of Cairn's own Postgres. Not set: a free one, remembered."
    )
    temporal_port: int | None = Field(
        None, ge=1, le=65535, description="Port of Cairn's own Temporal. Not set: a free one, remembered."
    )
    ui_port: int | None = Field(
        None, ge=1, le=65535, description="Port of Temporal's web UI. Not set: a free one, remembered."
    )
    portal_port: int | None = Field(
        None, ge=1, le=65535, description="Port of the portal. Not set: a free one, remembered."
    )
    portal_host: str = Field(
        "127.0.0.1",
        description="Address on which the portal listens. Other than this machine's own only with CAIRN_OIDC_ISSUER.",
    )
    portal_url: str | None = Field(
        None,
        description="Address of the portal as people type it, https://…, to which they come back from signing in. "
        "Not set: http://127.0.0.1 and its port.",
    )
    portal_key: str | None = Field(
        None,
        repr=False,
        description="Key that signs the portal's sessions: 32 random bytes in Base64, the same for all portals. "
        "Not set: portal.key in the home folder, which is made when it is first needed.",
    )
    portal_proxies: str | None = Field(
        None,
        description="Addresses of the proxies before the portal, with commas between, whose word on whom a request is "
        "from is taken. Not set: this machine's own.",
    )
    limit_session: str = Field(
        "1200/minute",
        description="How often a session of the pages may ask, such as 1200/minute, or off. Each portal counts alone.",
    )
    limit_token: str = Field(
        "3000/minute",
        description="How often the tokens of one person or machine may ask, or off. Each row of a bulk counts.",
    )
    limit_sign_in: str = Field(
        "600/minute",
        description="How often one address may try to sign in or come with a token that is refused, or off. People "
        "behind one gateway share an address.",
    )
    oidc_issuer: str | None = Field(
        None,
        description="Address of the OpenID Connect provider at which people sign in. Not set: the demo's own, where "
        "whoever sits at this machine signs in as anybody.",
    )
    oidc_client_id: str = Field("cairn", description="The portal's id at that provider.")
    oidc_client_secret: str | None = Field(
        None, repr=False, description="The portal's secret at that provider, where it has one."
    )
    oidc_claim: str = Field(
        "sub", description="Claim of a token that holds the person's id as the roster has it."
    )
    oidc_audience: str | None = Field(
        None, description="Audience of the tokens that machines come with. Not set: CAIRN_OIDC_CLIENT_ID."
    )
    cache: Path = Field(
        default_factory=default_cache,
        description="Folder for a Temporal server downloaded where none was installed; it outlives a checkout. "
        "Default: $XDG_CACHE_HOME/cairn or ~/.cache/cairn.",
    )
    feed_env: str | None = Field(
        None,
        description="Environment variables that feeds' files may name, with commas between: ERP_URL, ERP_*. "
        "Not set: none. Cairn's own (CAIRN_…) never are.",
    )
    attachments: str | None = Field(
        None,
        description="Where attached files lie: s3://bucket/folder (credentials as AWS_… in the environment) or "
        "file:///folder. Not set: the folder attachments in the home folder.",
    )
    handover_url: str | None = Field(
        None,
        description="Address of payroll's webhook, https://…, to which the workers send what is handed over, where the "
        "policy says `handover.by: webhook`. Not set: such a hand-over waits, and says so.",
    )
    handover_secret: str | None = Field(
        None,
        repr=False,
        description="Secret that signs it as Standard Webhooks has it: whsec_ and 24 to 64 random bytes in Base64. "
        "Several with commas between while payroll changes from one to the next.",
    )
    webhook_inside: str | None = Field(
        None,
        description="Hosts and networks inside to which webhooks may lead all the same, with commas between: "
        "hooks.example, 10.2.0.0/16. A host that is named may be reached by http://. Not set: other machines' public "
        "addresses alone, by https://.",
    )
    smtp_url: str | None = Field(
        None,
        repr=False,
        description="Mail server that takes notices: smtp://user:password@host:587 (STARTTLS) or smtps://host (TLS). "
        "Not set: notices are read in Cairn alone.",
    )
    smtp_password_file: Path | None = Field(
        None, description="File with the password at that server, instead of one in its address."
    )
    mail_from: str | None = Field(
        None, description="Whom mails are from: Cairn <cairn@example.com>. Needed with CAIRN_SMTP_URL."
    )
    mail_kinds: str = Field(
        "asked,late,told",
        description="Which notices are mailed, with commas between: asked (something waits for the reader), late (what "
        "others are late with is told further up), told (something happened that concerns the reader).",
    )
    mail_language: Literal["zh", "en", "both"] | None = Field(
        None, description="Language of mails: zh, en, or both one below the other. Not set: CAIRN_LANGUAGE."
    )
    mail_gather: float = Field(
        180.0,
        ge=0,
        description="For how many seconds notices to the same person are gathered into one mail.",
    )
    mail_quiet: str | None = Field(
        None,
        description="From when to when no mail is sent: 20:00-08:00. What came meanwhile is one mail afterwards.",
    )
    mail_timezone: str = Field("Asia/Shanghai", description="By whose clock CAIRN_MAIL_QUIET is.")
    chat_file: Path | None = Field(
        None,
        description="File (YAML, chmod 600) that says who is told by which chat service: Feishu, DingTalk, WeCom, "
        "Slack and others that Apprise knows. Not set: nobody is.",
    )
    language: Literal["zh", "en"] = Field("zh", description="Language of what people read: zh or en.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="How much the processes write to their logs."
    )

    @field_validator("home", "cache")
    @classmethod
    def _absolute(cls, folder: Path) -> Path:
        """A folder is made absolute at once: detached processes may not share the caller's current folder."""
        return folder.expanduser().absolute()
