-- Every salesperson's attainment by quarter, from the source files alone: the table that the year must end with.
-- A quota covers the orders of its quarter, also where no further quota is known yet. Amounts have four decimals in the
-- files, so they are added as whole ten-thousandths; attainment is in percent, half up to four places.
with
quarter (quarter, starts, ends) as (
  values
    ('Q1', '2012-05-30', '2012-08-29'), ('Q2', '2012-08-30', '2012-11-29'),
    ('Q3', '2012-11-30', '2013-02-27'), ('Q4', '2013-02-28', '2013-05-29')
),
quota as (
  select
    BusinessEntityID as person,
    quarter.quarter,
    cast(replace(SalesQuota, '.', '') as integer) as amount,
    (
      select coalesce(sum(cast(replace(SubTotal, '.', '') as integer)), 0)
      from sales_order_header
      where SalesPersonID = BusinessEntityID and OrderDate between starts and ends
    ) as sold
  from sales_person_quota_history join quarter on QuotaDate = starts
)
select
  person,
  FirstName || ' ' || LastName as name,
  quarter,
  (amount / 10000) || '.' || substr('000' || (amount % 10000), -4) as quota,
  (sold / 10000) || '.' || substr('000' || (sold % 10000), -4) as actual,
  (share / 10000) || '.' || substr('000' || (share % 10000), -4) as attainment
from (select quota.*, (2000000 * sold + amount) / (2 * amount) as share from quota) as quota
join employee on employee.BusinessEntityID = person
order by cast(person as integer), quarter;
