-- Statements about roles take no parameters: each of these makes one, with its names and values quoted.

-- Two that change the same roles at once would be stopped by Postgres.
-- name: one_at_a_time
select pg_advisory_lock(7161696, 2);

-- name: create_role
select format('create role %I nologin', $1::text) where not exists (select from pg_roles where rolname = $1);

-- name: let_in
select format('alter role %I with login password %L', $1::text, $2::text);

-- name: add_to
select format('grant %I to %I', $1::text, $2::text);

-- name: set_for
select format('alter role %I set %I = %L', $1::text, $2::text, $3::text);

-- name: let_build
select format('grant create on database %I to %I', current_database(), $1::text);

-- name: give_database
select format('alter database %I owner to %I', current_database(), $1::text);

-- name: let_read
select format('grant usage on schema %1$I to %2$I; grant select on all tables in schema %1$I to %2$I', $1::text, $2::text);

-- name: may_tamper
select current_user::text as login,
       r.rolsuper or pg_has_role(current_user, c.relowner, 'member')
       or has_table_privilege(current_user, c.oid, 'update, delete, truncate, trigger') as mighty
from pg_roles r, pg_class c
where r.rolname = current_user and c.oid = 'ledger.event'::regclass;

-- What lies in the schemas (or is one of them) and belongs to somebody else. A sequence that belongs to a column goes
-- with its table.
-- name: foreign
with owned as (
    select 0 as step, 'schema' as kind, format('%I', n.nspname) as name, n.nspowner as owner
    from pg_namespace n where n.nspname like $1
    union all
    select 1, case c.relkind when 'v' then 'view' when 'S' then 'sequence' else 'table' end,
           format('%I.%I', n.nspname, c.relname), c.relowner
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname like $1 and c.relkind in ('r', 'p', 'v', 'S')
      and not exists (select from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass
                      and d.deptype in ('a', 'i') and c.relkind = 'S')
    union all
    select 2, 'routine', p.oid::regprocedure::text, p.proowner
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname like $1
)
select format('alter %s %s owner to %I', kind, name, $2::text) as statement
from owned
where owner <> (select oid from pg_roles where rolname = $2)
order by step;
