-- Where a ledger lives, and that nothing is recorded or sealed anywhere else.
--
-- Transaction ids belong to one cluster. A ledger that finds itself in another one (restored from a dump, upgraded) or in
-- another database (a copy) refuses appends until an operator opens the next epoch for it there. A new timeline alone (a
-- replica was promoted, a point in time was recovered) refuses nothing: transaction ids go on where they were, so the order
-- holds. What may be lacking then is the end of the log, which nobody can tell from within: it is shown until an epoch
-- is opened.

-- Each epoch tells where it was opened, by whom and why; `found` is what there was to go by. The first one was opened by
-- nobody.
alter table ledger.epoch
    add column database  oid,
    add column timeline  integer,
    add column opened_by text,
    add column reason    text,
    add column found     json;

-- The timeline on which this server writes; null while it follows another one.
create function ledger.timeline() returns integer language sql volatile parallel restricted
set search_path = pg_catalog, pg_temp as $$
    select case when not pg_is_in_recovery() then
        ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer end
$$;

-- A ledger that comes from before there were homes is at home where it is, if its cluster is the one it remembers.
alter table ledger.epoch disable trigger kept;
update ledger.epoch e set database = d.oid, timeline = ledger.timeline()
from pg_control_system() c, pg_database d
where e.no = (select max(no) from ledger.epoch) and e.system_identifier = c.system_identifier
  and d.datname = current_database();
alter table ledger.epoch enable trigger kept;

-- Whether the ledger is where its last epoch was opened. A session stays in one database of one cluster as long as it
-- lives, so it is told once: asking for the cluster's identifier reads a file, asking for a setting costs nothing.
create function ledger.at_home() returns boolean language plpgsql volatile parallel restricted
set search_path = pg_catalog, pg_temp as $$
declare
    home boolean;
begin
    select e.system_identifier = c.system_identifier and e.database = d.oid into home
    from ledger.epoch e, pg_control_system() c, pg_database d
    where d.datname = current_database()
    order by e.no desc limit 1;
    if home then
        perform set_config('cairn.home', 'yes', false);
    end if;
    return coalesce(home, false);
end $$;

-- As in 0002, and LG007 for a ledger that is not at home.
create or replace function ledger.append_one(
    stream text, expected integer, event_id uuid, type text, schema_version integer, occurred_at timestamptz,
    actor text, correlation text, causation text, subject text, cycle text, data text
) returns integer[]
language plpgsql security definer
set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
    reached integer     := expected + 1;
    now_at  timestamptz;
begin
    if pg_current_xact_id_if_assigned() is not null then
        raise 'an append is a transaction of its own: this one has already written' using errcode = 'LG004';
    elsif current_setting('cairn.home', true) is distinct from 'yes' and not ledger.at_home() then
        raise 'this ledger is not at home here' using errcode = 'LG007';
    elsif strpos(concat(stream, type, actor, correlation, causation, subject, cycle), E'\n') > 0 then
        raise 'a field of this event holds a line break' using errcode = 'LG005';
    elsif expected <> 0 and expected <> coalesce((select max(e.version) from ledger.event e
                                                  where e.stream = append_one.stream collate "C"), 0) then
        return ledger.settled(array[stream], array[expected], array[1], array[event_id], array[type],
                              array[schema_version], array[actor], array[data]);
    end if;

    now_at := clock_timestamp();
    insert into ledger.event (
        xid, epoch, occurred_at, recorded_at, event_id, version, schema_version, stream, type, actor,
        correlation, causation, subject, cycle, data, leaf)
    values (
        pg_current_xact_id(), (select max(no) from ledger.epoch), occurred_at, now_at, event_id, reached,
        schema_version, stream, type, actor, correlation, causation, subject, cycle, data::json,
        ledger.leaf(stream, reached, type, schema_version, event_id, occurred_at, now_at, actor,
                    correlation, causation, subject, cycle, data));
    return null;
end $$;

-- As in 0002, and LG007 for a ledger that is not at home.
create or replace function ledger.append(
    streams text[], expected integer[], at integer[], event_ids uuid[], types text[], schema_versions integer[],
    occurred timestamptz[], actors text[], correlations text[], causations text[], subjects text[], cycles text[],
    data text[]
) returns integer[]
language plpgsql security definer
set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
    now_at  timestamptz;
begin
    if pg_current_xact_id_if_assigned() is not null then
        raise 'an append is a transaction of its own: this one has already written' using errcode = 'LG004';
    elsif current_setting('cairn.home', true) is distinct from 'yes' and not ledger.at_home() then
        raise 'this ledger is not at home here' using errcode = 'LG007';
    elsif strpos(concat(streams, types, actors, correlations, causations, subjects, cycles), E'\n') > 0 then
        raise 'a field of one of these events holds a line break' using errcode = 'LG005';
    elsif exists (
        select from unnest(append.streams, append.expected) a(stream, expected)
        where a.expected <> 0 and a.expected <> coalesce((select max(e.version) from ledger.event e
                                                          where e.stream = a.stream collate "C"), 0))
    then
        return ledger.settled(streams, expected, at, event_ids, types, schema_versions, actors, data);
    end if;

    now_at := clock_timestamp();
    insert into ledger.event (
        xid, epoch, occurred_at, recorded_at, event_id, version, schema_version, stream, type, actor,
        correlation, causation, subject, cycle, data, leaf)
    select pg_current_xact_id(), (select max(no) from ledger.epoch), n.occurred_at, now_at, n.event_id, n.version,
           n.schema_version, n.stream, n.type, n.actor, n.correlation, n.causation, n.subject, n.cycle, n.data::json,
           ledger.leaf(n.stream, n.version, n.type, n.schema_version, n.event_id, n.occurred_at, now_at, n.actor,
                       n.correlation, n.causation, n.subject, n.cycle, n.data)
    from (
        select e.*, s.stream, (s.expected + row_number() over (partition by e.at order by e.ord))::integer as version
        from unnest(append.at, append.event_ids, append.types, append.schema_versions, append.occurred, append.actors,
                    append.correlations, append.causations, append.subjects, append.cycles, append.data)
             with ordinality e(at, event_id, type, schema_version, occurred_at, actor,
                               correlation, causation, subject, cycle, data, ord)
        join unnest(append.streams, append.expected) with ordinality s(stream, expected, at) using (at)
    ) n
    order by n.ord;
    return null;
end $$;

-- Where the ledger is, beside where its last epoch was opened, and what is in it: what an operator is shown before an
-- epoch is opened. `next_xid` null: this server follows another one and takes no writes.
create function ledger.home(
    out epoch smallint, out opened_at timestamptz, out opened_by text, out reason text,
    out kept_cluster bigint, out cluster bigint, out kept_database oid, out database oid,
    out kept_timeline integer, out timeline integer, out highest_xid bigint, out next_xid bigint
) language sql volatile set search_path = pg_catalog, pg_temp as $$
    select e.no, e.opened_at, e.opened_by, e.reason, e.system_identifier, c.system_identifier, e.database, d.oid,
           e.timeline, ledger.timeline(),
           coalesce((select v.xid::text::bigint from ledger.event v where v.epoch = e.no order by v.xid desc limit 1), 0),
           case when not pg_is_in_recovery() then pg_snapshot_xmax(pg_current_snapshot())::text::bigint end
    from ledger.epoch e, pg_control_system() c, pg_database d
    where d.datname = current_database()
    order by e.no desc limit 1
$$;

-- Events of the last epoch that lie among its sealed ones and in no segment: what a program from before there were homes
-- appended to a restored log. Sequence numbers were restored with it, so these events have the highest ones; `first_id` is
-- the lowest of them, null if there are none.
create function ledger.strays(out strays bigint, out first_id bigint) language sql volatile
set search_path = pg_catalog, pg_temp as $$
    with last as (
        select s.epoch, s.last_xid, s.last_id from ledger.segment s
        where s.epoch = (select max(no) from ledger.epoch) order by s.no desc limit 1
    ), found as (
        select (select count(*) from ledger.event e, last l
                where e.epoch = l.epoch and (e.xid, e.id) <= (l.last_xid, l.last_id))
             - (select coalesce(sum(s.n), 0) from ledger.segment s, last l where s.epoch = l.epoch) as n
    )
    select n::bigint,
           (select min(id) from (
                select e.id from ledger.event e, last l
                where e.epoch = l.epoch and (e.xid, e.id) <= (l.last_xid, l.last_id)
                order by e.id desc limit (select greatest(n, 0) from found)) newest)
    from found
$$;

-- Opens the next epoch where the ledger is now and gives its number. LG008: it is at home, there is nothing to open;
-- LG009: this server follows another one.
--
-- Whoever appends reads ledger.epoch and holds it until it has ended: with the lock nobody is under way, so every event of
-- the epochs before is there to be read, and is sealed before those of the new one. Strays are given their place in the new
-- epoch, after all that was there when they were appended: a hash covers neither epoch nor transaction id.
create function ledger.open_epoch(by text, reason text) returns smallint language plpgsql
set search_path = pg_catalog, pg_temp set lock_timeout = '10s' as $$
declare
    here   record;
    stray  record;
    number smallint;
begin
    if pg_is_in_recovery() then
        raise 'this server follows another one' using errcode = 'LG009';
    end if;
    lock table ledger.epoch in access exclusive mode;
    select * into here from ledger.home();
    if (here.kept_cluster, here.kept_database, here.kept_timeline)
       is not distinct from (here.cluster, here.database, here.timeline) then
        raise 'the ledger is at home' using errcode = 'LG008';
    end if;
    select * into stray from ledger.strays();
    number := here.epoch + 1;
    insert into ledger.epoch (no, system_identifier, database, timeline, opened_by, reason, found)
    values (number, here.cluster, here.database, here.timeline, open_epoch.by, open_epoch.reason,
            json_build_object('highest_xid', here.highest_xid, 'next_xid', here.next_xid, 'strays', stray.strays));
    if stray.strays > 0 then
        alter table ledger.event disable trigger kept;
        update ledger.event e set epoch = number
        where e.epoch = here.epoch and e.id >= stray.first_id;
        alter table ledger.event enable trigger kept;
    end if;
    return number;
end $$;

revoke all on function ledger.timeline(), ledger.at_home(), ledger.home(), ledger.strays(), ledger.open_epoch(text, text)
    from public;
grant execute on function ledger.timeline(), ledger.at_home(), ledger.home(), ledger.strays()
    to cairn_writer, cairn_sealer, cairn_reader;
