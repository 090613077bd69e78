-- name: prepare
create schema if not exists migration;
create table if not exists migration.applied (
    folder     text        not null,
    name       text        not null,
    sha256     text        not null,
    applied_at timestamptz not null default clock_timestamp(),
    primary key (folder, name)
);

-- Asked again and again: a statement that waits has a snapshot, and whoever builds an index concurrently waits for that.
-- name: lock
select pg_try_advisory_lock(7161696, 0);

-- name: applied
select name, sha256 from migration.applied where folder = $1;

-- name: everything_applied
select folder, name from migration.applied;

-- name: record
insert into migration.applied (folder, name, sha256) values ($1, $2, $3);
