-- The one way in: append events to streams, exactly once, at exactly the versions the caller has seen.
--
-- Refusals carry a code: LG001 other versions than expected (detail: {stream: [expected, actual]}), LG002 some ids are
-- recorded and some are not (detail: {id: stream} of those that are not), LG003 overtaken, ask again, LG004 not a
-- transaction of its own, LG005 a field does not fit on a line, LG006 an id is recorded in another stream or with other
-- content (detail: {id: [stream, stream it is recorded in, version there]}). Whoever was overtaken between the comparison of versions and the insert
-- gets the violation of event_follows or event_recorded_once; ledger.settled then tells what became of the append.
-- No append locks a table or notifies: both would hold up every other append until this one is on disk.

-- SHA-256 of an event's canonical form (docs/ledger.md): one field on a line, null as an empty line, times as seconds
-- since 1970 with six places, then the data exactly as it was given.
create function ledger.leaf(
    stream text, version integer, type text, schema_version integer, event_id uuid, occurred_at timestamptz,
    recorded_at timestamptz, actor text, correlation text, causation text, subject text, cycle text, data text
) returns bytea language sql stable parallel safe as $$
    select sha256(convert_to(format(
        E'cairn-event-1\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s',
        stream, version, type, schema_version, event_id, extract(epoch from occurred_at),
        extract(epoch from recorded_at), actor, correlation, causation, subject, cycle, data), 'UTF8'))
$$;

-- What became of an append that could not be written: the versions its streams had after it if all of its events are
-- recorded, each in its own stream and with what it says now, else the refusal. What an event says is its type, schema
-- version, actor and data; the rest (time, correlation, causation) tells how it came to be recorded.
create function ledger.settled(
    streams text[], expected integer[], at integer[], event_ids uuid[], types text[], schema_versions integer[],
    actors text[], data text[]
) returns integer[]
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    versions integer[];
    found    integer;
    missing  text;
    others   text;
    losers   text;
begin
    with asked as (
        select a.*, s.stream from unnest(at, event_ids, types, schema_versions, actors, data)
            a(at, id, type, schema_version, actor, data)
        join unnest(streams) with ordinality s(stream, at) using (at)
    ), compared as (
        select a.at, a.id, a.stream, e.version, e.stream as recorded_in,
               e.stream = a.stream collate "C" and e.type = a.type collate "C" and e.actor = a.actor
               and e.schema_version = a.schema_version and e.data::text = a.data as same
        from asked a left join ledger.event e on e.event_id = a.id
    )
    select count(c.recorded_in),
           json_object_agg(c.id, c.stream) filter (where c.recorded_in is null),
           json_object_agg(c.id, json_build_array(c.stream, c.recorded_in, c.version)) filter (where not c.same),
           array(select max(v.version) from compared v group by v.at order by v.at)
    into found, missing, others, versions
    from compared c;
    if others is not null then
        raise 'an id is recorded in another stream or with other content' using errcode = 'LG006', detail = others;
    elsif missing is null then
        return versions;
    elsif found > 0 then
        raise 'some of these events are recorded and some are not' using errcode = 'LG002', detail = missing;
    end if;
    select json_object_agg(a.stream, json_build_array(a.expected, h.version))::text into losers
    from unnest(streams, settled.expected) a(stream, expected)
    cross join lateral (select coalesce(max(e.version), 0) as version from ledger.event e
                        where e.stream = a.stream collate "C") h
    where a.expected <> h.version;
    if losers is not null then
        raise 'streams have other versions than expected' using errcode = 'LG001', detail = losers;
    end if;
    raise 'overtaken by an append that is gone again' using errcode = 'LG003';
end $$;

-- One event to one stream, the most frequent append by far. Same rules as ledger.append, at half its cost.
create function ledger.append_one(
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

-- Appends the events, each to streams[at], and returns null; if all of them are recorded already as they are it writes
-- nothing and returns the versions the streams had after them. The order of the steps matters:
--   1. versions are compared before a transaction id is drawn. So whoever appends version v + 1 draws its id after the
--      commit of version v, and a stream's versions always ascend in sealed order. A stream that is expected to be new
--      has no version to come after: there the key alone decides, which spares a launch one look-up for each goal;
--   2. before other versions lead to a refusal, the ids are looked up, or a retry would be refused for its own success
--      (where the versions are as expected, a known id shows as the violation of event_recorded_once);
--   3. rows enter in the order given, and so have their ids in that order.
create function ledger.append(
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
