-- name: older
select e.position, e.type, e.schema_version, e.data
from ledger.sealed($1, $2) e
join unnest($3::text[], $4::integer[]) c(type, version) on c.type = e.type and e.schema_version < c.version

-- name: hand_over
select set_config('cairn.upcast', $1, true)
