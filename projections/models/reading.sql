-- Readings: the latest row of a metric, subject and day counts; what it replaced stays visible.

-- name: fold
-- Parsed once per batch, not once per row.
with event as materialized (
    select position, recorded_at, type, data ->> 'feed' as feed,
        coalesce((data ->> 'correction')::boolean, false) as correction, data -> 'rows' as rows, data
    from (select position, recorded_at, type, data::jsonb as data from read.window($1, $2, $3, $4)
          where type in ('ReadingsRecorded', 'FeedCompleted') offset 0) e
),
stated as (
    insert into feed_statement (feed, position, through, data)
    select feed, position, (data ->> 'through')::date, data from event where type = 'FeedCompleted'
    returning 1
),
row as materialized (
    select r.value ->> 'metric' as metric, r.value ->> 'subject' as subject, (r.value ->> 'on')::date as day, e.position,
        r.ordinality::int as ordinal, read.number(r.value ->> 'value') as value, read.number(r.value ->> 'base') as base,
        e.feed, e.correction, e.recorded_at
    from event e
    cross join lateral jsonb_array_elements(e.rows) with ordinality r
    where e.type = 'ReadingsRecorded'
),
supplied as (
    insert into feed_metric (metric, feed)
    select distinct metric, feed from row
    on conflict do nothing
    returning 1
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
select (select count(*) from added) + (select count(*) from stated) + (select count(*) from supplied)

-- All of it as of one position. Who brought: rows of this subject, and where nobody has, any rows of the metric. Unread
-- are feeds whose stream is parked before events that name the metric, or before a statement of who has brought it; their
-- text is looked through, since what is parked may be no JSON of ours.
-- name: evidence
with own as materialized (select distinct feed from read.reading where metric = $1 and subject = $2)
select p.cursor as upto,
    (select coalesce(json_agg(json_build_object('metric', r.metric, 'subject', r.subject, 'on', r.day,
                                                'value', r.value::text, 'base', r.base::text, 'position', r.position)
                              order by r.day), '[]')
     from read.reading r
     where r.metric = $1 and r.subject = $2 and r.day between $3 and $4 and r.superseded_by is null) as readings,
    (select coalesce(json_agg(json_build_object('position', s.position, 'said', s.data)), '[]')
     from (select distinct on (feed) position, data from read.feed_statement order by feed, position desc) s) as statements,
    array(select feed from own
          union
          select feed from read.feed_metric where metric = $1 and not exists (select from own)) as brought_by,
    (select coalesce(json_object_agg(u.feed, u.position), '{}')
     from (select distinct substr(k.stream, 6) as feed, k.position
           from (select p.stream, p.position, ledger.key_at(p.position) as key from read.parked p
                 where p.projection = 'reading' and p.stream like 'feed-%' offset 0) k
           join ledger.event e
             on e.stream = k.stream and (e.epoch, e.xid, e.id) >= ((k.key).epoch, (k.key).xid, (k.key).id)
           where position(to_json($1::text)::text in e.data::text) > 0
              or (e.type = 'FeedCompleted'
                  and substr(k.stream, 6) in (select m.feed from read.feed_metric m where m.metric = $1))) u) as unread
from read.projection p
where p.name = 'reading'

-- name: versions
select metric, subject, day, value, base, position, feed, correction, recorded_at, superseded_by
from read.reading
where metric = $1 and subject = $2 and day between $3 and $4
order by day, position, ordinal

-- The current readings of (metric, subject) pairs.
-- name: former
select metric, subject, day as "on", value, base, position
from read.reading
where (metric, subject) in (select * from unnest($1::text[], $2::text[]))
  and day between $3 and $4 and superseded_by is null
order by day, metric, subject
