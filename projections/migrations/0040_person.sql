-- As cairn.domain.person_history.acting_for, with `role:hr` where nobody is there. `but` is passed over, as delegate and
-- further up: nobody judges what is about themselves.
create function read.acting_for(who text, day date, but text) returns text language plpgsql stable as $$
declare
    one text := who;
    other text;
    left_on date;
    known boolean;
begin
    for step in 1..50 loop
        known := null;
        select true, p.left_on into known, left_on from read.person p where p.id = one;
        if known is null then
            return case when step = 1 then who else 'role:hr' end;
        end if;
        other := read.delegate_on(one, day);
        if other <> but and not read.is_away(other, day)
           and exists (select from read.person p where p.id = other and (p.left_on is null or p.left_on > day)) then
            return other;
        end if;
        if one <> but and (left_on is null or left_on > day) and not read.is_away(one, day) then
            return one;
        end if;
        one := read.manager_on(one, day);
        if one is null then
            return 'role:hr';
        end if;
    end loop;
    return 'role:hr';
end
$$;

create or replace function read.acting_for(who text, day date) returns text language sql stable as $$
    select read.acting_for($1, $2, '')
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
