-- How far every read model is, and how far each may go.

-- One statement for all read models: who is behind, and do the next events concern it? Cursors of those that they do not
-- concern are moved at once. A cursor that somebody else holds is left to him. Nobody goes past those it joins: `upto` is
-- the end of the log, or where the last of them will be after this statement; `concerned` the end of a window that holds
-- events the fold reads, and none that a newer program wrote: what is to be done with those the fold finds out.
-- $1 the names, $2 and $3 pairs of a name and an event type it folds, $4 no further than, $5 window, $6 and $7 pairs of
-- a name and one it joins, directly or through others, $8 and $9 every type there is with each version that is known.
-- These lists are the same in every round and hold some thousand elements: they come as one text each, since a client
-- spends more on so many parameters than all the rest of a round takes. A cursor that a crash of the server sets back is
-- moved again, so nobody waits for the disk.
-- name: backlog
with log as materialized (
    select least(ledger.sealed_position(), coalesce($4::bigint, 9223372036854775807)) as upto,
        set_config('synchronous_commit', 'off', true)
),
claimed as materialized (
    select p.name, p.cursor, least(p.cursor + $5, l.upto) as upto
    from read.projection p, log l
    where p.name = any($1::text[]) and p.cursor < l.upto
    for update of p skip locked
),
occurred as materialized (
    select c.cursor, s.types, s.newer
    from (select distinct cursor, upto from claimed) c
    cross join lateral (
        select array_agg(distinct e.type) as types, coalesce(bool_or((e.type, e.schema_version::integer) not in (
            select k.type, k.version from unnest($8::text::text[], $9::text::integer[]) k(type, version))), false) as newer
        from ledger.sealed(c.cursor, c.upto) e) s
),
folded as materialized (
    select distinct o.cursor, r.name
    from occurred o join unnest($2::text::text[], $3::text::text[]) r(name, type) on r.type = any(o.types)
),
next_window as materialized (
    select c.name, c.cursor, c.upto, o.newer, o.newer or f.name is not null as concerns
    from claimed c
    join occurred o on o.cursor = c.cursor
    left join folded f on f.cursor = c.cursor and f.name = c.name
),
reach as materialized (
    select p.name, case when not w.concerns then w.upto else p.cursor end as position
    from read.projection p left join next_window w on w.name = p.name
    where p.name = any($1::text[])
),
last_joined as materialized (
    select j.name, min(a.position) as position
    from unnest($6::text::text[], $7::text::text[]) j(name, joined) join reach a on a.name = j.joined
    group by j.name
),
bound as materialized (
    select r.name, least(l.upto, j.position) as upto
    from reach r cross join log l left join last_joined j on j.name = r.name
),
moved as (
    update read.projection p set cursor = least(w.upto, b.upto), updated_at = now()
    from next_window w join bound b on b.name = w.name
    where p.name = w.name and not w.concerns and least(w.upto, b.upto) > w.cursor
    returning p.name, p.cursor
)
select p.name, coalesce(m.cursor, p.cursor) as cursor, b.upto, l.upto as log_end,
    case when w.concerns and not w.newer then w.upto end as concerned
from read.projection p
cross join log l
join bound b on b.name = p.name
left join moved m on m.name = p.name
left join next_window w on w.name = p.name
where p.name = any($1::text[])

-- name: cursors
select name, cursor from read.projection where name = any($1::text[])

-- Up to here a read model has taken everything: its cursor, or before the first event that is parked in it.
-- name: whole
select least(p.cursor, (select min(k.position) - 1 from read.parked k where k.projection = p.name))
from read.projection p where p.name = $1

-- name: sealed_position
select ledger.sealed_position()

-- A read model that was never folded is at 0.
-- name: status
select n.name, n.cursor, greatest($1 - n.cursor, 0) as lag_events,
    coalesce((select extract(epoch from now() - e.recorded_at) from ledger.sealed(n.cursor, n.cursor + 1) e
              where n.cursor < $1), 0)::float as lag_seconds,
    (select count(*) from read.parked k where k.projection = n.name)::int as parked
from (
    select name, coalesce(p.cursor, 0) as cursor
    from unnest($2::text[]) asked(name) left join read.projection p using (name)
) n
order by n.name
