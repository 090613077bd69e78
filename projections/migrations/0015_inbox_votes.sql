-- Who of the committee has voted on a goal, or an adjustment of it, and when: one row per goal and member, the last vote's.
-- It counts while the goal has been in its stage since before it.
create table read.vote (
    goal     text not null,
    member   text not null,
    at       timestamptz not null,
    position bigint not null,
    primary key (goal, member)
);
grant select on read.vote to cairn_writer, cairn_reader;

-- Whom HR's part of a goal waits for, as cairn.domain.goal.places.held_at: where all of HR are its owner or manager, the
-- company's management confirms for HR.
create function read.hr_place(owner text, manager text, day date) returns text language sql stable as $$
    select case
        when exists (select from read.person p
                     where 'executive' = any(p.roles) and (p.left_on is null or p.left_on > $3))
         and not exists (select from read.person p
                         where 'hr' = any(p.roles) and (p.left_on is null or p.left_on > $3)
                           and p.id <> $1 and p.id is distinct from $2)
        then 'role:executive' else 'role:hr' end
$$;
