-- name: lead
select pg_try_advisory_lock(hashtext('follower ' || $1))
