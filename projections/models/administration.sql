-- Who imported people, set targets, changed policies, ran feeds, and what else a year rests on: one row for each event.

-- name: fold
insert into act (position, kind, type, stream, version, actor, occurred_at, recorded_at, rows)
select position,
    case
        when type in ('PersonJoined', 'PersonChanged', 'PersonLeft', 'LeavingWithdrawn', 'PersonAway', 'PersonReturned',
                      'DelegateNamed', 'DepartmentNamed') then 'people'
        when type in ('TargetsProposed', 'TargetsWithdrawn') then 'targets'
        when type in ('PolicyAdopted', 'PolicyAmendmentProposed', 'PolicyAmendmentDecided', 'PolicyAmended') then 'policies'
        when type in ('ReadingsRecorded', 'FeedCompleted', 'FeedScheduled', 'FeedUnscheduled') then 'feeds'
        when type in ('WebhookRegistered', 'WebhookRemoved', 'WebhookGivenUp', 'WebhookResumed') then 'webhooks'
        when type in ('CycleLaunched', 'SheetsAdded', 'CycleClosed', 'CycleAbandoned') then 'cycles'
        when type in ('HandoverMade', 'HandoverReconciled', 'LoweringAgreed', 'LoweringDeclined') then 'pay'
        when type in ('ScoresVerified', 'EventSkipped', 'ErasureOrdered', 'PersonViewed') then 'audit'
    end,
    type, stream, version, actor, occurred_at, recorded_at,
    case when type in ('ReadingsRecorded', 'TargetsProposed', 'TargetsWithdrawn') then json_array_length(data -> 'rows') end
from read.window($1, $2, $3, $4)
where type in ('PersonJoined', 'PersonChanged', 'PersonLeft', 'LeavingWithdrawn', 'PersonAway', 'PersonReturned',
               'DelegateNamed', 'DepartmentNamed', 'TargetsProposed', 'TargetsWithdrawn', 'PolicyAdopted',
               'PolicyAmendmentProposed', 'PolicyAmendmentDecided', 'PolicyAmended', 'ReadingsRecorded', 'FeedCompleted',
               'FeedScheduled', 'FeedUnscheduled', 'CycleLaunched', 'SheetsAdded', 'CycleClosed', 'CycleAbandoned', 'HandoverMade',
               'HandoverReconciled', 'LoweringAgreed', 'LoweringDeclined', 'ScoresVerified', 'EventSkipped', 'ErasureOrdered',
               'WebhookRegistered', 'WebhookRemoved', 'WebhookGivenUp', 'WebhookResumed', 'PersonViewed')

-- One line for each kind of event that somebody recorded at one moment, in however many streams; the newest first.
-- name: acts
select kind, type, actor, occurred_at, min(recorded_at) as recorded_at, count(*)::int as events,
    count(distinct stream)::int as streams, min(stream) as stream, max(position) as position, sum(rows)::int as rows
from read.act
where ($1::text is null or kind = $1) and ($2::text is null or actor = $2)
  and ($3::timestamptz is null or occurred_at >= $3) and ($4::timestamptz is null or occurred_at < $4)
group by kind, type, actor, occurred_at
order by occurred_at desc, position desc
limit $5
