-- What webhooks are signed with and how their receivers behave.

-- name: keep
insert into ledger.webhook (name, id, wrapped, wrapped_by) values ($1, $2, $3, $4) on conflict (name) do nothing;

-- name: secret
select id, wrapped, wrapped_by from ledger.webhook where name = $1;

-- name: remove
delete from ledger.webhook where name = $1;

-- name: signed
select name from ledger.webhook;

-- name: troubles
select name, tries, failing_since, why, status, extract(epoch from try_at - clock_timestamp())::float8 as due_in
from ledger.webhook where tries > 0;

-- name: failed
update ledger.webhook
set tries = tries + 1, failing_since = coalesce(failing_since, clock_timestamp()),
    try_at = clock_timestamp() + make_interval(secs => $2), why = $3, status = $4
where name = $1
returning extract(epoch from clock_timestamp() - failing_since)::float8;

-- name: well
update ledger.webhook set tries = 0, failing_since = null, try_at = null, why = null, status = null
where name = $1 and tries > 0;
