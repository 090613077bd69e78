-- Progress of each goal in each period that has something to measure, and what it is worked out from.
create table read.progress_period (
    cycle   text not null,
    key     text not null,
    ordinal int not null,
    kind    text not null,
    starts  date not null,
    ends    date not null check (ends >= starts),
    primary key (cycle, key)
);

create table read.progress_goal (
    goal     text primary key,
    position bigint not null,
    cycle    text not null,
    since    date not null,
    measure  jsonb not null check (measure ? 'kind'),
    accepted jsonb not null,
    -- A fed KPI counts the feed's readings, any other the owner's check-ins.
    metric   text generated always as (coalesce(measure ->> 'metric', 'check_in')) stored,
    subject  text generated always as (case when measure ->> 'metric' is null then goal
                                            else measure ->> 'subject' end) stored
);
create index progress_goal_of_metric on read.progress_goal (metric, subject);
create index progress_goal_of_cycle on read.progress_goal (cycle);

create table read.progress_day (
    metric   text not null,
    subject  text not null,
    day      date not null,
    position bigint not null,
    ordinal  int not null,
    value    numeric not null,
    base     numeric,
    primary key (metric, subject, day)
);

create table read.progress (
    goal       text not null,
    period     text not null,
    kind       text not null,
    starts     date not null,
    ends       date not null,
    target     numeric,
    actual     numeric,
    attainment numeric,
    done       numeric check (done between 0 and 100),
    rows       int not null,
    latest     date,
    primary key (goal, period)
);

-- Attainment in percent of an actual against a target, as cairn.domain.scoring.attainment; null where either lacks.
create function read.attainment(direction text, baseline numeric, lower numeric, upper numeric,
                                actual numeric, target numeric)
returns numeric language sql immutable parallel safe as $$
    select case
        when $5 is null then null
        when $1 = 'range' then case
            when $5 between coalesce($3, 0) and coalesce($4, 0) then 100
            when coalesce($3, 0) = coalesce($4, 0) then 0
            else greatest(0, 100 - 100 * greatest(coalesce($3, 0) - $5, $5 - coalesce($4, 0))
                                       / (coalesce($4, 0) - coalesce($3, 0))) end
        when $6 is null then null
        when $1 = 'on_off' then case when $5 >= $6 then 100 else 0 end
        when $2 <> $6 then 100 * ($5 - $2) / ($6 - $2)
        when $6 = 0 or $2 = $6 then case when case $1 when 'higher' then $5 - $6 else $6 - $5 end >= 0 then 100 else 0 end
        else 100 + 100 * case $1 when 'higher' then $5 - $6 else $6 - $5 end / abs($6)
    end
$$;

-- The year's target shared out: for sums over the periods of the kind and by the days from `since` on.
create function read.target_share(target numeric, direction text, aggregation text, kinds bigint,
                                  starts date, ends date, since date)
returns numeric language sql immutable parallel safe as $$
    select case
        when $1 is null then case when $2 = 'on_off' then 1 end
        when $3 <> 'sum' then $1
        else $1 * ($6 - greatest($5, $7) + 1) / ($4 * ($6 - $5 + 1))
    end
$$;

-- One number for a period from its days' values, as cairn.domain.reading.aggregate.
create function read.actual(aggregation text, unit text, rows bigint, total numeric, base numeric, latest numeric)
returns numeric language sql immutable parallel safe as $$
    select case $1
        when 'sum' then $4
        when 'last' then $6
        when 'mean' then $4 / $3
        when 'ratio' then $4 * case when $2 = '%' then 100 else 1 end / nullif($5, 0)
    end
$$;
