-- outside a transaction
-- Whose goal was urged, for an inbox that says so.
create index concurrently if not exists notice_told_urges on read.notice_told (stream, position) where type = 'GoalUrged';
