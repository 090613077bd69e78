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

-- The same of one part of the streams, as '0/2' is the first of two: each stream is in one part. Batches of different
-- feeds may speak of the same days, so the first part takes them all.
create function read.partition_window(after bigint, upto bigint, projection text, partition text)
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

-- A number as an event states it, of at most 1,000 characters and with an exponent of at most three digits: whatever is
-- worked out from such numbers is far from where Postgres' numeric ends. An event with any other is parked, for a fold
-- that takes its number would fail, and everybody whose query meets it.
create function read.is_number(stated text) returns boolean language sql immutable parallel safe as $$
    select length($1) <= 1000 and $1 ~ '^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]{1,3})?$'
$$;

create function read.checked_number(stated text) returns numeric language plpgsql immutable parallel safe as $$
begin
    if read.is_number(stated) then
        return stated::numeric;
    end if;
    raise '%', format('%s is not a number of at most 1,000 digits with an exponent below 1,000',
                      left(stated, 40) || case when length(stated) > 40 then '…' else '' end)
        using errcode = 'raise_exception';
end $$;

-- Most numbers are short and plain (or null) and need no second look.
create function read.is_plain(stated text) returns boolean language sql immutable parallel safe as $$
    select $1 is null or (length($1) <= 1000 and translate($1, '-.0123456789', '') = '')
$$;

create function read.number(stated text) returns numeric language sql immutable parallel safe as $$
    select case when read.is_plain($1) then $1::numeric else read.checked_number($1) end
$$;

-- For queries, which show what they can: null where it is no such number.
create function read.number_or_null(stated text) returns numeric language sql immutable parallel safe as $$
    select case when read.is_plain($1) or read.is_number($1) then $1::numeric end
$$;

-- Objects merged in order, later keys win.
create aggregate read.merge(jsonb) (sfunc = jsonb_concat, stype = jsonb, initcond = '{}');
