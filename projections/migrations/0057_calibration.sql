-- Calibrations: one row each, and their moves. Why a grade was moved stays in the log.
create table read.calibration (
    name      text collate "C" primary key,
    version   bigint not null,
    cycle     text collate "C" not null,
    holder    text collate "C" not null,   -- the unit: department.<id>, or company
    stage     text not null,
    entered   timestamptz not null,
    opened_by text collate "C" not null,
    opened_at timestamptz not null,
    finish_by timestamptz not null,
    grades    jsonb                        -- how many have each grade, once it is finished
);
create index calibration_cycle on read.calibration (cycle, stage);

create table read.grade_move (
    calibration text collate "C" not null,
    move        int not null,
    sheet       text collate "C" not null,
    number      int not null,
    made        int not null,
    before      text not null,
    after       text not null,
    by          text collate "C" not null,
    at          timestamptz not null,
    undone      boolean not null,
    primary key (calibration, move)
);
create index grade_move_sheet on read.grade_move (sheet);

grant select on read.calibration, read.grade_move to cairn_writer, cairn_reader;

-- Whose turn it is: whoever opened a calibration finishes it, and of what was calibrated and is newer since, HR sees to
-- it that it is calibrated again (cairn.domain.evaluation.steps.waits_for_calibration).
create function read.calibration_turns(in_cycle text, at timestamptz)
returns table (kind text, name text, version bigint, cycle text, holder text, stage text, since timestamptz, until timestamptz, awaited text, step text)
language sql stable as $$
    select 'calibration', c.name, c.version, c.cycle, c.holder, c.stage, w.since, w.until, w.awaited, w.step
    from read.calibration c
    cross join lateral (
        select 'finish' as step, c.opened_at as since, c.finish_by as until, c.opened_by as awaited
        where c.stage = 'open'
        union all
        select 'again', min(r.at), null, 'role:hr'
        from read.result_step t
        join read.result r on r.sheet = t.sheet
        where t.calibration = c.name and t.calibrated is distinct from r.number and r.cause <> 'appealed'
        having count(*) > 0) w
    where $1 is null or c.cycle = $1
$$;
