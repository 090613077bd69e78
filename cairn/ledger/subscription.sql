-- name: register
insert into ledger.subscription (name, types) values ($1, $2)
on conflict (name) do update set types = excluded.types where subscription.types is distinct from excluded.types;

-- name: position
select position from ledger.subscription where name = $1;

-- name: sealed_position
select ledger.sealed_position();

-- name: advance
-- Moves the position from $2 to $3, if it is there, and parks these streams in the same moment. Nothing else is done by
-- whoever was too late: somebody else takes the events.
with moved as (
    update ledger.subscription set position = greatest($3, position), updated_at = clock_timestamp()
    where name = $1 and position = $2
    returning name
), parked as (
    insert into ledger.parked (subscription, stream, version, position, type, reason)
    select m.name, p.* from moved m
    cross join unnest($4::text[], $5::integer[], $6::bigint[], $7::text[], $8::text[]) p(stream, version, position, type, reason)
    on conflict (subscription, stream) do nothing
)
select exists (select from moved);

-- name: rewind
update ledger.subscription set position = 0, updated_at = clock_timestamp() where name = $1;

-- name: begin
insert into ledger.subscription (name, types, position) values ($1, $2, $3) on conflict (name) do nothing;

-- name: move
update ledger.subscription set position = $2, updated_at = clock_timestamp() where name = $1;

-- name: end
with parked as (delete from ledger.parked where subscription = $1),
left_out as (delete from ledger.left_out where subscription = $1)
delete from ledger.subscription where name = $1;

-- name: asked
select stream, version, asked from ledger.parked where subscription = $1 and asked is not null order by stream;

-- name: waiting_in
-- What waits in a parked stream: its events of these types from a version on, as far as the subscription has come.
select e.stream, e.version, e.type, e.schema_version, e.event_id, e.data, e.occurred_at, e.recorded_at, e.actor,
       e.correlation, e.causation, e.subject, e.cycle, ledger.position_of(e.epoch, e.xid, e.id) as position
from ledger.event e
where e.stream = $2 and e.version >= $3 and e.type = any ($4)
  and (e.epoch, e.xid, e.id) <= (
      select k.epoch, k.xid, k.id from ledger.subscription s cross join lateral ledger.key_at(s.position) k where s.name = $1)
  and e.version not in (select o.version from ledger.left_out o where o.subscription = $1 and o.stream = $2)
order by e.version;

-- name: failed_again
update ledger.parked
set version = $3, position = $4, type = $5, reason = $6, attempts = attempts + 1, asked = null
where subscription = $1 and stream = $2;

-- name: release
delete from ledger.parked where subscription = $1 and stream = $2;

-- name: ask
update ledger.parked set asked = $3 where subscription = $1 and stream = $2 returning version;

-- name: ask_for_known
-- What waits because a newer program had written it ($2 is how such a reason begins), and this one knows by now: $3 are the
-- types it knows, $4 the last schema version of each.
update ledger.parked p set asked = 'retry'
from ledger.event e
where p.subscription = $1 and p.asked is null and starts_with(p.reason, $2)
  and e.stream = p.stream and e.version = p.version
  and exists (select from unnest($3::text[], $4::integer[]) k(type, version)
              where k.type = e.type and e.schema_version <= k.version);

-- name: leave_out
with asked as (
    update ledger.parked set asked = 'skip' where subscription = $1 and stream = $2 and version = $3
    returning subscription, stream, version
)
insert into ledger.left_out (subscription, stream, version) select * from asked on conflict do nothing;

-- name: parked
-- With how many events of the stream wait behind the one that could not be taken.
select p.subscription, p.stream, p.version, p.position, p.type, p.reason, p.attempts, p.parked_at, p.asked,
       (select count(*) from ledger.event e
        where e.stream = p.stream and e.version > p.version and e.type = any (s.types))::integer as behind
from ledger.parked p join ledger.subscription s on s.name = p.subscription
where $1::text is null or p.subscription = $1
order by p.subscription, p.position;

-- name: subscriptions
-- How far each is: `waiting` events of its types are sealed and not taken yet (1,000 are counted), the first of them `lag`
-- seconds ago.
select s.name, case when w.events = 0 then ledger.sealed_position() else s.position end as position, w.events as waiting,
       greatest(coalesce(extract(epoch from clock_timestamp() - w.since), 0), 0)::float8 as lag,
       (select count(*) from ledger.parked p where p.subscription = s.name)::integer as parked
from ledger.subscription s
left join lateral ledger.key_at(s.position) k on true
cross join lateral (
    select count(*) as events, min(e.recorded_at) as since
    from ledger.of_types(coalesce(k.epoch, 0)::integer, coalesce(k.xid, '0'::xid8), coalesce(k.id, 0),
                         ledger.sealed_position(), s.types, null, 1000, s.name) e
) w
where $1::text is null or s.name = $1
order by s.name;
