-- The log itself: events in streams, frozen into segments, in epochs. What is written here is never changed.

create schema ledger;

-- One Postgres cluster's transaction ids count as one epoch. A restore into another cluster opens the next one,
-- for its transaction ids start anew and would sort new events before old ones.
create table ledger.epoch (
    no                smallint    primary key check (no > 0),
    system_identifier bigint      not null,
    opened_at         timestamptz not null default clock_timestamp()
);
insert into ledger.epoch (no, system_identifier) select 1, system_identifier from pg_control_system();

-- Eight-byte columns first, so that no row carries padding. `data` is json, not jsonb: json keeps the text exactly.
-- There is no table of stream heads: a stream's version is the last one in the primary key, and that key decides who was
-- first (ADR 0007). Nor is there a CHECK: Postgres parses each one anew for every INSERT statement, and that parsing led
-- the profile of small appends. What they would say is ensured by ledger.append, the only way in.
create table ledger.event (
    xid            xid8        not null,
    id             bigint      generated always as identity (sequence name ledger.event_id),
    occurred_at    timestamptz not null,
    recorded_at    timestamptz not null,
    event_id       uuid        not null,
    version        integer     not null,
    epoch          smallint    not null,
    schema_version smallint    not null,
    stream         text collate "C" not null,
    type           text collate "C" not null,
    actor          text        not null,
    leaf           bytea       not null,
    correlation    text,
    causation      text,
    subject        text,
    cycle          text,
    data           json        not null,
    constraint event_follows primary key (stream, version),
    constraint event_recorded_once unique (event_id),
    constraint event_order unique (epoch, xid, id)
) with (autovacuum_analyze_scale_factor = 0.02);

-- A segment freezes the order of the events from (first_xid, first_id) to (last_xid, last_id) of its epoch; they
-- have the positions base_position + 1 … base_position + n. Its root covers them and all segments before it.
create table ledger.segment (
    no            bigint      primary key check (no > 0),
    base_position bigint      not null unique,
    first_xid     xid8        not null,
    first_id      bigint      not null,
    last_xid      xid8        not null,
    last_id       bigint      not null,
    sealed_at     timestamptz not null,
    n             integer     not null check (n > 0),
    epoch         smallint    not null references ledger.epoch,
    tree          bytea       not null check (octet_length(tree) = 32),
    prev_root     bytea       not null check (octet_length(prev_root) = 32),
    root          bytea       not null check (octet_length(root) = 32),
    signature     bytea,
    key_id        text,
    constraint segment_order unique (epoch, last_xid, last_id),
    constraint segment_runs_forward check ((first_xid, first_id) <= (last_xid, last_id)),
    constraint segment_signed_by_a_key check ((signature is null) = (key_id is null))
);
