-- name: begin
-- Mail begins with what happens from now on: nobody wants last year's notices.
insert into ledger.mail_position (position, way) values ($1, $2) on conflict do nothing;

-- name: position
select position from ledger.mail_position where way = $1;

-- name: found
-- Notes notices for people, each once, and how far they were looked for; nothing where somebody else has moved on
-- meanwhile. What was recorded longer than $5 seconds ago is left out: mail was away, or set up again.
with moved as (
    update ledger.mail_position set position = $4 where position = $3 and way = $6 returning position
)
insert into ledger.mail_notice (position, person, way)
select n.position, n.person, $6 from moved cross join unnest($1::bigint[], $2::text[]) n(position, person)
cross join lateral ledger.sealed(n.position - 1, n.position) e
where e.recorded_at > clock_timestamp() - make_interval(secs => $5)
on conflict do nothing;

-- name: gather
-- What comes for somebody while a mail to them waits for its hour goes with that one; else one mail for each person whose
-- first notice has waited for others long enough.
with later as (
    select distinct on (person) person, id from ledger.mail
    where way = $2 and state = 'waiting' and why is null and try_at > clock_timestamp() order by person, try_at, id
),
joined as (
    update ledger.mail_notice n set mail = l.id from later l where n.person = l.person and n.mail is null and n.way = $2
),
ready as (
    select n.person from ledger.mail_notice n left join later l using (person)
    where n.mail is null and n.way = $2 and l.id is null
    group by n.person having min(n.found_at) <= clock_timestamp() - make_interval(secs => $1)
),
made as (
    insert into ledger.mail (person, way) select person, $2 from ready returning id, person
)
update ledger.mail_notice n set mail = m.id from made m where n.person = m.person and n.mail is null and n.way = $2;

-- name: due
select id, person, tries, made_at from ledger.mail
where state = 'waiting' and way = $2 and try_at <= clock_timestamp() order by try_at, id limit $1;

-- name: notices_of
select position from ledger.mail_notice where mail = $1 order by position;

-- name: end
-- Whoever hands over a mail while another one takes the lead finds it in doubt, and knows better.
update ledger.mail set state = $2, why = $3, tries = tries + $4, ended_at = clock_timestamp()
where id = $1 and (state = 'waiting' or ($2 = 'sent' and state = 'failed' and why = 'in_doubt'));

-- name: again
update ledger.mail set why = $2, tries = tries + 1, try_at = clock_timestamp() + make_interval(secs => $3)
where id = $1 and state = 'waiting';

-- name: server_away
-- No mail can be sent now, and that is no mail's fault: each that is due says why, and one that has waited longer than $2
-- seconds is given up.
update ledger.mail set why = $1,
    state = case when made_at < clock_timestamp() - make_interval(secs => $2) then 'failed' else 'waiting' end,
    ended_at = case when made_at < clock_timestamp() - make_interval(secs => $2) then clock_timestamp() end
where state = 'waiting' and way = $3 and try_at <= clock_timestamp();

-- name: claim
update ledger.mail set why = $2
where id = $1 and state = 'waiting' and why is distinct from $2 and try_at <= clock_timestamp() returning id;

-- name: settle_doubts
update ledger.mail set state = 'failed', why = $2, ended_at = clock_timestamp()
where state = 'waiting' and why = $1 and way = $3;

-- name: put_off
update ledger.mail set try_at = $2 where id = $1 and state = 'waiting';

-- name: undelivered
-- What failed and was not tried again, and what has failed at least once and is still tried.
select person, state, why, count(*)::int as mails, min(made_at) as since from ledger.mail
where way = $1 and (state = 'failed' or (state = 'waiting' and why is not null and why <> 'sending'))
group by person, state, why
order by state, why, person;

-- name: retry
update ledger.mail set state = 'waiting', why = null, ended_at = null, tries = 0, made_at = clock_timestamp(),
    try_at = clock_timestamp()
where state = 'failed' and way = $2 and ($1::text is null or person = $1)
returning id;
