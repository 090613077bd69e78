-- People and departments, folded as cairn.domain.people.evolve_person does it.

-- name: fold
with event as materialized (
    select position, stream, version, type, occurred_at, data::jsonb as data
    from read.window($1, $2, $3, $4)
    where type in ('PersonJoined', 'PersonChanged', 'PersonLeft', 'LeavingWithdrawn', 'PersonAway', 'PersonReturned',
                   'DelegateNamed', 'DepartmentNamed')
),
-- What changed: the fields that an event names, all of them where it names none.
change as (
    select e.position, e.data ->> 'person' as person, e.version, (e.data ->> 'effective')::date as since,
        (select jsonb_object_agg(f.key, f.value) from jsonb_each(e.data -> 'details') f
         where f.key not in ('id', 'hired', 'left')
           and (coalesce(jsonb_array_length(e.data -> 'changed'), 0) = 0 or e.data -> 'changed' ? f.key)) as fields,
        (e.data ->> 'effective')::date > (e.occurred_at at time zone 'UTC')::date as ahead
    from event e where e.type = 'PersonChanged'
),
merged as (
    select data ->> 'person' as id, max(version) as version, max(position) as position,
        read.merge(case type
            when 'PersonLeft' then jsonb_build_object('left_on', data -> 'effective')
            when 'LeavingWithdrawn' then jsonb_build_object('left_on', null)
            when 'PersonJoined' then data -> 'details' || jsonb_build_object('left_on', data #> '{details,left}')
            when 'PersonChanged' then (
                select case when c.ahead then '{}'
                    else c.fields || jsonb_build_object('left_on', data #> '{details,left}', 'hired', data #> '{details,hired}') end
                from change c where c.position = event.position)
            else '{}' end
            order by position) as patch
    from event where type <> 'DepartmentNamed' group by data ->> 'person'
),
changes as (
    insert into person_change (person, version, position, since, fields)
    select person, version, position, since, fields from change where ahead
),
leaves as (
    insert into person_leave (person, version, position, kind, first, last, delegate)
    select data ->> 'person', version, position,
        case type when 'PersonAway' then 'away' when 'PersonReturned' then 'returned' else 'delegate' end,
        coalesce(data ->> 'first', data ->> 'effective')::date, (data ->> 'last')::date, data ->> 'delegate'
    from event where type in ('PersonAway', 'PersonReturned', 'DelegateNamed')
),
people as (
    insert into person
    select r.*
    from merged m
    left join lateral (select p as was from person p where p.id = m.id offset 0) x on true
    cross join lateral jsonb_populate_record(x.was, m.patch
        || jsonb_build_object('id', m.id, 'version', m.version, 'position', m.position)) r
    on conflict (id) do update set (
        version, position, name, email, department, title, family, manager, hired, left_on, roles) = (
        excluded.version, excluded.position, excluded.name, excluded.email, excluded.department, excluded.title,
        excluded.family, excluded.manager, excluded.hired, excluded.left_on, excluded.roles)
),
departments as (
    insert into department
    select distinct on (e.stream) d.id, e.version, e.position, d.name, d.head, d.parent
    from event e
    cross join lateral jsonb_to_record(e.data -> 'department') as d(id text, name text, head text, parent text)
    where e.type = 'DepartmentNamed'
    order by e.stream, e.position desc
    on conflict (id) do update set (version, position, name, head, parent) = (
        excluded.version, excluded.position, excluded.name, excluded.head, excluded.parent)
)
select count(*) from event

-- As of the day $5: with what was decided for a later day once that day has come.
-- name: people
select r.id, r.version, r.name, r.email, r.department, r.title, r.family, r.manager, r.hired, r.left_on, r.roles
from read.person p
left join lateral (
    select read.merge(c.fields order by c.since, c.version) as fields
    from read.person_change c where c.person = p.id and c.since <= $5) c on true
cross join lateral jsonb_populate_record(p, coalesce(c.fields, '{}')) r
where ($1::text is null or p.id = $1) and ($2::text is null or r.manager = $2)
  and ($3::text is null or r.department = $3) and ($4 or r.left_on is null or r.left_on > $5)
order by r.id

-- name: departments
select id, name, head, parent from read.department order by id
