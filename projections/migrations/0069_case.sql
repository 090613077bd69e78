-- As 0042_case.sql; what was agreed waits for whoever told it until they say what became of it, for nobody else can.
create or replace function read.feedback_turns(in_cycle text, at timestamptz)
returns table (kind text, name text, version bigint, cycle text, holder text, stage text, since timestamptz, until timestamptz, awaited text)
language sql stable as $$
    select 'feedback', f.name, f.version, f.cycle, f.holder, f.stage, f.entered,
        case when f.stage = 'observed' then read.feedback_due(f.cycle, f.holder, f.seen_at, f.answer_by) else d.ends end,
        f.opened_by
    from read.feedback f
    cross join lateral (
        select read.day_ends(f.cycle, coalesce(read.after_leave(f.cycle, f.holder, f.action_due), f.action_due)) as ends
        where f.action_due is not null
        union all
        select null where f.action_due is null) d
    where ($1 is null or f.cycle = $1)
      and (f.stage = 'observed' or (f.stage = 'given' and f.action_due is not null))
$$;
