-- As in 0005, but the rows of an append are written stream by stream, in one order for all appends: two over the same
-- streams, given in opposite orders, wait for each other and not in a circle, which Postgres notices after a second and
-- ends by refusing one of them; sixteen were refused again and again until their time was up. Their ids still have the
-- order given, and so has the sealed log.
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
        xid, id, epoch, occurred_at, recorded_at, event_id, version, schema_version, stream, type, actor,
        correlation, causation, subject, cycle, data, leaf)
    overriding system value
    select pg_current_xact_id(), n.id, (select max(no) from ledger.epoch), n.occurred_at, now_at, n.event_id, n.version,
           n.schema_version, n.stream, n.type, n.actor, n.correlation, n.causation, n.subject, n.cycle, n.data::json,
           ledger.leaf(n.stream, n.version, n.type, n.schema_version, n.event_id, n.occurred_at, now_at, n.actor,
                       n.correlation, n.causation, n.subject, n.cycle, n.data)
    from (
        select e.*, s.stream, (s.expected + row_number() over (partition by e.at order by e.ord))::integer as version
        from (
            select g.*, nextval('ledger.event_id') as id
            from (select * from unnest(append.at, append.event_ids, append.types, append.schema_versions, append.occurred,
                                       append.actors, append.correlations, append.causations, append.subjects,
                                       append.cycles, append.data)
                  with ordinality e(at, event_id, type, schema_version, occurred_at, actor,
                                    correlation, causation, subject, cycle, data, ord)
                  order by ord offset 0) g
            offset 0) e
        join unnest(append.streams, append.expected) with ordinality s(stream, expected, at) using (at)
    ) n
    order by n.stream collate "C", n.ord;
    return null;
end $$;
