-- A goal's own events are in the log under its name; kept here is only in which sheets it was placed. A row per placing
-- and no unique key: to keep each row the only one would cost more than it saves.
create table read.mention (
    goal  text collate "C" not null,
    sheet text collate "C" not null
);
create index mention_of_goal on read.mention (goal);

-- The order key of the event at a sealed position; no row for 0. Where a segment ends nothing is counted.
create function read.key_at("position" bigint) returns table (epoch smallint, xid xid8, id bigint)
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
create function read.position_of(epoch smallint, xid xid8, id bigint) returns bigint
language sql stable parallel safe as $$
    select s.base_position + (
        select count(*) from ledger.event e
        where e.epoch = s.epoch and (e.xid, e.id) >= (s.first_xid, s.first_id) and (e.xid, e.id) <= ($2, $3))
    from ledger.segment s
    where (s.epoch, s.last_xid, s.last_id) >= ($1, $2, $3)
    order by s.epoch, s.last_xid, s.last_id
    limit 1
$$;
