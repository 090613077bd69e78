-- People and departments, folded as cairn.domain.people.evolve_person does it.

-- name: fold
with event as materialized (
    select position, stream, version, type, data::jsonb as data
    from read.window($1, $2, $3, $4)
    where type in ('PersonJoined', 'PersonChanged', 'PersonLeft', 'DepartmentNamed')
),
merged as (
    select data ->> 'person' as id, max(version) as version, max(position) as position,
        read.merge(case when type = 'PersonLeft' then jsonb_build_object('left_on', data -> 'effective')
            else data -> 'details' || jsonb_build_object('left_on', data #> '{details,left}') end
            order by position) as patch
    from event where type <> 'DepartmentNamed' group by data ->> 'person'
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

-- name: people
select id, version, name, email, department, title, family, manager, hired, left_on, roles
from read.person
where ($1::text is null or id = $1) and ($2::text is null or manager = $2) and ($3::text is null or department = $3)
  and ($4 or left_on is null)
order by id

-- name: departments
select id, name, head, parent from read.department order by id
