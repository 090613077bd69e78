-- name: append_one
select ledger.append_one($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: append
-- A column is one text with a line for each event, for no field holds a line break; an empty line is null where that is
-- allowed. asyncpg looks twice at each element of an array that it sends.
select ledger.append(
    string_to_array($1, E'\n'), string_to_array($2, E'\n')::integer[], string_to_array($3, E'\n')::integer[],
    string_to_array($4, E'\n')::uuid[], string_to_array($5, E'\n'), string_to_array($6, E'\n')::integer[],
    string_to_array($7, E'\n')::timestamptz[], string_to_array($8, E'\n'), string_to_array($9, E'\n', ''),
    string_to_array($10, E'\n', ''), string_to_array($11, E'\n', ''), string_to_array($12, E'\n', ''), $13);

-- name: append_in_a_hurry
-- As long as cairn.ledger.group_commit.STUCK.
with hurried as materialized (
    select set_config('lock_timeout', '100ms', true) as longest
)
select ledger.append(
    string_to_array($1, E'\n'), string_to_array($2, E'\n')::integer[], string_to_array($3, E'\n')::integer[],
    string_to_array($4, E'\n')::uuid[], string_to_array($5, E'\n'), string_to_array($6, E'\n')::integer[],
    string_to_array($7, E'\n')::timestamptz[], string_to_array($8, E'\n'), string_to_array($9, E'\n', ''),
    string_to_array($10, E'\n', ''), string_to_array($11, E'\n', ''), string_to_array($12, E'\n', ''), $13) from hurried where longest is not null;

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

-- name: sealed_types
select position, stream, type
from ledger.sealed($1, $2)
order by segment, position
limit $3;

-- name: of_types
select e.stream, e.version, e.type, e.schema_version, e.event_id, e.data, e.occurred_at, e.recorded_at, e.actor,
       e.correlation, e.causation, e.subject, e.cycle, null::bigint as position,
       e.epoch, e.xid::text::bigint as xid, e.id
from ledger.of_types($1, $2::bigint::text::xid8, $3, $4, $5, $6, $7, $8) e;

-- name: key_at
select k.epoch, k.xid::text::bigint as xid, k.id from ledger.key_at($1) k;

-- name: positions
-- The sealed positions of events by their keys, in the order given. A segment of which there are any is numbered once, by
-- itself: no plan joins the events asked for with the whole log.
with asked as materialized (
    select a.ord, a.xid::text::xid8 as xid, a.id, s.*
    from unnest($1::smallint[], $2::bigint[], $3::bigint[]) with ordinality a(epoch, xid, id, ord)
    cross join lateral (
        select s.epoch, s.base_position, s.n, s.first_xid, s.first_id, s.last_xid, s.last_id from ledger.segment s
        where (s.epoch, s.last_xid, s.last_id) >= (a.epoch, a.xid::text::xid8, a.id)
        order by s.epoch, s.last_xid, s.last_id limit 1) s
)
select f.position from (
    select ord, base_position + 1 as position from asked where n = 1
    union all
    select r.ord, r.position
    from (select distinct epoch, base_position, first_xid, first_id, last_xid, last_id from asked where n > 1) s
    cross join lateral (
        select a.ord, n.position
        from (select e.xid, e.id, s.base_position + row_number() over (order by e.xid, e.id) as position
              from ledger.event e
              where e.epoch = s.epoch
                and (e.xid, e.id) >= (s.first_xid, s.first_id) and (e.xid, e.id) <= (s.last_xid, s.last_id)) n
        join asked a on a.base_position = s.base_position and a.xid = n.xid and a.id = n.id) r
) f
order by f.ord;

-- name: newer
-- Events in (position $1, position $2] of a type that is not among $3, or in a later schema than $4 says of it, in streams
-- of the kinds $5 (null: of any); at most $6. The types there are come from the index one by one, so a log without any
-- such event is not read at all.
with recursive there as (
    (select e.type from ledger.event e order by e.type limit 1)
    union all
    select (select e.type from ledger.event e where e.type > t.type order by e.type limit 1)
    from there t where t.type is not null
), bound as materialized (
    select coalesce(a.epoch, 0::smallint) as after_epoch, coalesce(a.xid, '0'::xid8) as after_xid, coalesce(a.id, 0) as after_id,
           u.epoch, u.xid, u.id
    from ledger.key_at($2) u left join ledger.key_at($1) a on true
), of_unknown_type as (
    select n.* from there t
    cross join lateral (
        select e.stream, e.version, e.type, e.schema_version, e.epoch, e.xid, e.id from ledger.event e
        where e.type = t.type
          and (e.epoch::integer, e.xid, e.id) > (
              (select after_epoch::integer from bound), (select after_xid from bound), (select after_id from bound))
          and (e.epoch::integer, e.xid, e.id) <= (
              (select epoch::integer from bound), (select xid from bound), (select id from bound))
          and ($5::text[] is null or split_part(e.stream, '-', 1) = any ($5))
        order by e.epoch::integer, e.xid, e.id
        limit $6) n
    where t.type is not null and t.type <> all ($3::text[])
), in_later_schema as (
    select e.stream, e.version, e.type, e.schema_version, e.epoch, e.xid, e.id from ledger.event e
    where e.schema_version > 1
      and (e.epoch, e.xid, e.id) > ((select after_epoch from bound), (select after_xid from bound), (select after_id from bound))
      and (e.epoch, e.xid, e.id) <= ((select epoch from bound), (select xid from bound), (select id from bound))
      and ($5::text[] is null or split_part(e.stream, '-', 1) = any ($5))
      and exists (select from unnest($3::text[], $4::integer[]) k(type, version)
                  where k.type = e.type and e.schema_version > k.version)
    order by e.epoch, e.xid, e.id
    limit $6
)
select f.stream, f.version, f.type, f.schema_version, ledger.position_of(f.epoch, f.xid, f.id) as position
from (select * from of_unknown_type union select * from in_later_schema) f
order by f.epoch, f.xid, f.id
limit $6;

-- name: sealed_position
select ledger.sealed_position();

-- name: sealed_before
select coalesce((
    select base_position + n from ledger.segment
    where sealed_at < clock_timestamp() - make_interval(secs => $1) order by no desc limit 1), 0);

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

-- name: proofs
-- Position and hash of each event of a stream; no position while it is not sealed.
select e.version, ledger.position_of(e.epoch, e.xid, e.id) as position, encode(e.leaf, 'hex') as leaf
from ledger.event e
where e.stream = $1
order by e.version;

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
