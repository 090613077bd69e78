-- Cursors of the projections.

-- name: register
insert into read.projection (name) select unnest($1::text[]) on conflict (name) do nothing

-- name: cursor
select cursor from read.projection where name = $1

-- name: move_cursor
update read.projection set cursor = $3, updated_at = now() where name = $1 and cursor = $2

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
