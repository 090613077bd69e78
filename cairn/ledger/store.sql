-- name: append_one
select ledger.append_one($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: append
select ledger.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- name: settled
select ledger.settled($1, $2, $3, $4, $5, $6, $7, $8);

-- name: stream
select stream, version, type, schema_version, event_id, data, occurred_at, recorded_at, actor,
       correlation, causation, subject, cycle, null::bigint as position
from ledger.event
where stream = $1 and version > $2 and version <= coalesce($3, 2147483647)
order by version;

-- name: version
select coalesce(max(version), 0) from ledger.event where stream = $1;

-- name: streams
select stream, version, type, schema_version, event_id, data, occurred_at, recorded_at, actor,
       correlation, causation, subject, cycle, null::bigint as position
from ledger.event
where stream = any ($1)
order by stream, version;

-- name: versions
select s.stream, coalesce((select max(e.version) from ledger.event e where e.stream = s.stream), 0) as version
from unnest($1::text[]) s(stream);

-- name: find
select stream, version, type, schema_version, event_id, data, occurred_at, recorded_at, actor,
       correlation, causation, subject, cycle, null::bigint as position
from ledger.event
where event_id = any ($1)
order by stream, version;

-- name: sealed
select stream, version, type, schema_version, event_id, data, occurred_at, recorded_at, actor,
       correlation, causation, subject, cycle, position
from ledger.sealed($1, $2)
order by segment, position
limit $3;

-- name: sealed_of_types
select stream, version, type, schema_version, event_id, data, occurred_at, recorded_at, actor,
       correlation, causation, subject, cycle, position
from ledger.sealed($1, $2)
where type = any ($4)
order by segment, position
limit $3;

-- name: sealed_position
select ledger.sealed_position();

-- name: unsealed
with last as (
    select s.epoch, s.last_xid, s.last_id from ledger.segment s order by s.no desc limit 1
)
select exists (
    select from ledger.event e
    where (e.epoch, e.xid, e.id) > (coalesce((select epoch from last), 0::smallint),
                                    coalesce((select last_xid from last), '0'::xid8),
                                    coalesce((select last_id from last), 0))
      and e.type = any ($1)
);

-- name: event_key
select epoch, xid::text::bigint, id from ledger.event where stream = $1 and version = $2;

-- name: last_key
select epoch, last_xid::text::bigint, last_id from ledger.segment order by no desc limit 1;

-- name: position_of
select ledger.position_of($1, $2::bigint::text::xid8, $3);

-- name: as_of
-- Up to a position or a time of recording the history is a prefix of the stream, whatever the clocks did; up to a time
-- of occurrence it is what had happened by then, as far as it was recorded by the other two bounds.
select stream, version, type, schema_version, event_id, data, occurred_at, recorded_at, actor,
       correlation, causation, subject, cycle, null::bigint as position
from ledger.event e
where e.stream = $1
  and ($2::bigint is null or (e.epoch, e.xid, e.id) <= (select k.epoch, k.xid, k.id from ledger.key_at($2) k))
  and ($3::timestamptz is null or e.version < coalesce(
      (select min(l.version) from ledger.event l where l.stream = $1 and l.recorded_at > $3), 2147483647))
  and ($4::timestamptz is null or e.occurred_at <= $4)
order by e.version;
