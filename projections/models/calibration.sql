-- Calibrations and their moves, folded as cairn.domain.calibration.state.evolve does it.

-- name: fold
with event as materialized (
    select position, stream, version, type, actor, occurred_at, data::jsonb as data
    from read.window($1, $2, $3, $4)
    where type in ('CalibrationOpened', 'GradeMoved', 'GradeKept', 'MovesUndone', 'CalibrationWentOn',
                   'CalibrationFinished', 'CalibrationCancelled', 'CalibrationOverdue')
),
merged as (
    select stream, max(version) as version,
        read.merge(case type
            when 'CalibrationOpened' then jsonb_build_object('stage', 'open', 'entered', occurred_at,
                'opened_by', actor, 'opened_at', occurred_at, 'finish_by', data -> 'finish_by')
            when 'CalibrationFinished' then jsonb_build_object('stage', 'finished', 'entered', occurred_at,
                'grades', data -> 'grades')
            when 'CalibrationCancelled' then jsonb_build_object('stage', 'cancelled', 'entered', occurred_at)
            else '{}' end
            order by version) as patch
    from event group by stream
),
saved as (
    insert into calibration
    select r.*
    from merged m
    left join lateral (select c as was from calibration c where c.name = m.stream offset 0) x on true
    cross join lateral jsonb_populate_record(x.was, m.patch || jsonb_build_object('name', m.stream,
        'version', m.version, 'cycle', read.cycle_in(m.stream), 'holder', read.holder_in(m.stream))) r
    on conflict (name) do update set (version, stage, entered, grades) = (
        excluded.version, excluded.stage, excluded.entered, excluded.grades)
    returning 1
),
undone as (
    select stream, move::int as move
    from event, jsonb_array_elements_text(data -> 'moves') as move
    where type = 'MovesUndone'
),
taken_back as (
    update grade_move g set undone = true
    from undone u where g.calibration = u.stream and g.move = u.move
    returning 1
),
moved as (
    insert into grade_move
    select e.stream, d.move, d.sheet, d.number, d.made, d.before, d.after, e.actor, e.occurred_at,
        exists (select from undone u where u.stream = e.stream and u.move = d.move)
    from event e
    cross join lateral jsonb_to_record(e.data) as d(
        move int, sheet text, number int, made int, before text, after text)
    where e.type = 'GradeMoved'
    on conflict (calibration, move) do nothing
    returning 1
)
select (select count(*) from saved) + (select count(*) from moved) + (select count(*) from taken_back)

-- name: listed
select c.*, d.name as unit_name,
    (select count(*) from read.grade_move g where g.calibration = c.name and not g.undone)::int as moves,
    (select count(*) from read.grade_move g where g.calibration = c.name and g.undone)::int as undone
from read.calibration c
left join read.department d on 'department.' || d.id = c.holder
where c.cycle = $1
order by c.opened_at, c.name

-- name: moves
select g.* from read.grade_move g where g.calibration = $1 order by g.move
