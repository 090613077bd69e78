-- Readings: the latest row of a metric, subject and day counts; what it replaced stays visible.

-- name: fold
with row as materialized (
    select e.position, r.ordinality::int as ordinal, r.value ->> 'metric' as metric, r.value ->> 'subject' as subject,
        (r.value ->> 'on')::date as day, (r.value ->> 'value')::numeric as value, (r.value ->> 'base')::numeric as base,
        e.data ->> 'feed' as feed, coalesce((e.data ->> 'correction')::boolean, false) as correction, e.recorded_at
    from (select position, recorded_at, data::jsonb as data from read.window($1, $2, $3, $4)
          where type = 'ReadingsRecorded') e
    cross join lateral jsonb_array_elements(e.data -> 'rows') with ordinality r
),
-- The neighbours in the log's order: rows of this window and the stored ones of the same metric, subject and day.
line as (
    select metric, subject, day, position, ordinal, true as fresh from row
    union all
    select o.metric, o.subject, o.day, o.position, o.ordinal, false
    from (select distinct metric, subject, day from row) k
    join reading o on o.metric = k.metric and o.subject = k.subject and o.day = k.day
),
ranked as (
    select *, lead(position) over (partition by metric, subject, day order by position, ordinal) as superseded_by
    from line
),
replaced as (
    update reading o set superseded_by = n.superseded_by
    from ranked n
    where not n.fresh and o.metric = n.metric and o.subject = n.subject and o.day = n.day
      and o.position = n.position and o.ordinal = n.ordinal and o.superseded_by is distinct from n.superseded_by
    returning 1
),
-- Reading `replaced` first makes the current row step back before its successor is unique.
added as (
    insert into reading
    select r.metric, r.subject, r.day, r.position, r.ordinal, r.value, r.base, r.feed, r.correction, r.recorded_at,
        n.superseded_by
    from row r
    join ranked n on n.fresh and n.metric = r.metric and n.subject = r.subject and n.day = r.day
        and n.position = r.position and n.ordinal = r.ordinal
    where (select count(*) from replaced) >= 0
    returning 1
)
select count(*) from added

-- name: evidence
select p.cursor as upto, r.metric, r.subject, r.day, r.value, r.base, r.position
from read.projection p
left join read.reading r
    on r.metric = $1 and r.subject = $2 and r.day between $3 and $4 and r.superseded_by is null
where p.name = 'reading'
order by r.day

-- name: versions
select metric, subject, day, value, base, position, feed, correction, recorded_at, superseded_by
from read.reading
where metric = $1 and subject = $2 and day between $3 and $4
order by day, position, ordinal
