-- Feedback: one row an observation. What was written stays in the log.
create table read.feedback (
    name       text collate "C" primary key,
    version    bigint not null,
    cycle      text collate "C" not null,
    holder     text collate "C" not null,
    stage      text not null,
    kind       text not null,
    goal       text,
    opened_by  text not null,
    opened_at  timestamptz not null,
    entered    timestamptz not null,
    seen_at    timestamptz not null,
    answer_by  timestamptz not null,
    given_by   text,
    given_at   timestamptz,
    late       boolean,
    overdue_at timestamptz,
    action_due date,
    outcome    text
);
create index feedback_holder on read.feedback (holder, cycle);
create index feedback_cycle on read.feedback (cycle, stage);
create index feedback_opened_by on read.feedback (opened_by) where stage in ('observed', 'given');

grant select on read.feedback to cairn_writer, cairn_reader;

-- The cycle and the holder in the name of a case: <kind>-<cycle>-<holder>-<number>, in which a holder may have hyphens.
create function read.cycle_in(name text) returns text language sql immutable as $$ select split_part($1, '-', 2) $$;
create function read.holder_in(name text) returns text language sql immutable as $$
    select regexp_replace($1, '^[^-]+-[^-]+-(.+)-[^-]+$', '\1')
$$;

-- When a day is over in the time zone of a cycle (RULES K3).
create function read.day_ends(cycle text, day date) returns timestamptz language sql stable as $$
    select ($2 + 1)::timestamp at time zone coalesce(c.schedule #>> '{calendar,timezone}', 'UTC')
    from (select 1) one left join read.cycle c on c.cycle = $1
$$;

-- Whose turn it is in every open feedback of a cycle (of all cycles where it is null) at an instant, and until when:
-- cairn.domain.feedback.decide.awaited, before anybody acts for them.
create function read.feedback_turns(in_cycle text, at timestamptz)
returns table (kind text, name text, version bigint, cycle text, holder text, stage text, since timestamptz, until timestamptz, awaited text)
language sql stable as $$
    select 'feedback', f.name, f.version, f.cycle, f.holder, f.stage,
        case when d.over then d.ends else f.entered end,
        case when f.stage = 'observed' then f.answer_by else d.ends end,
        case when f.stage = 'observed' or d.over then f.opened_by else f.holder end
    from read.feedback f
    cross join lateral (
        select read.day_ends(f.cycle, f.action_due) as ends, read.day_ends(f.cycle, f.action_due) <= $2 as over) d
    where ($1 is null or f.cycle = $1)
      and (f.stage = 'observed' or (f.stage = 'given' and f.action_due is not null))
$$;
