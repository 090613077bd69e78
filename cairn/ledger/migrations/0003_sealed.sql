-- The frozen order: dense positions over the sealed segments, and what still waits to be sealed.

-- The events with positions in (after, upto]; upto null means up to the last seal. Each segment is one range
-- of the order index and a position is base_position + rank, so this is a chain of range scans that begins with the
-- segment of the first position and stops at the last one; projections are statements over it. It is inlined into the
-- statement that uses it: columns not asked for are not read. Whoever needs the rows in order says
-- `order by segment, position`, which sorts one segment at a time; folds have an order of their own.
create function ledger.sealed(after bigint, upto bigint default null)
returns table (
    "position" bigint, stream text, version integer, type text, schema_version smallint, event_id uuid, data json,
    occurred_at timestamptz, recorded_at timestamptz, actor text, correlation text, causation text, subject text,
    cycle text, segment bigint
) language sql stable parallel safe rows 10000 as $$
    select r.position, r.stream, r.version, r.type, r.schema_version, r.event_id, r.data, r.occurred_at,
           r.recorded_at, r.actor, r.correlation, r.causation, r.subject, r.cycle, s.base_position
    from ledger.segment s
    cross join lateral (
        select s.base_position + row_number() over (order by e.xid, e.id) as position, e.*
        from ledger.event e
        where e.epoch = s.epoch
          and (e.xid, e.id) >= (s.first_xid, s.first_id) and (e.xid, e.id) <= (s.last_xid, s.last_id)
        order by e.xid, e.id
        offset greatest(sealed.after - s.base_position, 0)
        limit greatest(least(coalesce(sealed.upto - s.base_position, s.n), s.n)
                       - greatest(sealed.after - s.base_position, 0), 0)
    ) r
    where s.base_position >= (select coalesce(max(f.base_position), 0) from ledger.segment f
                              where f.base_position <= sealed.after)
      and s.base_position < coalesce(sealed.upto, 9223372036854775807)
$$;

-- The last sealed position, 0 while nothing is sealed.
create function ledger.sealed_position() returns bigint language sql stable parallel safe as $$
    select coalesce((select base_position + n from ledger.segment order by no desc limit 1), 0)
$$;

-- The order key of the event at a sealed position; no row for 0. Where a segment ends nothing is counted.
create function ledger.key_at("position" bigint) returns table (epoch smallint, xid xid8, id bigint)
language sql stable parallel safe rows 1 as $$
    select s.epoch, k.xid, k.id
    from ledger.segment s
    cross join lateral (
        select s.last_xid as xid, s.last_id as id where s.base_position + s.n <= $1
        union all
        (select e.xid, e.id from ledger.event e
         where s.base_position + s.n > $1 and e.epoch = s.epoch
           and (e.xid, e.id) >= (s.first_xid, s.first_id) and (e.xid, e.id) <= (s.last_xid, s.last_id)
         order by e.xid, e.id
         offset greatest($1 - s.base_position - 1, 0) limit 1)
    ) k
    where s.base_position < $1
    order by s.base_position desc
    limit 1
$$;

-- The sealed position of an event by its order key: the first of its segment and how many lie before it there.
create function ledger.position_of(epoch smallint, xid xid8, id bigint) returns bigint
language sql stable parallel safe as $$
    select s.base_position + (
        select count(*) from ledger.event e
        where e.epoch = s.epoch and (e.xid, e.id) >= (s.first_xid, s.first_id) and (e.xid, e.id) <= ($2, $3))
    from ledger.segment s
    where (s.epoch, s.last_xid, s.last_id) >= ($1, $2, $3)
    order by s.epoch, s.last_xid, s.last_id
    limit 1
$$;
