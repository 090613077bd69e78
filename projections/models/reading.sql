-- Readings: the latest row of a metric, subject and day counts; what it replaced stays visible.

-- name: fold
-- Parsed once per batch, not once per row.
with event as materialized (
    select position, recorded_at, data ->> 'feed' as feed, coalesce((data ->> 'correction')::boolean, false) as correction,
        data -> 'rows' as rows
    from (select position, recorded_at, data::jsonb as data from read.window($1, $2, $3, $4)
          where type = 'ReadingsRecorded' offset 0) e
),
row as materialized (
    select r.value ->> 'metric' as metric, r.value ->> 'subject' as subject, (r.value ->> 'on')::date as day, e.position,
        r.ordinality::int as ordinal, read.number(r.value ->> 'value') as value, read.number(r.value ->> 'base') as base,
        e.feed, e.correction, e.recorded_at
    from event e
    cross join lateral jsonb_array_elements(e.rows) with ordinality r
),
-- The rows of this window between the stored ones of the same metric, subject and day, in the log's order.
-- (`offset 0`: look each key up in the index, however many rows the planner expects.)
line as (
    select *, true as fresh from row
    union all
    select o.metric, o.subject, o.day, o.position, o.ordinal, o.value, o.base, o.feed, o.correction, o.recorded_at, false
    from (select distinct metric, subject, day from row) k
    cross join lateral (select * from reading o
                        where o.metric = k.metric and o.subject = k.subject and o.day = k.day offset 0) o
),
ranked as (
    select *, lead(position) over (partition by metric, subject, day order by position, ordinal) as superseded_by
    from line
),
replaced as (
    insert into reading as o
    select metric, subject, day, position, ordinal, value, base, feed, correction, recorded_at, superseded_by
    from ranked where not fresh
    on conflict (metric, subject, day, position, ordinal) do update set superseded_by = excluded.superseded_by
        where o.superseded_by is distinct from excluded.superseded_by
    returning 1
),
-- Asking for `replaced` first lets the current row step back before its successor is unique.
added as (
    insert into reading
    select metric, subject, day, position, ordinal, value, base, feed, correction, recorded_at, superseded_by
    from ranked
    where fresh and (select count(*) from replaced) >= 0
    returning 1
)
select count(*) from added

-- name: evidence
select p.cursor as upto, r.metric, r.subject, r.day, r.value, r.base, r.position
from read.projection p
left join read.reading r
    on (r.metric, r.subject) in (select * from unnest($1::text[], $2::text[]))
    and r.day between $3 and $4 and r.superseded_by is null
where p.name = 'reading'
order by r.day, r.metric, r.subject

-- name: versions
select metric, subject, day, value, base, position, feed, correction, recorded_at, superseded_by
from read.reading
where metric = $1 and subject = $2 and day between $3 and $4
order by day, position, ordinal
