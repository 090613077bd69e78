-- name: without_keys
alter table ledger.event drop constraint event_follows;
alter table ledger.event drop constraint event_recorded_once;
alter table ledger.event drop constraint event_order;

-- name: with_keys
alter table ledger.event add constraint event_follows primary key (stream, version);
alter table ledger.event add constraint event_recorded_once unique (event_id);
alter table ledger.event add constraint event_order unique (epoch, xid, id);

-- name: fill
-- One event of the year for every holder: 'HOLDER' in the template becomes H00000001, H00000002 …, and the manager M1 has
-- the first twelve of them, M2 the next, and so on.
insert into ledger.event (
    xid, epoch, occurred_at, recorded_at, event_id, version, schema_version, stream, type, actor, leaf,
    correlation, causation, cycle, data)
select pg_current_xact_id(), 1, $4::timestamptz, clock_timestamp(), gen_random_uuid(), $2::integer, 1,
       replace($1::text, 'HOLDER', h.id), $3::text,
       case when $5::text = 'M1' then h.manager else replace($5::text, 'HOLDER', h.id) end,
       sha256(int8send(h.n)), 'command', 'run', '2026', replace(replace($6::text, 'HOLDER', h.id), '"M1"', format('"%s"', h.manager))::json
from (select n, 'H' || lpad(n::text, 8, '0') as id, 'M' || (n + 11) / 12 as manager
      from generate_series(1, $7::bigint) n) h;

-- name: segments
-- Segments of 4,096 events, as the sealer makes them of a backlog, after the one that is there.
with last as (
    select no, base_position + n as position, last_id from ledger.segment order by no desc limit 1
), slice as (
    select (e.id - last.last_id - 1) / 4096 as k, min(e.id) as first_id, max(e.id) as last_id, count(*)::integer as n,
           min(e.xid) as xid
    from ledger.event e, last
    where e.id > last.last_id
    group by 1
)
insert into ledger.segment (
    no, base_position, first_xid, first_id, last_xid, last_id, sealed_at, n, epoch, tree, prev_root, root)
select last.no + 1 + s.k, last.position + s.k * 4096, s.xid, s.first_id, s.xid, s.last_id, clock_timestamp(), s.n, 1,
       sha256('tree'), sha256('root'), sha256('root')
from slice s, last;
