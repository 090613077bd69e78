-- What Postgres itself can do with the same rows: plain INSERTs into a table of the ledger's shape, with its keys
-- (`floor.keyed`) and with none at all (`floor.bare`). No version is compared, no head moved, nothing hashed.

-- name: tables
create schema floor;
create table floor.keyed (like ledger.event including defaults including identity);
create table floor.bare (like ledger.event including defaults including identity);
alter table floor.keyed alter xid set default pg_current_xact_id();
alter table floor.bare alter xid set default pg_current_xact_id();

-- name: fill
-- An index over a million keys costs more than one over ten: the floor holds as much as the log.
insert into floor.keyed overriding system value select * from ledger.event;

-- name: keys
alter table floor.keyed add primary key (stream, version);
alter table floor.keyed add unique (event_id);
alter table floor.keyed add unique (epoch, xid, id);
create index on floor.keyed (type, (epoch::integer), xid, id);

-- name: one
insert into floor.{table} (
    epoch, occurred_at, recorded_at, event_id, version, schema_version, stream, type, actor, leaf,
    correlation, causation, cycle, data)
values (1, $1, clock_timestamp(), $2, 1, 1, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: many
insert into floor.{table} (
    epoch, occurred_at, recorded_at, event_id, version, schema_version, stream, type, actor, leaf,
    correlation, causation, cycle, data)
select 1, u.occurred_at, clock_timestamp(), u.event_id, u.version, 1, u.stream, u.type, u.actor, $10,
       u.correlation, u.causation, u.cycle, u.data::json
from unnest($1::timestamptz[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::text[], $11::integer[])
     u(occurred_at, event_id, stream, type, actor, correlation, causation, cycle, data, version);
