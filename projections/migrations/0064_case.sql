-- Hand-overs among the cases in which it is somebody's turn.
create or replace function read.turns(in_cycle text, at timestamptz)
returns table (kind text, name text, version bigint, cycle text, holder text, stage text, since timestamptz, until timestamptz, awaited text, step text, acts text)
language sql stable as $$
    with turn as (
        select f.*, f.stage as step from read.feedback_turns($1, $2) f
        union all
        select * from read.coaching_turns($1, $2)
        union all
        select r.*, r.stage from read.request_turns($1, $2) r
        union all
        select p.*, p.stage from read.promise_turns($1, $2) p
        union all
        select * from read.review_turns($1, $2)
        union all
        select * from read.appraisal_turns($1, $2)
        union all
        select * from read.result_turns($1, $2)
        union all
        select * from read.calibration_turns($1, $2)
        union all
        select * from read.handover_turns($1, $2)
    )
    select t.*, w.acts
    from turn t
    cross join lateral (select read.turn_of(t.awaited, t.holder, read.day_of(t.cycle, $2)) as acts offset 0) w
    where w.acts is not null
    union all
    select a.*, a.awaited from read.amendment_turns($1, $2) a
$$;
