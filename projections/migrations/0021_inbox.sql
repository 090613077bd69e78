-- A cycle's day at a moment, by its calendar; without a moment it is the cycle's present one.
create function read.day_of(cycle text, at timestamptz) returns date language sql stable as $$
    select (coalesce($2, now() + make_interval(secs => coalesce(c.clock_offset, 0)))
        at time zone coalesce(c.schedule #>> '{calendar,timezone}', 'UTC'))::date
    from (select 1) one left join read.cycle c on c.cycle = $1
$$;

-- As before; a head who has left holds the place no more (RULES L2).
create or replace function read.held(tier text, owner text, department text, segments jsonb, cycle text, at timestamptz)
returns table (owner text, manager text) language sql stable as $$
    select case when $1 = 'department' and d.id is not null
                then case when h.left_on <= m.day then '' else coalesce(d.head, '') end
                else $2 end,
        (select s.value ->> 'manager'
         from jsonb_array_elements($4) with ordinality s(value, number)
         where s.number = 1 or (s.value ->> 'since')::date <= m.day
         order by s.number desc limit 1)
    from (select read.day_of($5, $6) as day) m
    left join read.department d on d.id = $3
    left join read.person h on h.id = d.head
$$;

-- Who does a task that waits for somebody: they themselves, or whoever stands in for them that day. Nobody stands in for
-- the owner of a person's goal, nor for a role.
create function read.done_by(tier text, act text, awaited text, cycle text, at timestamptz)
returns text language sql stable as $$
    select case when $3 like 'role:%' or $1 = 'strategic' or ($1 = 'individual' and $2 = 'submit') then $3
                else read.acting_for($3, read.day_of($4, $5)) end
$$;
