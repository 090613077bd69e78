-- Signals that were refused, with the reason their sender never heard.

-- name: fold
with event as materialized (
    select position, stream, type, actor, occurred_at, data::jsonb as data
    from read.window($1, $2, $3, $4)
    where type in ('SignalRefused', 'CycleSignalRefused')
),
saved as (
    insert into refused
    select position, stream, case type when 'SignalRefused' then 'goal' else 'cycle' end, data ->> 'name',
        data ->> 'code', data ->> 'field', data -> 'facts', data ->> 'by', occurred_at
    from event
    on conflict (position) do nothing
)
select count(*) from event

-- name: refusals
select position, stream, kind, name, code, field, facts, by, at
from read.refused
where ($1::text is null or stream = $1) and ($2::text is null or by = $2) and position > $3
order by position desc
limit $4
