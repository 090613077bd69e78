-- Requests to other departments: one row each. What was written stays in the log.
create table read.request (
    name       text collate "C" primary key,
    version    bigint not null,
    cycle      text collate "C" not null,
    holder     text collate "C" not null,
    department text collate "C" not null,
    stage      text not null,
    goal       text collate "C" not null,
    diagnosis  int,
    opened_by  text not null,
    opened_at  timestamptz not null,
    entered    timestamptz not null,
    answer_by  timestamptz not null,
    needed_by  date not null,
    promised   date,
    delivered  date,
    days_late  int,
    overdue_at timestamptz
);
create index request_goal on read.request (goal);
create index request_cycle on read.request (cycle, stage);

grant select on read.request to cairn_writer, cairn_reader;

-- Who answers for a person or a `department.<id>` on a day: a department's head, without one HR (RULES L2).
create function read.place_of(holder text, day date) returns text language sql stable as $$
    select case when $1 like 'department.%'
        then coalesce((select d.head from read.department d
                       join read.person h on h.id = d.head
                       where d.id = substr($1, 12) and (h.left_on is null or h.left_on > $2)), 'role:hr')
        else $1 end
$$;

-- Whose turn it is in every open request at an instant, and until when: cairn.domain.request.decide.awaited, before
-- anybody acts for them.
create function read.request_turns(in_cycle text, at timestamptz)
returns table (kind text, name text, version bigint, cycle text, holder text, stage text, since timestamptz, until timestamptz, awaited text)
language sql stable as $$
    select 'request', r.name, r.version, r.cycle, r.holder, r.stage, r.entered,
        case when r.stage = 'accepted' then read.day_ends(r.cycle, r.promised) else r.answer_by end,
        case when r.stage in ('asked', 'accepted') then read.place_of(r.holder, read.day_of(r.cycle, $2))
             else r.opened_by end
    from read.request r
    where ($1 is null or r.cycle = $1) and r.stage in ('asked', 'asked_back', 'offered', 'accepted', 'delivered')
$$;
