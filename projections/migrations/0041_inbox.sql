-- As 0023_inbox.sql; what waits for a goal's manager never passes to its owner.
create function read.done_by(tier text, act text, awaited text, owner text, cycle text, at timestamptz)
returns text language sql stable as $$
    select case
        when $3 like 'role:%' then $3
        when $1 = 'strategic' or ($1 = 'individual' and $2 = 'submit')
            then coalesce(read.delegated_to($3, read.day_of($5, $6)), $3)
        else read.acting_for($3, read.day_of($5, $6), case when $3 = $4 then '' else coalesce($4, '') end) end
$$;
