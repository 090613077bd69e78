-- name: horizon
with last as (
    select s.epoch, s.last_xid, s.last_id from ledger.segment s order by s.no desc limit 1
), waiting as (
    select count(*) as events, min(e.recorded_at) as since
    from ledger.event e
    where (e.epoch, e.xid, e.id) > (coalesce((select epoch from last), 0::smallint),
                                    coalesce((select last_xid from last), '0'::xid8),
                                    coalesce((select last_id from last), 0))
), holder as (
    -- Every transaction that has written and not ended, in any database of this cluster.
    select * from (
        select backend_xid as xid, pid, application_name as application, datname as database, xact_start as since,
               left(regexp_replace(query, '\s+', ' ', 'g'), 200) as statement
        from pg_stat_activity where backend_xid is not null and pid <> pg_backend_pid()
        union all
        select transaction, null, 'prepared transaction ' || gid, database, prepared, null from pg_prepared_xacts
    ) open
    order by age(xid) desc
    limit 1
), leader as (
    select a.application_name as sealer
    from pg_locks l join pg_stat_activity a using (pid)
    where l.locktype = 'advisory' and l.granted and l.classid = 7161696 and l.objid = 1 and l.objsubid = 2
      and l.database = (select oid from pg_database where datname = current_database())
    limit 1
)
select ledger.sealed_position() as sealed,
       w.events as unsealed,
       coalesce(greatest(extract(epoch from clock_timestamp() - w.since), 0), 0)::float8 as lag,
       h.xid::text::bigint as oldest_xid, h.pid, h.application, h.database,
       greatest(extract(epoch from clock_timestamp() - h.since), 0)::float8 as age, h.statement,
       (select sealer from leader) as sealer
from waiting w left join holder h on true;
