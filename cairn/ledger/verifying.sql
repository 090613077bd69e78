-- name: without_timeout
-- A log takes as long as it takes; nothing is written, so nobody waits for it.
select set_config(name, '0', true) from pg_settings where name in ('statement_timeout', 'transaction_timeout');

-- name: segments
-- Segments after $1 with what their keys enclose now: how many events, their stored hashes in order, and which of them say
-- something else than was hashed.
select s.no, s.base_position, s.epoch, s.n, s.sealed_at, s.tree, s.prev_root, s.root, f.found, f.leaves, f.altered
from ledger.segment s cross join lateral (
    select count(*)::integer as found,
           string_agg(h.leaf, '' order by h.xid, h.id) as leaves,
           coalesce(array_agg(h.stream || ' ' || h.version order by h.stream, h.version)
                    filter (where h.leaf <> h.again), '{}') as altered
    from (
        select e.xid, e.id, e.stream, e.version, e.leaf,
               ledger.leaf(e.stream, e.version, e.type, e.schema_version, e.event_id, e.occurred_at, e.recorded_at,
                           e.actor, e.correlation, e.causation, e.subject, e.cycle, e.data::text) as again
        from ledger.event e
        where e.epoch = s.epoch and (e.xid, e.id) >= (s.first_xid, s.first_id) and (e.xid, e.id) <= (s.last_xid, s.last_id)
    ) h
) f
where s.no > $1
order by s.no
limit $2;

-- name: unsealed
select count(*)::integer as found,
       coalesce(array_agg(e.stream || ' ' || e.version order by e.stream, e.version) filter (
           where e.leaf <> ledger.leaf(e.stream, e.version, e.type, e.schema_version, e.event_id, e.occurred_at,
                                       e.recorded_at, e.actor, e.correlation, e.causation, e.subject, e.cycle, e.data::text)
       ), '{}') as altered
from ledger.event e
where (e.epoch, e.xid, e.id) > (
    coalesce((select s.epoch from ledger.segment s order by s.no desc limit 1), 0::smallint),
    coalesce((select s.last_xid from ledger.segment s order by s.no desc limit 1), '0'::xid8),
    coalesce((select s.last_id from ledger.segment s order by s.no desc limit 1), 0));

-- name: lacking
-- Streams in which a version is missing, and how many events there are in all.
select coalesce(sum(n), 0)::bigint as events,
       coalesce(array_agg(stream order by stream) filter (where n <> last), '{}') as streams
from (select stream, count(*) as n, max(version) as last from ledger.event group by stream) s;
