-- An adjustment carries over what still fits the new measure: accepted criteria that stay, check-ins of the same
-- metric. So the measure, what was accepted and where check-ins count from are one fold.
drop aggregate read.measured(jsonb, jsonb);
drop function read.next_measure(jsonb, jsonb, jsonb);
drop function read.measure_change(text, jsonb);

-- As cairn.domain.goal.state._still_accepted.
create function read.still_accepted(accepted jsonb, before jsonb, after jsonb) returns jsonb
language sql immutable as $$
    select case when $2 ->> 'kind' = 'key_task' and $3 ->> 'kind' = 'key_task' then
        coalesce((select jsonb_object_agg(a.key, a.value) from jsonb_each($1) a
                  where $2 #> array['criteria', (a.key::int - 1)::text] = $3 #> array['criteria', (a.key::int - 1)::text]),
                 '{}')
        else '{}' end
$$;

-- As cairn.domain.goal.state.same_metric.
create function read.same_metric(before jsonb, after jsonb) returns boolean language sql immutable as $$
    select $1 ->> 'kind' = $2 ->> 'kind' and ($1 ->> 'kind' <> 'kpi'
        or ($1 ->> 'metric', $1 ->> 'subject', $1 ->> 'unit', $1 ->> 'aggregation', $1 ->> 'direction')
           is not distinct from
           ($2 ->> 'metric', $2 ->> 'subject', $2 ->> 'unit', $2 ->> 'aggregation', $2 ->> 'direction'))
$$;

-- What an event says of its goal's measure: a new one, changes, or an accepted criterion; null where nothing.
create function read.measure_change(type text, data jsonb, "position" bigint) returns jsonb
language sql immutable parallel safe as $$
    select case
        when $1 in ('GoalDrafted', 'GoalRevised') then jsonb_build_object('measure', $2 -> 'measure')
        when $1 = 'GoalAdjusted' then jsonb_build_object('after', $2 -> 'after', 'position', $3)
        when $1 = 'CriterionAccepted' then jsonb_build_object('accept',
            jsonb_build_object($2 ->> 'criterion', $2 -> 'evidence'))
    end
$$;

-- {measure, accepted, counts_from}: check-ins from positions up to `counts_from` are of another metric.
create function read.next_measured(state jsonb, before jsonb, change jsonb) returns jsonb
language plpgsql immutable as $$
declare
    now_at  jsonb := coalesce(state, before, '{}');
    measure jsonb := now_at -> 'measure';
    changed jsonb;
begin
    if change ? 'accept' then
        return jsonb_set(now_at, '{accepted}', coalesce(now_at -> 'accepted', '{}') || (change -> 'accept'));
    elsif change ? 'measure' then
        return jsonb_set(now_at, '{measure}', change -> 'measure');
    end if;
    changed := read.changed_measure(measure, change -> 'after');
    return now_at || jsonb_build_object(
        'measure', changed,
        'accepted', read.still_accepted(coalesce(now_at -> 'accepted', '{}'), measure, changed),
        'counts_from', case when read.same_metric(measure, changed) then now_at -> 'counts_from'
                            else change -> 'position' end);
end $$;

-- The same after several changes in order, starting from what it was before the window (null at the goal's start).
create aggregate read.measured(before jsonb, change jsonb) (sfunc = read.next_measured, stype = jsonb);

alter table read.progress_goal add counts_from bigint not null default 0;
