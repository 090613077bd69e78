-- Parked streams: what waits, and the ways out.

-- name: parked
select k.projection, k.stream, k.position, k.type, k.reason, k.attempts, k.parked_at,
    (select count(*) from ledger.sealed(k.position, p.cursor) e where e.stream = k.stream)::int as behind
from read.parked k
join read.projection p on p.name = k.projection
where case when $1::text[] is null then k.projection not like '%:%' else k.projection = any($1) end
order by k.projection, k.position

-- name: parked_stream
select position, type from read.parked where projection = $1 and stream = $2

-- Streams parked behind an event that was left out since.
-- name: skipped_since
select k.stream from read.parked k
where k.projection = $1
  and k.position in (select s.position from read.skipped s where s.projection = split_part($1, ':', 1))
order by k.position

-- Live streams that wait because a newer program had written their event, and this one knows it by now: $1 is how such a
-- reason begins, $2 the types that are known, $3 the last schema version of each.
-- name: known_by_now
select k.projection, k.stream
from read.parked k
cross join lateral ledger.sealed(k.position - 1, k.position) e
where starts_with(k.reason, $1) and k.projection not like '%:%'
  and exists (select from unnest($2::text[], $3::integer[]) n(type, version)
              where n.type = e.type and e.schema_version <= n.version)
order by k.projection, k.position

-- name: skipped_in
select position from read.skipped where projection = split_part($1, ':', 1) and stream = $2

-- name: failed_again
update read.parked
set attempts = attempts + 1, reason = $4, position = $3::bigint,
    type = (select e.type from ledger.sealed($3::bigint - 1, $3::bigint) e)
where projection = $1 and stream = $2

-- name: release
delete from read.parked where projection = $1 and stream = $2

-- name: skipped
select projection, position, stream, type, reason, by, skipped_at from read.skipped
where $1::text[] is null or projection = any($1)
order by projection, position
