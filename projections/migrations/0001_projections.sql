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

-- An event somebody decided to leave out of a projection, and why. A rebuild leaves it out too.
create table read.skipped (
    projection  text not null,
    position    bigint not null,
    stream      text not null,
    reason      text not null check (reason <> ''),
    by          text not null,
    skipped_at  timestamptz not null default now(),
    primary key (projection, position)
);

-- The events a fold sees: sealed ones in (after, upto] without what is parked or skipped;
-- with `one_stream` the events of that one stream, parked or not (that is how a stream is retried).
create function read.window(after bigint, upto bigint, projection text, one_stream text)
returns table ("position" bigint, stream text, version bigint, type text, occurred_at timestamptz,
               recorded_at timestamptz, actor text, cycle text, subject text, data json)
language sql stable as $$
    select e.position, e.stream, e.version::bigint, e.type, e.occurred_at, e.recorded_at, e.actor, e.cycle, e.subject, e.data
    from ledger.sealed($1, $2) e
    where case when $4 is null
               then not exists (select from read.parked p where p.projection = $3 and p.stream = e.stream)
               else e.stream = $4 end
      and not exists (select from read.skipped s where s.projection = split_part($3, ':', 1) and s.position = e.position)
$$;

-- Stops a fold at an event it cannot make sense of, in words for whoever looks at the parked stream.
create function read.refuse(reason text) returns jsonb language plpgsql as $$
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

create function read.next_measure(state jsonb, before jsonb, change jsonb) returns jsonb
language sql immutable as $$ select read.changed_measure(coalesce($1, $2), $3) $$;

-- The measure after changes in order, starting from what it was before the window.
create aggregate read.measured(before jsonb, change jsonb) (sfunc = read.next_measure, stype = jsonb);

-- What an event says about its goal's measure; null where it says nothing.
create function read.measure_change(type text, data jsonb) returns jsonb
language sql immutable parallel safe as $$
    select case
        when type in ('GoalDrafted', 'GoalRevised') then jsonb_build_object('measure', data -> 'measure')
        when type = 'GoalAdjusted' then data -> 'after'
    end
$$;
