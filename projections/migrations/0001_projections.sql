-- What all read models share: cursors, parked and skipped events, and the pieces folds are made of.
create schema if not exists read;

-- One row per projection: everything up to the sealed position `cursor` is folded into its tables.
create table read.projection (
    name        text primary key,
    cursor      bigint not null default 0 check (cursor >= 0),
    updated_at  timestamptz not null default now()
);

-- A stream whose event could not be folded: that event and all later ones of the stream wait here.
create table read.parked (
    projection  text not null,
    stream      text not null,
    position    bigint not null,
    type        text not null,
    reason      text not null,
    attempts    int not null default 1,
    parked_at   timestamptz not null default now(),
    primary key (projection, stream)
);

-- Events somebody decided to leave out of a projection, and why: each decision is an event in the projection's own
-- stream of the log, looked up there by its name. So a rebuild leaves them out too, even after all tables were dropped.
create view read.skipped as
select p.name as projection, e.*
from read.projection p
cross join lateral (
    select (l.data ->> 'position')::bigint as position, l.data ->> 'event_stream' as stream, l.data ->> 'event_type' as type,
        l.data ->> 'reason' as reason, l.actor as by, l.occurred_at as skipped_at
    from ledger.event l
    where l.stream = 'projection-' || p.name and l.type = 'EventSkipped'
    offset 0) e;

-- The events a fold sees: sealed ones in (after, upto] without what is parked or skipped;
-- with `one_stream` the events of that one stream, parked or not (that is how a stream is retried).
-- (`not in` keeps what is parked and skipped in a hash table, and is free where there is none.)
create function read.window(after bigint, upto bigint, projection text, one_stream text)
returns table ("position" bigint, stream text, version bigint, type text, occurred_at timestamptz,
               recorded_at timestamptz, actor text, cycle text, subject text, data json)
language sql stable as $$
    select e.position, e.stream, e.version::bigint, e.type, e.occurred_at, e.recorded_at, e.actor, e.cycle, e.subject, e.data
    from ledger.sealed($1, $2) e
    where case when $4 is null
               then e.stream not in (select p.stream from read.parked p where p.projection = $3)
               else e.stream = $4 end
      and e.position not in (select s.position from read.skipped s where s.projection = split_part($3, ':', 1))
$$;

-- The same of one share of the streams, as '0/2' is the first of two: each stream is in one share. Batches of different
-- feeds may speak of the same days, so the first share takes them all.
create function read.share(after bigint, upto bigint, projection text, share text)
returns table ("position" bigint, stream text, version bigint, type text, occurred_at timestamptz,
               recorded_at timestamptz, actor text, cycle text, subject text, data json)
language sql stable as $$
    select e.*
    from read.window($1, $2, $3, null) e
    where case when e.type = 'ReadingsRecorded' then 0
               else (hashtext(e.stream) & 65535) % (select split_part($4, '/', 2)::int) end
          = (select split_part($4, '/', 1)::int)
$$;

-- What every fold runs under, to the end of its transaction. The planner cannot know how many rows a window's events
-- unfold into and takes one: nested loops between them would take hours, so folds look up stored rows by key
-- (`cross join lateral (… offset 0)`) and hash the rest. A plan is kept, for planning takes longer than folding one
-- event; it may have been made while the tables were empty, so it must not scan them.
create function read.settings(schemas text, longest text, memory text, commits text) returns text[] language sql as $$
    select array[
        set_config('search_path', $1, true), set_config('statement_timeout', $2, true),
        set_config('work_mem', $3, true), set_config('synchronous_commit', $4, true),
        set_config('enable_nestloop', 'off', true), set_config('enable_seqscan', 'off', true),
        set_config('plan_cache_mode', 'force_generic_plan', true)]
$$;

-- Stops a fold at an event it cannot make sense of, in words for whoever looks at the parked stream.
create function read.refuse(reason text) returns json language plpgsql as $$
begin
    raise '%', reason using errcode = 'raise_exception';
end $$;

-- Objects merged in order, later keys win.
create aggregate read.merge(jsonb) (sfunc = jsonb_concat, stype = jsonb, initcond = '{}');

-- A goal's measure after one change: replaced, or with other targets. As cairn.domain.goal.state.changed_measure.
create function read.changed_measure(measure jsonb, change jsonb) returns jsonb
language plpgsql immutable as $$
declare
    changed jsonb := coalesce(nullif(change -> 'measure', 'null'), measure);
begin
    if changed ->> 'kind' is distinct from 'kpi' then
        return changed;
    end if;
    if change ->> 'target' is not null then
        changed := jsonb_set(changed, '{target}', change -> 'target');
    end if;
    if coalesce(nullif(change -> 'targets', 'null'), '{}') <> '{}' then
        changed := jsonb_set(changed, '{targets}', coalesce(changed -> 'targets', '{}') || (change -> 'targets'));
    end if;
    return changed;
end $$;

-- An adjustment carries over what still fits the new measure: accepted criteria that stay, check-ins of the same
-- metric. So the measure, what was accepted and where check-ins count from are one fold.

-- As cairn.domain.goal.state._still_accepted.
create function read.still_accepted(accepted jsonb, before jsonb, after jsonb) returns jsonb
language sql immutable as $$
    select case when $2 ->> 'kind' = 'key_task' and $3 ->> 'kind' = 'key_task' then
        coalesce((select jsonb_object_agg(a.key, a.value) from jsonb_each($1) a
                  where $2 #> array['criteria', (a.key::int - 1)::text] = $3 #> array['criteria', (a.key::int - 1)::text]),
                 '{}')
        else '{}' end
$$;

-- As cairn.domain.goal.state.same_metric.
create function read.same_metric(before jsonb, after jsonb) returns boolean language sql immutable as $$
    select $1 ->> 'kind' = $2 ->> 'kind' and ($1 ->> 'kind' <> 'kpi'
        or ($1 ->> 'metric', $1 ->> 'subject', $1 ->> 'unit', $1 ->> 'aggregation', $1 ->> 'direction')
           is not distinct from
           ($2 ->> 'metric', $2 ->> 'subject', $2 ->> 'unit', $2 ->> 'aggregation', $2 ->> 'direction'))
$$;

-- What an event says of its goal's measure: a new one, changes, or an accepted criterion; null where nothing.
create function read.measure_change(type text, data jsonb, version bigint) returns jsonb
language sql immutable parallel safe as $$
    select case
        when $1 in ('GoalDrafted', 'GoalRevised') then jsonb_build_object('measure', $2 -> 'measure')
        when $1 = 'GoalAdjusted' then jsonb_build_object('after', $2 -> 'after', 'version', $3)
        when $1 = 'CriterionAccepted' then jsonb_build_object('accept',
            jsonb_build_object($2 ->> 'criterion', $2 -> 'evidence'))
    end
$$;

-- {measure, accepted, counts_from}: check-ins up to the version `counts_from` are of another metric.
create function read.next_measured(state jsonb, before jsonb, change jsonb) returns jsonb
language plpgsql immutable as $$
declare
    now_at  jsonb := coalesce(state, before, '{}');
    measure jsonb := now_at -> 'measure';
    changed jsonb;
begin
    if change ? 'accept' then
        return jsonb_set(now_at, '{accepted}', coalesce(now_at -> 'accepted', '{}') || (change -> 'accept'));
    elsif change ? 'measure' then
        return jsonb_set(now_at, '{measure}', change -> 'measure');
    end if;
    changed := read.changed_measure(measure, change -> 'after');
    return now_at || jsonb_build_object(
        'measure', changed,
        'accepted', read.still_accepted(coalesce(now_at -> 'accepted', '{}'), measure, changed),
        'counts_from', case when read.same_metric(measure, changed) then now_at -> 'counts_from'
                            else change -> 'version' end);
end $$;

-- The same after several changes in order, starting from what it was before the window (null at the goal's start).
create aggregate read.measured(before jsonb, change jsonb) (sfunc = read.next_measured, stype = jsonb);
