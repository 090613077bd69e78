-- Building a projection a second time, beside the live one.

-- name: start
insert into read.projection (name, cursor) values ($1, 0)
on conflict (name) do update set cursor = 0, updated_at = now()

-- name: forget_parked
delete from read.parked where projection = $1

-- name: forget
delete from read.projection where name = $1

-- name: take_over_parked
insert into read.parked
select split_part(projection, ':', 1), stream, position, type, reason, attempts, parked_at
from read.parked where projection = $1

-- name: grants
select format('grant %s on %s to %I', a.privilege_type, $2::text, r.rolname) as statement
from pg_class c, aclexplode(c.relacl) a, pg_roles r
where c.oid = to_regclass($1) and r.oid = a.grantee and a.grantee <> c.relowner
