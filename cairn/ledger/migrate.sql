-- name: prepare
create schema if not exists migration;
create table if not exists migration.applied (
    folder     text        not null,
    name       text        not null,
    sha256     text        not null,
    applied_at timestamptz not null default clock_timestamp(),
    primary key (folder, name)
);

-- name: lock
select pg_advisory_lock(7161696, 0);

-- name: applied
select name, sha256 from migration.applied where folder = $1;

-- name: everything_applied
select folder, name from migration.applied;

-- name: record
insert into migration.applied (folder, name, sha256) values ($1, $2, $3);
