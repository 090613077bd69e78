-- Whoever follows the log beside the read models has a subscription in the ledger now, and goes on from where it was.
insert into ledger.subscription (name, types, position)
select name, '{}', cursor from read.follower
on conflict (name) do nothing;
drop table read.follower;
