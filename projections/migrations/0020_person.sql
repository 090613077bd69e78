-- What is decided for a later day: `fields` are those that change, with their values; it counts from `since` on.
create table read.person_change (
    person   text not null,
    version  bigint not null,
    position bigint not null,
    since    date not null,
    fields   jsonb not null,
    primary key (person, version)
);

-- Long leave (`away`), the first day back from it (`returned`), and who does the tasks (`delegate`), as they were said.
create table read.person_leave (
    person   text not null,
    version  bigint not null,
    position bigint not null,
    kind     text not null,
    first    date not null,
    last     date,
    delegate text,
    primary key (person, version)
);
create index person_leave_of_delegate on read.person_leave (delegate) where delegate is not null;
grant select on read.person_change, read.person_leave to cairn_writer, cairn_reader;

-- As cairn.domain.person_history.PersonHistory.is_away.
create function read.is_away(who text, day date) returns boolean language sql stable as $$
    select exists (
        select from read.person_leave a
        where a.person = $1 and a.kind = 'away' and a.first <= $2 and coalesce(a.last, $2) >= $2
          and not exists (select from read.person_leave b
                          where b.person = $1 and b.kind = 'away' and b.first = a.first and b.version > a.version)
          and not exists (select from read.person_leave r
                          where r.person = $1 and r.kind = 'returned' and r.version > a.version and r.first <= $2))
$$;

-- As PersonHistory.delegate_on: what was said last counts.
create function read.delegate_on(who text, day date) returns text language sql stable as $$
    select delegate from read.person_leave
    where person = $1 and kind = 'delegate' and first <= $2 and coalesce(last, $2) >= $2
    order by version desc limit 1
$$;

create function read.manager_on(who text, day date) returns text language sql stable as $$
    select coalesce(
        (select fields ->> 'manager' from read.person_change
         where person = $1 and since <= $2 and fields ? 'manager' order by since desc, version desc limit 1),
        (select manager from read.person where id = $1))
$$;

-- As cairn.domain.person_history.acting_for, with `role:hr` where nobody is there.
create function read.acting_for(who text, day date) returns text language plpgsql stable as $$
declare
    one text := who;
    other text;
    left_on date;
    known boolean;
begin
    for step in 1..50 loop
        select true, p.left_on into known, left_on from read.person p where p.id = one;
        if known is null then
            return case when step = 1 then who else 'role:hr' end;
        end if;
        other := read.delegate_on(one, day);
        if other is not null and not read.is_away(other, day)
           and exists (select from read.person p where p.id = other and (p.left_on is null or p.left_on > day)) then
            return other;
        end if;
        if (left_on is null or left_on > day) and not read.is_away(one, day) then
            return one;
        end if;
        one := read.manager_on(one, day);
        known := null;
        if one is null then
            return 'role:hr';
        end if;
    end loop;
    return 'role:hr';
end
$$;
