-- The comparison of step 1 looks each head up by its key, whatever the planner believes.
--
-- It was a join before. A session keeps the plan of its first append, and one made while the ledger was young hashed all
-- heads, for every append, until an ANALYZE threw the plan away: with some ten thousand streams a batch took ten times
-- as long. All else is as in 0002_append.sql.
create or replace function ledger.append(
    streams text[], expected integer[], at integer[], event_ids uuid[], types text[], schema_versions integer[],
    occurred timestamptz[], actors text[], correlations text[], causations text[], subjects text[], cycles text[],
    data text[]
) returns integer[]
language plpgsql security definer
set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
    losers  text[];
    written integer;
    now_at  timestamptz;
begin
    if pg_current_xact_id_if_assigned() is not null then
        raise 'an append is a transaction of its own: this one has already written' using errcode = 'LG004';
    elsif strpos(concat(streams, types, actors, correlations, causations, subjects, cycles), E'\n') > 0 then
        raise 'a field of one of these events holds a line break' using errcode = 'LG005';
    end if;

    losers := array(
        select a.stream from unnest(append.streams, append.expected) a(stream, expected)
        where a.expected <> coalesce((select h.version from ledger.stream h where h.stream = a.stream collate "C"), 0));
    if losers <> '{}' then
        if exists (select from ledger.event e where e.event_id = any (append.event_ids)) then
            return ledger.recorded(streams, event_ids);
        end if;
        perform ledger.refuse(streams, expected, losers);
    end if;

    insert into ledger.stream as head (stream, version, grown)
    select a.stream, a.expected + g.grown, g.grown
    from unnest(append.streams, append.expected) with ordinality a(stream, expected, ord)
    join (select u.at, count(*)::integer as grown from unnest(append.at) u(at) group by u.at) g on g.at = a.ord
    order by a.stream collate "C"
    on conflict (stream) do update set version = excluded.version, grown = excluded.grown
    where head.version = excluded.version - excluded.grown;
    get diagnostics written = row_count;
    if written < cardinality(streams) then
        if exists (select from ledger.event e where e.event_id = any (append.event_ids)) then
            raise 'these events were recorded by another append meanwhile' using errcode = 'LG003';
        end if;
        -- The heads that this transaction did not write are the ones it lost.
        perform ledger.refuse(streams, expected, array(
            select h.stream from ledger.stream h
            where h.stream = any (append.streams) and h.xmin <> pg_current_xact_id()::xid));
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
