-- What feeds cover and what waits for them. Whom a statement is about is cairn.domain.coverage's to say.

-- Scores, by goal and period, with what says whom they are of and which days count.
-- name: of_scores
select g.goal, a.period, g.measure ->> 'metric' as metric, g.measure ->> 'subject' as subject, s.holder, s.family,
    g.department, greatest(p.starts, g.since, (g.measure ->> 'since')::date) as starts, p.ends,
    p.scored_at as due, coalesce(o.feeds, m.feeds, '{}') as brought_by
from unnest($1::text[], $2::text[]) a(goal, period)
join read.goal g on g.goal = a.goal
join read.sheet s on s.sheet = g.sheet
join read.period p on p.cycle = g.cycle and p.key = a.period
left join lateral (select array_agg(distinct r.feed) as feeds from read.reading r
                   where r.metric = g.measure ->> 'metric' and r.subject = g.measure ->> 'subject') o on true
left join lateral (select array_agg(f.feed) as feeds from read.feed_metric f where f.metric = g.measure ->> 'metric') m
    on true
where g.measure ->> 'metric' is not null
order by due, g.goal

-- Scores of computed goals, each with those of the goals that serve it which are not there either. The others have
-- theirs, or none is due of them.
-- name: of_computed
select g.goal, a.period, p.scored_at as due, g.measure -> 'computed' = '"children"' as of_children,
    array(select c.goal from read.goal c
          join unnest($1::text[], $2::text[]) other(goal, period) on other.goal = c.goal and other.period = a.period
          where c.parent = g.goal order by c.goal) as awaited
from unnest($1::text[], $2::text[]) a(goal, period)
join read.goal g on g.goal = a.goal
join read.period p on p.cycle = g.cycle and p.key = a.period
where g.measure -> 'computed' is not null
order by due, g.goal

-- Feeds that are parked before events that name one of these metrics.
-- name: unread
select distinct m.metric, substr(k.stream, 6) as feed
from unnest($1::text[]) m(metric)
cross join (select p.stream, ledger.key_at(p.position) as key from read.parked p
            where p.projection = 'reading' and p.stream like 'feed-%' offset 0) k
join ledger.event e on e.stream = k.stream and (e.epoch, e.xid, e.id) >= ((k.key).epoch, (k.key).xid, (k.key).id)
where position(to_json(m.metric)::text in e.data::text) > 0

-- name: statements
select distinct on (s.feed) s.position, s.data as said,
    array(select m.metric from read.feed_metric m where m.feed = s.feed order by m.metric) as brought
from read.feed_statement s
order by s.feed, s.position desc

-- Goals that run, by the metrics that feeds bring.
-- name: of_metrics
select distinct g.measure ->> 'metric' as metric, g.measure ->> 'subject' as subject, s.holder, s.family, g.department
from read.goal g
join read.sheet s on s.sheet = g.sheet
where g.measure ->> 'metric' = any ($1::text[])
  and g.stage not in ('scored', 'closed', 'cancelled', 'superseded')
order by metric, subject
