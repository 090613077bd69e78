-- Whoever follows the log beside the read models: how far each has come, and what waits.

-- Everything of a subscription's types up to the sealed `position` is done, but for what is parked. The position is kept
-- where something was done: where nothing of these types came, looking again costs nothing.
create table ledger.subscription (
    name       text        primary key,
    types      text[]      not null,
    position   bigint      not null default 0 check (position >= 0),
    updated_at timestamptz not null default clock_timestamp()
);

-- A stream whose event could not be taken: that event and all later ones of the stream wait, all other streams go on.
-- `asked`: somebody asked that it be tried again (retry), or that the event be left out and the rest be tried (skip).
create table ledger.parked (
    subscription text        not null references ledger.subscription,
    stream       text        collate "C" not null,
    version      integer     not null,
    position     bigint      not null,
    type         text        not null,
    reason       text        not null,
    attempts     integer     not null default 1,
    parked_at    timestamptz not null default clock_timestamp(),
    asked        text        check (asked in ('retry', 'skip')),
    primary key (subscription, stream)
);

-- Events that a subscription leaves out for good. Who decided that and why is an event of the log.
create table ledger.left_out (
    subscription text    not null references ledger.subscription,
    stream       text    collate "C" not null,
    version      integer not null,
    primary key (subscription, stream, version)
);

grant select on ledger.subscription, ledger.parked, ledger.left_out
    to cairn_writer, cairn_sealer, cairn_reader, cairn_folder;
grant insert, update on ledger.subscription to cairn_writer;
grant insert, update, delete on ledger.parked to cairn_writer;
grant insert on ledger.left_out to cairn_writer;
