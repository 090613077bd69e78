-- What is sent by mail, so that it is sent once: notices that were found for somebody, and the mails made of them. No
-- address lies here and no word of a mail: both are looked up when it is sent, as they are then.

-- Every notice up to `position` was found. No row: nothing was ever sent by mail.
create table ledger.mail_position (
    single   boolean primary key default true check (single),
    position bigint  not null check (position >= 0)
);

-- One mail to one person. Its id is its Message-ID too: sent again after a crash it is the same one. `why` is a code of the
-- last try that failed. unneeded: nothing of it was still true when it was to be sent.
create table ledger.mail (
    id       uuid        primary key default gen_random_uuid(),
    person   text        collate "C" not null,
    state    text        not null default 'waiting' check (state in ('waiting', 'sent', 'unneeded', 'failed')),
    made_at  timestamptz not null default clock_timestamp(),
    tries    integer     not null default 0,
    try_at   timestamptz not null default clock_timestamp(),
    why      text,
    ended_at timestamptz check ((ended_at is null) = (state = 'waiting'))
);
create index mail_waiting on ledger.mail (try_at) where state = 'waiting';
create index mail_failed on ledger.mail (person) where state = 'failed';

-- One notice to one person; `mail` is null while others that come soon may go with it.
create table ledger.mail_notice (
    position bigint      not null,
    person   text        collate "C" not null,
    found_at timestamptz not null default clock_timestamp(),
    mail     uuid        references ledger.mail,
    primary key (position, person)
);
create index mail_notice_gathering on ledger.mail_notice (person, found_at) where mail is null;
create index mail_notice_of_mail on ledger.mail_notice (mail);

revoke all on ledger.mail_position, ledger.mail, ledger.mail_notice from public;
grant select on ledger.mail_position, ledger.mail, ledger.mail_notice to cairn_writer, cairn_reader;
grant insert, update on ledger.mail_position, ledger.mail, ledger.mail_notice to cairn_writer;
