-- outside a transaction
-- All goals of a manager, whatever their stage: what is reported of those that run waits for them too.
create index concurrently if not exists goal_of_manager on read.goal (manager);
drop index concurrently if exists read.goal_with_manager;
