-- Who holds a goal's places at a moment, as cairn.domain.goal.places.held_at: the manager's by segments, a department's
-- by its head (empty while it has none). Days are those of the cycle's calendar; without a moment it is the cycle's
-- present one.
create function read.held(tier text, owner text, department text, segments jsonb, cycle text, at timestamptz)
returns table (owner text, manager text) language sql stable as $$
    select case when $1 = 'department' and d.id is not null then coalesce(d.head, '') else $2 end,
        (select s.value ->> 'manager'
         from jsonb_array_elements($4) with ordinality s(value, number)
         where s.number = 1 or (s.value ->> 'since')::date <= m.day
         order by s.number desc limit 1)
    from (select 1) one
    left join read.cycle c on c.cycle = $5
    left join read.department d on d.id = $3
    cross join lateral (
        select (coalesce($6, now() + make_interval(secs => coalesce(c.clock_offset, 0)))
            at time zone coalesce(c.schedule #>> '{calendar,timezone}', 'UTC'))::date as day) m
$$;

-- Goals that have passed or will pass to another manager.
create index goal_with_former on read.goal using gin (segments jsonb_path_ops)
    where jsonb_array_length(segments) > 1;
