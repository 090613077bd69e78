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

-- The first events of some types after a key and up to a position, at most so many, in streams of some kinds (null: of
-- any), without what waits or is left out in a subscription (null: with all). Each type is one range of its index, read in
-- order and no further than needed: a plan that sorts would read all there is of the type, page after page.
create function ledger.of_types(
    after_epoch integer, after_xid xid8, after_id bigint, upto bigint, types text[], kinds text[], at_most integer,
    subscription text
) returns table (
    stream text, version integer, type text, schema_version smallint, event_id uuid, data json, occurred_at timestamptz,
    recorded_at timestamptz, actor text, correlation text, causation text, subject text, cycle text,
    epoch smallint, xid xid8, id bigint
) language sql stable set enable_seqscan = off set enable_bitmapscan = off as $$
    with bound as materialized (
        select k.epoch::integer as epoch, k.xid, k.id from ledger.key_at(of_types.upto) k
    )
    select e.stream, e.version, e.type, e.schema_version, e.event_id, e.data, e.occurred_at, e.recorded_at, e.actor,
           e.correlation, e.causation, e.subject, e.cycle, e.epoch, e.xid, e.id
    from (select distinct unnest(of_types.types) as type) t
    cross join lateral (
        select * from ledger.event l
        where l.type = t.type
          and (l.epoch::integer, l.xid, l.id) > (of_types.after_epoch, of_types.after_xid, of_types.after_id)
          and (l.epoch::integer, l.xid, l.id)
              <= ((select b.epoch from bound b), (select b.xid from bound b), (select b.id from bound b))
          and (of_types.kinds is null or split_part(l.stream, '-', 1) = any (of_types.kinds))
          and l.stream not in (select p.stream from ledger.parked p where p.subscription = of_types.subscription)
          and (l.stream, l.version) not in (
              select o.stream, o.version from ledger.left_out o where o.subscription = of_types.subscription)
        order by l.epoch::integer, l.xid, l.id
        limit of_types.at_most
    ) e
    order by e.epoch, e.xid, e.id
    limit of_types.at_most
$$;
revoke all on function ledger.of_types(integer, xid8, bigint, bigint, text[], text[], integer, text) from public;
grant execute on function ledger.of_types(integer, xid8, bigint, bigint, text[], text[], integer, text)
    to cairn_writer, cairn_sealer, cairn_reader, cairn_folder;
