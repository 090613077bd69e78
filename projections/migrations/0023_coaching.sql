-- Coaching plans: one row a plan, a checkpoint, a thing the company owes. What was written stays in the log.
create table read.coaching (
    name            text collate "C" primary key,
    version         bigint not null,
    cycle           text collate "C" not null,
    holder          text collate "C" not null,
    stage           text not null,
    opened_by       text not null,
    opened_at       timestamptz not null,
    gap             text not null,
    goal            text,
    ends            date not null,
    extended        integer not null,
    mentor          text collate "C",
    mentor_asked_at timestamptz,
    mentor_by       date,
    mentor_read     boolean not null,
    holder_read     boolean not null,
    asked_at        timestamptz,
    answer_by       date,
    agreed_at       timestamptz,
    objected        boolean not null,
    objected_at     timestamptz,
    decide_by       date,
    started_at      timestamptz,
    outcome         text,
    concluded_by    text,
    concluded_at    timestamptz,
    statement_by    date,
    stated          boolean not null
);
create index coaching_holder on read.coaching (holder, cycle);
create index coaching_cycle on read.coaching (cycle, stage);
create index coaching_mentor on read.coaching (mentor) where mentor is not null;

create table read.coaching_checkpoint (
    name        text collate "C" not null,
    number      integer not null,
    until       date not null,
    set_at      timestamptz not null,
    reported_at timestamptz,
    missed_at   timestamptz,
    outcome     text,
    judged_by   text,
    primary key (name, number)
);

create table read.coaching_support (
    name        text collate "C" not null,
    number      integer not null,
    kind        text not null,
    until       date not null,
    promised_at timestamptz not null,
    outcome     text,
    held_on     date,
    recorded_by text,
    overdue_at  timestamptz,
    replaced    boolean not null,
    primary key (name, number)
);

grant select on read.coaching, read.coaching_checkpoint, read.coaching_support to cairn_writer, cairn_reader;

-- As cairn.domain.calendar.is_working_day, by the calendar of a cycle.
create function read.is_working_day(cycle text, day date) returns boolean language sql stable as $$
    select coalesce((
        select c.schedule #> '{calendar,worked}' ? $2::text
            or not (c.schedule #> '{calendar,holidays}' ? $2::text
                    or c.schedule #> '{calendar,weekend}' @> to_jsonb(extract(isodow from $2)::int))
        from read.cycle c where c.cycle = $1), true)
$$;

-- As cairn.domain.calendar.add_working_days, forward.
create function read.add_working_days(cycle text, day date, n integer) returns date language plpgsql stable as $$
declare
    found date := day;
    left_over integer := n;
begin
    for step in 1 .. 1000 loop
        exit when left_over <= 0;
        found := found + 1;
        if read.is_working_day(cycle, found) then
            left_over := left_over - 1;
        end if;
    end loop;
    return found;
end
$$;

-- As CaseContext.after_leave: null while nobody knows when somebody is back.
create function read.after_leave(cycle text, who text, day date) returns date language plpgsql stable as $$
begin
    if not read.is_away(who, day) then
        return day;
    end if;
    for step in 1 .. 800 loop
        if read.is_working_day(cycle, day + step) and not read.is_away(who, day + step) then
            return day + step;
        end if;
    end loop;
    return null;
end
$$;

-- As cairn.domain.coaching.dates.window: the whole window in working days after coming back from leave.
create function read.window_after_leave(cycle text, who text, asked timestamptz, day date)
returns date language sql stable as $$
    select case when b.back is null or b.back = $4 then b.back
        else read.add_working_days($1, b.back, (
            select count(*)::int from generate_series(read.day_of($1, $3) + 1, $4, interval '1 day') d
            where read.is_working_day($1, d::date))) end
    from (select read.after_leave($1, $2, $4) as back) b
$$;

-- Whose turn each step of every open plan is at an instant, and until when: cairn.domain.coaching.dates.steps, before
-- anybody acts for them. `step` says what is to be done.
create function read.coaching_turns(in_cycle text, at timestamptz)
returns table (kind text, name text, version bigint, cycle text, holder text, stage text, since timestamptz, until timestamptz, awaited text, step text)
language sql stable as $$
    with plan as (
        select c.*, d.today, coalesce(read.manager_on(c.holder, d.today), 'role:hr') as above,
            (select p.id from read.person p
             where p.id = c.mentor and (p.left_on is null or p.left_on > d.today)) as helping
        from read.coaching c
        cross join lateral (select read.day_of(c.cycle, $2) as today offset 0) d
        where ($1 is null or c.cycle = $1) and c.stage in ('proposed', 'objected', 'running', 'statement')
    ),
    step (name, step, since, day, who, after) as (
        select p.name, 'answer', p.asked_at, read.window_after_leave(p.cycle, p.holder, p.asked_at, p.answer_by), p.holder, p.above
        from plan p where p.stage = 'proposed'
        union all
        select p.name, 'decision', p.objected_at, p.decide_by, p.above, p.above
        from plan p where p.stage = 'objected'
        union all
        select p.name, 'mentor', p.mentor_asked_at, p.mentor_by, p.helping, p.helping
        from plan p where p.stage <> 'statement' and not p.mentor_read and p.mentor_asked_at is not null
        union all
        select p.name, case when k.reported_at is null then 'checkpoint' else 'judge' end,
            greatest(k.set_at, p.started_at), read.after_leave(p.cycle, p.holder, k.until),
            case when k.reported_at is null then p.holder else p.above end, p.above
        from plan p join read.coaching_checkpoint k on k.name = p.name
        where p.stage = 'running' and k.outcome is null
        union all
        select p.name, s.kind, greatest(s.promised_at, p.started_at), read.after_leave(p.cycle, p.holder, s.until), w.who, w.who
        from plan p join read.coaching_support s on s.name = p.name
        cross join lateral (
            select case when s.kind = 'session' then coalesce(p.helping, p.above) else p.above end as who) w
        where p.stage = 'running' and s.outcome is null and not s.replaced
        union all
        select p.name, 'end', p.started_at, read.after_leave(p.cycle, p.holder, p.ends),
            case when not exists (select from read.coaching_checkpoint k where k.name = p.name and k.outcome is null)
                  and not exists (select from read.coaching_support s
                                  where s.name = p.name and s.outcome is null and not s.replaced) then p.above end,
            p.above
        from plan p where p.stage = 'running'
        union all
        select p.name, 'statement', p.concluded_at,
            read.window_after_leave(p.cycle, p.holder, p.concluded_at, p.statement_by), p.holder, p.holder
        from plan p where p.stage = 'statement'
    )
    select 'coaching', p.name, p.version, p.cycle, p.holder, p.stage,
        case when e.over and s.who is distinct from s.after then e.ends else s.since end, e.ends, w.awaited,
        case when s.step = 'checkpoint' and e.over then 'judge' else s.step end
    from plan p
    join step s on s.name = p.name
    cross join lateral (select x.ends, coalesce(x.ends <= $2, false) as over
                        from (select read.day_ends(p.cycle, s.day) as ends offset 0) x) e
    cross join lateral (select case when e.over then s.after else s.who end as awaited) w
    where w.awaited is not null and not (w.awaited = p.holder and read.is_away(p.holder, p.today))
$$;
