-- Whose turn it is in every open case and proposed change of a policy, of a cycle or of all, at an instant: `awaited` is
-- whose it is, `acts` who acts for them that day.
create function read.turns(in_cycle text, at timestamptz)
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
    )
    select t.*, w.acts
    from turn t
    cross join lateral (select read.turn_of(t.awaited, t.holder, read.day_of(t.cycle, $2)) as acts offset 0) w
    where w.acts is not null
    union all
    select a.*, a.awaited from read.amendment_turns($1, $2) a
$$;

-- The people who report to somebody on a day, directly (level 1) and through others, those who are here that day.
create function read.team_of(who text, day date, levels integer)
returns table (id text, manager text, level integer) language sql stable as $$
    with recursive team (id, manager, level, path) as (
        select $1, null::text, 0, array[$1]
        union all
        select c.id, t.id, t.level + 1, t.path || c.id
        from team t
        cross join lateral (
            select p.id from read.person p where p.manager = t.id
            union
            select h.person from read.person_change h where h.fields ->> 'manager' = t.id) c
        where t.level < $3 and read.manager_on(c.id, $2) = t.id and not c.id = any(t.path)
    )
    select t.id, t.manager, t.level
    from team t join read.person p on p.id = t.id
    where t.level > 0 and p.hired <= $2 and (p.left_on is null or p.left_on > $2)
$$;
create index person_change_of_manager on read.person_change ((fields ->> 'manager')) where fields ? 'manager';
