-- What was accepted of a capability goal's outcomes stays with those that stay, as a key task's criteria do. As
-- cairn.domain.goal.state._still_accepted.
create or replace function read.still_accepted(accepted jsonb, before jsonb, after jsonb) returns jsonb
language sql immutable as $$
    select case when $2 ->> 'kind' = $3 ->> 'kind' and $2 ->> 'kind' in ('key_task', 'capability') then
        coalesce((select jsonb_object_agg(a.key, a.value) from jsonb_each($1) a
                  where coalesce($2 -> 'criteria', $2 -> 'outcomes') -> (a.key::int - 1)
                      = coalesce($3 -> 'criteria', $3 -> 'outcomes') -> (a.key::int - 1)),
                 '{}')
        else '{}' end
$$;
