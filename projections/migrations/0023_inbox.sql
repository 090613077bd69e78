-- As cairn.domain.person_history.delegated_to: whom somebody named for a day, where they are at work.
create function read.delegated_to(who text, day date) returns text language sql stable as $$
    select d.id
    from read.person d
    where d.id = read.delegate_on($1, $2) and (d.left_on is null or d.left_on > $2) and not read.is_away(d.id, $2)
$$;

-- As before; the owner of a person's goal or the company's has a stand-in only where they named one.
create or replace function read.done_by(tier text, act text, awaited text, cycle text, at timestamptz)
returns text language sql stable as $$
    select case
        when $3 like 'role:%' then $3
        when $1 = 'strategic' or ($1 = 'individual' and $2 = 'submit')
            then coalesce(read.delegated_to($3, read.day_of($4, $5)), $3)
        else read.acting_for($3, read.day_of($4, $5)) end
$$;
