-- Goals with all their facts, the sheets they stand in, and managers' assessments.
create table read.goal (
    goal              text primary key,
    version           bigint not null,
    position          bigint not null,
    stage             text not null,
    entered           timestamptz not null,
    cycle             text not null,
    sheet             text not null,
    tier              text not null,
    owner             text not null,
    manager           text,
    department        text,
    key               text not null,
    dimension         text not null,
    title             text not null,
    measure           jsonb not null check (measure ? 'kind'),
    since             date not null,
    parent            text,
    policy            text not null,
    smart             jsonb,
    parts             jsonb not null,
    pending           jsonb,
    confirmed_manager text,
    confirmed_hr      text,
    expires_at        timestamptz,
    adjustments       jsonb not null,
    accepted          jsonb not null,
    segments          jsonb not null
);
create index goal_of_sheet on read.goal (sheet);
create index goal_of_owner on read.goal (owner, cycle);
create index goal_of_parent on read.goal (parent) where parent is not null;
create index goal_by_stage on read.goal (cycle, department, stage);
-- The inbox: who is waited for, by the stages in which somebody is.
create index goal_to_submit on read.goal (owner) where stage in ('draft', 'returned');
create index goal_with_manager on read.goal (manager) where stage in ('submitted', 'adjusting', 'in_review');
create index goal_with_committee on read.goal (stage) where tier <> 'individual' or manager is null;
create index goal_with_hr on read.goal (cycle) where stage = 'adjusting' and confirmed_hr is null;

create table read.sheet (
    sheet      text primary key,
    version    bigint not null,
    position   bigint not null,
    cycle      text not null,
    kind       text not null,
    holder     text not null,
    department text,
    family     text,
    since      date not null,
    space      numeric not null,
    used       numeric not null,
    policy     text not null
);
create index sheet_of_cycle on read.sheet (cycle, department);
create index sheet_of_holder on read.sheet (holder);

-- A goal's place in its sheet; gone when the goal is taken out.
create table read.placement (
    goal      text not null,
    sheet     text not null,
    dimension text not null,
    weight    numeric not null,
    position  bigint not null,
    primary key (goal, sheet)
);
create index placement_of_sheet on read.placement (sheet);

create table read.assessment (
    goal     text not null,
    period   text not null,
    manager  text not null,
    points   numeric not null,
    comment  text not null,
    at       timestamptz not null,
    position bigint not null,
    primary key (goal, period, manager)
);

-- A measure, or changes to one, whose numbers are numbers (read.number); an event with others is parked. The target of a
-- period may be a fraction, `100/3`.
create function read.check_measure(measure jsonb) returns jsonb language plpgsql immutable parallel safe as $$
begin
    perform read.number(part)
    from jsonb_each_text($1 || coalesce(nullif($1 -> 'targets', 'null'), '{}')) stated
    cross join lateral regexp_split_to_table(stated.value, '/') part
    where stated.key in ('baseline', 'threshold', 'target', 'stretch', 'lower', 'upper') or $1 -> 'targets' ? stated.key;
    return measure;
end $$;

-- The same, without a second look where all of them are short and plain.
create function read.checked_measure(measure jsonb) returns jsonb language sql immutable parallel safe as $$
    select case when read.is_plain($1 ->> 'target') and read.is_plain($1 ->> 'baseline')
                     and read.is_plain($1 ->> 'threshold') and read.is_plain($1 ->> 'stretch')
                     and read.is_plain($1 ->> 'lower') and read.is_plain($1 ->> 'upper')
                     and coalesce(nullif($1 -> 'targets', 'null'), '{}') = '{}'
                then $1 else read.check_measure($1) end
$$;

-- A goal's measure after one change: the one that was filed, else with other targets. As cairn.domain.goal.state.changed_measure.
create function read.changed_measure(measure jsonb, change jsonb) returns jsonb
language plpgsql immutable as $$
declare
    filed   jsonb := read.checked_measure(nullif(change -> 'measure', 'null'));
    changed jsonb := coalesce(filed, measure);
begin
    if filed is not null or changed ->> 'kind' is distinct from 'kpi' then
        return changed;
    end if;
    if change ->> 'target' is not null then
        changed := jsonb_set(changed, '{target}', change -> 'target');
    end if;
    if coalesce(nullif(change -> 'targets', 'null'), '{}') <> '{}' then
        changed := jsonb_set(changed, '{targets}', coalesce(changed -> 'targets', '{}') || (change -> 'targets'));
    end if;
    return changed;
end $$;

-- An adjustment carries over what still fits the new measure: accepted criteria that stay, check-ins of the same
-- metric. So the measure, what was accepted and where check-ins count from are one fold.

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
create function read.measure_change(type text, data jsonb, version bigint) returns jsonb
language sql immutable parallel safe as $$
    select case
        when $1 in ('GoalDrafted', 'GoalRevised') then jsonb_build_object('measure', read.checked_measure($2 -> 'measure'))
        when $1 = 'GoalAdjusted' then jsonb_build_object('after', read.checked_measure($2 -> 'after'), 'version', $3)
        when $1 = 'CriterionAccepted' then jsonb_build_object('accept',
            jsonb_build_object($2 ->> 'criterion', $2 -> 'evidence'))
    end
$$;

-- {measure, accepted, counts_from}: check-ins up to the version `counts_from` are of another metric.
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
                            else change -> 'version' end);
end $$;

-- The same after several changes in order, starting from what it was before the window (null at the goal's start).
create aggregate read.measured(before jsonb, change jsonb) (sfunc = read.next_measured, stype = jsonb);
