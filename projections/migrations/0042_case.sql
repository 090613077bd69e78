-- As cairn.domain.case.context.CaseContext.acting: what its holder has to say in a case nobody says for them, so that it
-- is nobody's (null) while they are not at work.
create function read.turn_of(awaited text, holder text, day date) returns text language sql stable as $$
    select case
        when $1 like 'role:%' then $1
        when $1 <> $2 then read.acting_for($1, $3, $2)
        when exists (select from read.person p where p.id = $2 and p.left_on <= $3) or read.is_away($2, $3) then null
        else $1 end
$$;

-- When feedback is due: cairn.domain.feedback.decide.answer_by. While its person is on leave that day it has its working
-- days anew from their return on; null while nobody knows when that is.
create function read.feedback_due(cycle text, holder text, seen_at timestamptz, answer_by timestamptz)
returns timestamptz language sql stable as $$
    select case when b.back = d.due then $4 when b.back is not null then read.day_ends($1, read.add_working_days($1, b.back, (
            select count(*)::int from generate_series(d.seen + 1, d.due, interval '1 day') g
            where read.is_working_day($1, g::date)) - case when read.is_working_day($1, d.seen) then 0 else 1 end) - 1) end
    from (select read.day_of($1, $3) as seen, read.day_of($1, $4) as due offset 0) d
    cross join lateral (select read.after_leave($1, $2, d.due) as back offset 0) b
$$;

-- As 0030_feedback.sql; a day that falls into the person's leave is moved behind it.
create or replace function read.feedback_turns(in_cycle text, at timestamptz)
returns table (kind text, name text, version bigint, cycle text, holder text, stage text, since timestamptz, until timestamptz, awaited text)
language sql stable as $$
    select 'feedback', f.name, f.version, f.cycle, f.holder, f.stage,
        case when d.over then d.ends else f.entered end,
        case when f.stage = 'observed' then read.feedback_due(f.cycle, f.holder, f.seen_at, f.answer_by) else d.ends end,
        case when f.stage = 'observed' or d.over then f.opened_by else f.holder end
    from read.feedback f
    cross join lateral (
        select x.ends, x.ends <= $2 as over
        from (select read.day_ends(f.cycle, coalesce(read.after_leave(f.cycle, f.holder, f.action_due), f.action_due)) as ends
              where f.action_due is not null offset 0) x
        union all
        select null, null where f.action_due is null) d
    where ($1 is null or f.cycle = $1)
      and (f.stage = 'observed' or (f.stage = 'given' and f.action_due is not null))
$$;
