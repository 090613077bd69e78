-- The events of a window that were written in an earlier schema, without what a fold does not take (as read.window).
-- name: older
select e.position, e.type, e.schema_version, e.data
from ledger.sealed($1, $2) e
join unnest($3::text[], $4::integer[]) c(type, version) on c.type = e.type and e.schema_version < c.version
where case when $6::text is null
           then e.stream not in (select p.stream from read.parked p where p.projection = $5)
           else e.stream = $6 end
  and e.position not in (select s.position from read.skipped s where s.projection = split_part($5, ':', 1))

-- name: hand_over
select set_config('cairn.upcast', $1, true)
