-- Whom a goal waits for and for what, as cairn.domain.goal.status.awaited: a person's id, role:hr or role:committee.
create function read.awaited(stage text, tier text, owner text, manager text, kind text,
                             confirmed_manager text, confirmed_hr text, assessed boolean)
returns table (act text, awaited text) language sql immutable as $$
    select w.act, w.awaited
    from (select case when $2 = 'individual' then coalesce($4, 'role:committee') else 'role:committee' end as judge) j
    cross join lateral (values
        ('submit', $3, $1 in ('draft', 'returned')),
        ('approve', j.judge, $1 = 'submitted'),
        ('confirm_manager', j.judge, $1 = 'adjusting' and $6 is null),
        ('confirm_hr', 'role:hr', $1 = 'adjusting' and $7 is null),
        ('assess', j.judge, $1 = 'in_review' and $5 <> 'kpi' and not $8)) w(act, awaited, so)
    where w.so
$$;

-- Until when: the cycle's date for the act, or when the adjustment expires.
create function read.awaited_until(act text, drafts_due timestamptz, approvals_due timestamptz,
                                   scores_due timestamptz, expires_at timestamptz)
returns timestamptz language sql immutable as $$
    select case $1 when 'submit' then $2 when 'approve' then $3 when 'assess' then $4 else $5 end
$$;
