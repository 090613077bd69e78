-- Readings that come late find the goals they count for.
create index goal_of_metric on read.goal ((measure ->> 'metric'), (measure ->> 'subject'));
