-- Building a read model a second time, beside the live one.

-- name: lock
select pg_try_advisory_lock(hashtext($1))

-- name: unlock
select pg_advisory_unlock(hashtext($1))

-- name: start
insert into read.projection (name, cursor) select unnest($1::text[]), 0
on conflict (name) do update set cursor = 0, updated_at = now()

-- name: keys
select format('alter table %I.%I add constraint %I %s', $2::text, c.relname, k.conname, pg_get_constraintdef(k.oid))
    as statement
from pg_constraint k
join pg_class c on c.oid = k.conrelid
where k.conrelid = any($1::text[]::regclass[]) and k.contype in ('p', 'u')

-- The other indexes by their own names, for each table; the costliest last. Those of tables of so many bytes or more are
-- built concurrently.
-- name: indexes
select array_agg(regexp_replace(regexp_replace(pg_get_indexdef(i.indexrelid), ' ON read\.', format(' ON %I.', $2::text)),
                      ' INDEX ', case when pg_relation_size(i.indrelid) < $3 then ' INDEX ' else ' INDEX CONCURRENTLY ' end))
    as statements
from pg_index i
where i.indrelid = any($1::text[]::regclass[])
  and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u'))
group by i.indrelid
order by sum(pg_relation_size(i.indexrelid))

-- The partitions have come to the same position: from there on they have one cursor.
-- name: join_partitions
with moved as (
    update read.projection set cursor = $2, updated_at = now() where name = $1
),
gone as (
    delete from read.projection where starts_with(name, $1 || ':')
),
-- A stream may have been parked in more than one of them.
parked as (
    delete from read.parked where starts_with(projection, $1 || ':') returning *
)
insert into read.parked (projection, stream, position, type, reason, attempts, parked_at)
select distinct on (stream) $1, stream, position, type, reason, attempts, parked_at
from parked
order by stream, position

-- name: forget_parked
delete from read.parked where projection = any($1::text[])

-- name: forget_rebuild
with cursors as (
    delete from read.projection where name = $1 or starts_with(name, $1 || ':')
)
delete from read.parked where projection = $1 or starts_with(projection, $1 || ':')

-- name: both_cursors
select cursor from read.projection where name = any(array[$1::text, $2::text])

-- Whoever waits for a lock holds back all who come after, readers too: so it waits for a moment alone.
-- name: wait_a_moment
select set_config('lock_timeout', '300ms', true)

-- What the folds were run under would not do here: the swap is to last.
-- name: settings_for_the_swap
select set_config('statement_timeout', '1s', true), set_config('synchronous_commit', 'on', true),
    set_config('enable_seqscan', 'on', true), set_config('enable_nestloop', 'on', true),
    set_config('plan_cache_mode', 'auto', true), set_config('search_path', 'pg_catalog', true)

-- name: take_over_parked
insert into read.parked
select split_part(projection, ':', 1), stream, position, type, reason, attempts, parked_at
from read.parked where projection = $1

-- name: grants
select format('grant %s on %I.%I to %I', a.privilege_type, $2::text, c.relname, r.rolname) as statement
from pg_class c, aclexplode(c.relacl) a, pg_roles r
where c.oid = any($1::text[]::regclass[]) and r.oid = a.grantee and a.grantee <> c.relowner
