-- Cursors of the projections.

-- name: register
insert into read.projection (name) select unnest($1::text[]) on conflict (name) do nothing

-- name: cursor
select cursor from read.projection where name = $1

-- name: settings
select read.settings($1, $2, $3, $4)

-- name: move_cursor
update read.projection set cursor = $3, updated_at = now() where name = $1 and cursor = $2
returning read.settings($4, $5, $6, $7)

-- One look for all projections: who is behind, and whom do the types of the next window concern? Cursors of those it does
-- not concern are moved at once. A cursor that somebody else holds is left to him.
-- $1 the names, $2 and $3 pairs of a name and a type it folds (null: every type), $4 no further than, $5 window.
-- name: look
with sealed as materialized (
    select least(ledger.sealed_position(), coalesce($4::bigint, 9223372036854775807)) as upto
),
behind as materialized (
    select p.name, p.cursor, least(p.cursor + $5, s.upto) as upto
    from read.projection p, sealed s
    where p.name = any($1::text[]) and p.cursor < s.upto
    for update of p skip locked
),
news as materialized (
    select b.cursor, array(select distinct e.type from ledger.sealed(b.cursor, b.upto) e) as types
    from (select distinct cursor, upto from behind) b
),
passed as (
    update read.projection p set cursor = b.upto, updated_at = now()
    from behind b join news n on n.cursor = b.cursor
    where p.name = b.name and not exists (
        select from unnest($2::text[], $3::text[]) w(name, type)
        where w.name = b.name and (w.type is null or w.type = any(n.types)))
    returning p.name, p.cursor
)
select p.name, coalesce(d.cursor, p.cursor) as cursor, b.upto as concerned, s.upto as goal
from read.projection p
cross join sealed s
left join passed d on d.name = p.name
left join behind b on b.name = p.name and d.name is null
where p.name = any($1::text[])

-- name: holds
select exists (select from ledger.sealed($1, $2) where type = any ($3::text[]))

-- name: lock_cursor
select cursor from read.projection where name = $1 for update

-- name: sealed_position
select ledger.sealed_position()

-- name: park
insert into read.parked (projection, stream, position, type, reason)
select $1, e.stream, e.position, e.type, $3 from ledger.sealed($2 - 1, $2) e
returning stream

-- name: status
select p.name, p.cursor, greatest($1 - p.cursor, 0) as lag_events,
    coalesce((select extract(epoch from now() - e.recorded_at) from ledger.sealed(p.cursor, p.cursor + 1) e
              where p.cursor < $1), 0)::float as lag_seconds,
    (select count(*) from read.parked k where k.projection = p.name)::int as parked
from read.projection p
where p.name = any($2::text[])
order by p.name
