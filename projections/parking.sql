-- Parked streams: what waits, and the ways out.

-- name: parked
select k.projection, k.stream, k.position, k.type, k.reason, k.attempts, k.parked_at,
    (select count(*) from ledger.sealed(k.position, p.cursor) e where e.stream = k.stream)::int as behind
from read.parked k
join read.projection p on p.name = k.projection
where $1::text is null or k.projection = $1
order by k.projection, k.position

-- name: one
select position from read.parked where projection = $1 and stream = $2

-- name: failed_again
update read.parked
set attempts = attempts + 1, reason = $4, position = $3::bigint,
    type = (select e.type from ledger.sealed($3::bigint - 1, $3::bigint) e)
where projection = $1 and stream = $2

-- name: release
delete from read.parked where projection = $1 and stream = $2

-- name: skip
insert into read.skipped (projection, position, stream, reason, by)
select projection, position, stream, $3, $4 from read.parked where projection = $1 and stream = $2

-- name: skipped
select projection, position, stream, reason, by, skipped_at from read.skipped
where $1::text is null or projection = $1
order by projection, position
