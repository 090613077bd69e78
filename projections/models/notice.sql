-- Who is to be told of what: the events that tell somebody, and where each names whom. Places are as they were held when
-- it happened: the same log gives the same notices, whenever and in whatever pages it is read.

-- name: fold
with event as materialized (
    select position, stream, version, type, actor, occurred_at, data::jsonb as data
    from read.window($1, $2, $3, $4)
    where type in ('ReminderSent', 'DeadlineMissed', 'GoalSubmitted', 'GoalReturned', 'GoalApproved', 'GoalUrged', 'GoalSteppedBack', 'AdjustmentRequested',
                   'GoalAdjusted', 'AdjustmentDeclined', 'AdjustmentExpired', 'CheckInsConfirmed', 'GoalAssessed',
                   'ManagerChanged', 'ResultIssued', 'RestatementProposed', 'RestatementDecided',
                   'CaseReminded', 'CaseEscalated', 'FeedbackGiven', 'FeedbackOverdue', 'FeedbackAnswered',
                   'FeedbackFollowedUp', 'CoachingOpened', 'AgreementAsked', 'CoachingRead', 'CoachingAgreed', 'CoachingObjected',
                   'CoachingWentOn', 'CoachingCommented', 'CheckpointSet', 'CheckpointReported', 'CheckpointMissed',
                   'CheckpointJudged', 'CheckpointMoved', 'SupportPromised', 'SupportRecorded', 'SupportOverdue',
                   'MentorNamed', 'MentorLeft', 'CoachingExtended', 'CoachingConcluded', 'CoachingStated',
                   'StatementLapsed', 'CoachingLapsed', 'CoachingCancelled',
                   'GoalDiagnosed', 'DiagnosisClosed', 'RequestOpened', 'RequestAccepted', 'RequestOffered', 'RequestAgreed', 'RequestAskedBack', 'RequestReplied', 'RequestDeclined', 'RequestDelivered',
                   'RequestIncomplete', 'RequestReceived', 'RequestWithdrawn', 'RequestOverdue',
                   'PromiseMade', 'PromiseKept', 'PromiseContested', 'PromiseReleased', 'PromiseOverdue',
                   'ReviewAsked', 'ReviewReported', 'ReviewCommented', 'ReviewReturned', 'ReviewReopened', 'ReviewWidened',
                   'ResultShown', 'InterviewRecorded', 'InterviewMissed', 'ResultAcknowledged', 'ResultNotAcknowledged',
                   'ResultWentOn', 'ResultAppealed', 'AppealWithdrawn', 'AppealOverdue', 'AppealDecided',
                   'CalibrationOverdue', 'LoweringProposed', 'LoweringDeclined', 'MessageNotTaken', 'WebhookGivenUp',
                   'ReviewWentOn', 'ReviewOverdue', 'GoalCancelled', 'GoalSuperseded', 'GoalPaused', 'GoalResumed', 'GoalRevised',
                   'GoalInterviewHeld', 'CriterionAccepted', 'CommitteeDecided', 'AdjustmentWithdrawn', 'CheckInWithdrawn',
                   'EvidenceWaived', 'GoalPlaced', 'GoalWeighted', 'DimensionWaived', 'SheetOpened', 'SheetExtended',
                   'SheetScored', 'IncidentRecorded', 'IncidentWithdrawn', 'WorkEvaluated', 'EvaluationWithdrawn', 'DelegateNamed',
                   'PolicyAmendmentProposed', 'PolicyAmendmentDecided', 'PolicyAmended', 'CycleAbandoned',
                   'AppraisalOpened', 'AppraisalScored', 'AppraisalWentOn')
),
tells (type, whom) as (
    values ('ReminderSent', 'to'), ('DeadlineMissed', 'to'), ('CaseReminded', 'to'), ('CaseEscalated', 'to'),
        ('FeedbackOverdue', 'to'),
        ('GoalUrged', 'to'), ('GoalSteppedBack', 'owner'), ('GoalSteppedBack', 'manager'),
        ('GoalSubmitted', 'manager'), ('AdjustmentRequested', 'manager'), ('AdjustmentRequested', 'hr'),
        ('GoalReturned', 'owner'), ('GoalApproved', 'owner'), ('GoalAdjusted', 'owner'),
        ('AdjustmentDeclined', 'owner'), ('AdjustmentExpired', 'owner'), ('CheckInsConfirmed', 'owner'),
        ('GoalAssessed', 'owner'), ('ManagerChanged', 'owner'), ('ManagerChanged', 'new_manager'),
        ('ResultIssued', 'sheet_holder'), ('RestatementProposed', 'sheet_holder'), ('RestatementDecided', 'sheet_holder'),
        ('FeedbackGiven', 'holder'), ('FeedbackAnswered', 'opener'), ('FeedbackFollowedUp', 'holder'),
        ('CoachingOpened', 'mentor'), ('AgreementAsked', 'holder'), ('CoachingRead', 'opener'), ('CoachingAgreed', 'opener'),
        ('CoachingAgreed', 'mentor'), ('CoachingObjected', 'opener'), ('CoachingWentOn', 'holder'), ('CoachingWentOn', 'mentor'),
        ('CoachingCommented', 'opener'), ('CheckpointSet', 'holder'), ('CheckpointReported', 'opener'), ('CheckpointMissed', 'to'),
        ('CheckpointJudged', 'holder'), ('CheckpointJudged', 'mentor'), ('CheckpointMoved', 'holder'), ('CheckpointMoved', 'mentor'),
        ('SupportPromised', 'holder'), ('SupportRecorded', 'holder'), ('SupportRecorded', 'opener'), ('SupportOverdue', 'to'),
        ('MentorNamed', 'holder'), ('MentorNamed', 'mentor'), ('MentorNamed', 'former_mentor'), ('MentorLeft', 'to'), ('CoachingExtended', 'holder'),
        ('CoachingExtended', 'mentor'), ('CoachingConcluded', 'holder'), ('CoachingConcluded', 'mentor'), ('CoachingConcluded', 'hr'),
        ('CoachingStated', 'opener'), ('CoachingStated', 'hr'), ('StatementLapsed', 'opener'), ('CoachingLapsed', 'opener'),
        ('CoachingLapsed', 'mentor'), ('CoachingCancelled', 'holder'), ('CoachingCancelled', 'mentor'),
        ('GoalDiagnosed', 'owner'), ('GoalDiagnosed', 'manager'), ('DiagnosisClosed', 'owner'),
        ('RequestOverdue', 'to'), ('RequestOpened', 'holder'), ('RequestAgreed', 'holder'), ('RequestReplied', 'holder'),
        ('RequestIncomplete', 'holder'), ('RequestReceived', 'holder'), ('RequestWithdrawn', 'holder'),
        ('RequestAccepted', 'asker'), ('RequestOffered', 'asker'), ('RequestAskedBack', 'asker'),
        ('RequestDeclined', 'asker'), ('RequestDelivered', 'asker'),
        ('PromiseOverdue', 'to'), ('PromiseMade', 'holder'), ('PromiseMade', 'promiser'), ('PromiseKept', 'holder'),
        ('PromiseKept', 'promiser'), ('PromiseContested', 'promiser'), ('PromiseReleased', 'promiser'),
        ('ReviewAsked', 'holder'), ('ReviewAsked', 'holders_manager'), ('ReviewReported', 'holder'),
        ('ReviewReported', 'holders_manager'), ('ReviewCommented', 'holder'), ('ReviewReturned', 'holder'),
        ('ReviewReopened', 'holder'), ('ReviewReopened', 'holders_manager'), ('ReviewWidened', 'to'),
        ('ReviewWentOn', 'holder'), ('ReviewWentOn', 'holders_manager'), ('ReviewOverdue', 'to'),
        ('AppraisalOpened', 'holder'), ('AppraisalOpened', 'holders_manager'), ('AppraisalScored', 'holder'),
        ('AppraisalScored', 'holders_manager'), ('AppraisalWentOn', 'holder'), ('AppraisalWentOn', 'holders_manager'),
        ('ResultShown', 'holder'), ('ResultShown', 'holders_manager'), ('InterviewRecorded', 'holder'),
        ('InterviewMissed', 'to'), ('ResultAcknowledged', 'holders_manager'), ('ResultAcknowledged', 'hr'),
        ('ResultNotAcknowledged', 'to'), ('ResultNotAcknowledged', 'holder'), ('ResultWentOn', 'holder'), ('ResultWentOn', 'holders_manager'), ('ResultAppealed', 'committee'),
        ('ResultAppealed', 'hr'), ('AppealWithdrawn', 'committee'), ('AppealWithdrawn', 'hr'), ('AppealOverdue', 'to'), ('CalibrationOverdue', 'to'),
        ('AppealDecided', 'holder'), ('AppealDecided', 'holders_manager'), ('AppealDecided', 'hr'),
        ('LoweringProposed', 'hr'), ('LoweringProposed', 'committee'), ('LoweringDeclined', 'hr'),
        ('LoweringDeclined', 'committee'), ('MessageNotTaken', 'hr'), ('WebhookGivenUp', 'hr'),
        ('GoalCancelled', 'owner'), ('GoalCancelled', 'manager'), ('GoalSuperseded', 'owner'), ('GoalSuperseded', 'manager'),
        ('GoalPaused', 'owner'), ('GoalPaused', 'manager'), ('GoalResumed', 'owner'), ('GoalResumed', 'manager'),
        ('GoalRevised', 'owner'), ('GoalInterviewHeld', 'owner'), ('CriterionAccepted', 'owner'),
        ('CommitteeDecided', 'owner'), ('AdjustmentWithdrawn', 'manager'), ('AdjustmentWithdrawn', 'hr'),
        ('CheckInWithdrawn', 'owner'), ('EvidenceWaived', 'owner'), ('SheetOpened', 'sheet_holder'),
        ('GoalPlaced', 'sheet_holder'), ('GoalWeighted', 'sheet_holder'), ('DimensionWaived', 'sheet_holder'),
        ('SheetExtended', 'sheet_holder'), ('SheetScored', 'sheet_holder'), ('IncidentRecorded', 'sheet_holder'), ('IncidentWithdrawn', 'sheet_holder'),
        ('WorkEvaluated', 'owner'), ('EvaluationWithdrawn', 'owner'), ('DelegateNamed', 'delegate'),
        ('PolicyAmendmentProposed', 'committee'), ('PolicyAmendmentDecided', 'hr'), ('PolicyAmended', 'hr'),
        ('PolicyAmended', 'committee'), ('CycleAbandoned', 'hr'), ('CycleAbandoned', 'committee')
),
told as (
    select e.*, r.recipient, case when e.stream like 'cycle-%' then 'company' when e.stream like 'person-%' then e.data ->> 'person'
        when g.tier = 'department' then 'department.' || g.department
        else coalesce(nullif(g.owner, ''), read.holder_in(e.stream)) end as about
    from event e
    join tells t on t.type = e.type
    left join lateral (  -- goal by goal: Postgres expects more events than come, and would read all goals at once
        select * from read.goal where goal = e.stream offset 0) g on true
    left join lateral (select * from read.feedback where name = e.stream offset 0) f on true
    left join lateral (select * from read.coaching where name = e.stream offset 0) c on true
    left join lateral (select * from read.request where name = e.stream offset 0) q on true
    left join lateral (select * from read.promise where name = e.stream offset 0) p on true
    left join lateral read.held(g.tier, g.owner, g.department, g.segments, g.cycle, e.occurred_at) h on g.goal is not null
    left join lateral (  -- who was the mentor then: another may have been named since
        select o.data::jsonb ->> 'mentor' as mentor
        from ledger.event o
        where t.whom = 'mentor' and o.stream = e.stream and o.version <= e.version and o.type in ('CoachingOpened', 'MentorNamed')
        order by o.version desc limit 1) m on true
    cross join lateral (
        select jsonb_array_elements_text(case when t.whom = 'to' then e.data -> 'to' else '[]' end) as recipient
        union all
        select case t.whom
            when 'owner' then case when g.tier = 'department' then 'department.' || g.department else g.owner end
            when 'manager' then coalesce(h.manager, 'role:committee')
            when 'hr' then 'role:hr'
            when 'committee' then 'role:committee'
            when 'delegate' then e.data ->> 'delegate'
            when 'new_manager' then e.data ->> 'manager'
            when 'sheet_holder' then read.holder_in(e.stream)
            when 'holder' then read.holder_in(e.stream)
            when 'holders_manager' then read.manager_on(read.holder_in(e.stream), read.day_of(read.cycle_in(e.stream), e.occurred_at))
            when 'opener' then coalesce(f.opened_by, c.opened_by)
            when 'mentor' then m.mentor
            when 'former_mentor' then e.data ->> 'before'
            when 'asker' then q.opened_by
            when 'promiser' then p.promised_by end
        where t.whom <> 'to') r
    where r.recipient <> '' and r.recipient <> e.actor and e.data ->> 'told' is distinct from 'false'
      and not (e.type in ('CheckpointSet', 'SupportPromised') and e.data ->> 'reason' = '')  -- told with the plan itself
),
saved as (
    insert into notice_told (position, recipient, stream, version, type, about, by, at)
    select distinct on (position, recipient) position, recipient, stream, version, type, about, actor, occurred_at
    from told
    order by position, recipient
    on conflict (position, recipient) do nothing
)
select count(*) from event

-- What a department is told is told to whoever answers for it when they read it (RULES L2).
-- name: notices
select n.*, p.name as about_name, o.name as by_name
from read.notice_told n
left join read.person p on p.id = n.about
left join read.person o on o.id = n.by
where (n.recipient = any($1)
       or (n.recipient like 'department.%'
           and read.place_of(n.recipient, read.day_of(read.cycle_in(n.stream), null)) = any($1)))
  and n.by <> $2 and n.position > $3 and ($6::bigint is null or n.position < $6)
  and ($4::text is null or n.stream like '%-' || $4 || '-%' or n.stream = 'cycle-' || $4)
order by n.position desc
limit $5

-- The notices of the next $2 positions after one that have any; `place` is who answers for a department now.
-- name: told_after
select n.position, n.type, n.by,
    read.place_of(n.recipient, read.day_of(read.cycle_in(n.stream), null)) as place
from read.notice_told n
where n.position > $1
  and n.position <= (
    select max(f.position) from (
        select distinct t.position from read.notice_told t where t.position > $1 order by t.position limit $2) f)
order by n.position, n.recipient

-- What happened at these positions, whoever is told of it.
-- name: of_positions
select distinct on (n.position) n.*, p.name as about_name, o.name as by_name
from read.notice_told n
left join read.person p on p.id = n.about
left join read.person o on o.id = n.by
where n.position = any($1)
order by n.position

-- Who was the last to ask that each of these goals be done soon.
-- name: urges
select distinct on (n.stream) n.stream as goal, n.by, n.at
from read.notice_told n
where n.type = 'GoalUrged' and n.stream = any($1)
order by n.stream, n.position desc
