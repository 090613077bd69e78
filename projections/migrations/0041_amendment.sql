-- Changes of a cycle's policy: one row each, with who of the committee has voted on it. What was said stays in the log.
create table read.amendment (
    cycle       text collate "C" not null,
    amendment   text collate "C" not null,
    version     bigint not null,
    stage       text not null,
    before      text not null,
    after       text not null,
    proposed_by text collate "C" not null,
    proposed_at timestamptz not null,
    entered     timestamptz not null,
    voted       text[] not null,
    primary key (cycle, amendment)
);
grant select on read.amendment to cairn_writer, cairn_reader;

-- Whom a proposed change waits for: each member of the committee and of the company's management who has not voted on it
-- and did not propose it (cairn.domain.amendment.decide.vote), then HR to put it in force. A vote is nobody else's.
create function read.amendment_turns(in_cycle text, at timestamptz)
returns table (kind text, name text, version bigint, cycle text, holder text, stage text, since timestamptz, until timestamptz, awaited text, step text)
language sql stable as $$
    select 'amendment', a.amendment, a.version, a.cycle, 'company', a.stage, a.entered, null::timestamptz, w.awaited, w.step
    from read.amendment a
    join read.cycle c on c.cycle = a.cycle and c.stage not in ('closed', 'abandoned')
    cross join lateral (
        select p.id as awaited, 'vote' as step from read.person p
        where a.stage = 'proposed' and p.roles && array['committee', 'executive'] and p.id <> a.proposed_by
          and not p.id = any(a.voted) and (p.left_on is null or p.left_on > read.day_of(a.cycle, $2))
        union all
        select 'role:hr', 'enact' where a.stage = 'decided') w
    where $1 is null or a.cycle = $1
$$;
