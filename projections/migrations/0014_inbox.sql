-- Who has to confirm what the owner of a goal reported, since when, as cairn.domain.goal.reporting: whoever judges it. In
-- cycles whose policy trusts reports (`trusting`) nobody has.
create function read.awaited_reports(goal text, stage text, tier text, manager text, cycle text, trusting text[])
returns table (act text, awaited text, since timestamptz) language sql stable as $$
    select 'confirm_check_ins',
        case when $3 = 'individual' then coalesce($4, 'role:committee') else 'role:committee' end, min(c.at)
    from read.check_in c
    where c.goal = $1 and c.waits and $2 in ('approved', 'active', 'adjusting', 'in_review') and $5 <> all ($6)
    having count(*) > 0
$$;
