-- Every salesperson's attainment by quarter, from the source files alone: the table that the year must end with.
-- A quota covers the orders of its quarter, also where no further quota is known yet; who joined within a quarter has the
-- part of it that their months are, a cut month by its days. Amounts have four decimals in the files, so they are added
-- as whole ten-thousandths; attainment is in percent, half up to four places.
with
month (quarter, starts, ends) as (
  values
    ('Q1', '2012-05-30', '2012-06-29'), ('Q1', '2012-06-30', '2012-07-29'), ('Q1', '2012-07-30', '2012-08-29'),
    ('Q2', '2012-08-30', '2012-09-29'), ('Q2', '2012-09-30', '2012-10-29'), ('Q2', '2012-10-30', '2012-11-29'),
    ('Q3', '2012-11-30', '2012-12-29'), ('Q3', '2012-12-30', '2013-01-29'), ('Q3', '2013-01-30', '2013-02-27'),
    ('Q4', '2013-02-28', '2013-03-29'), ('Q4', '2013-03-30', '2013-04-29'), ('Q4', '2013-04-30', '2013-05-29')
),
quarter (quarter, starts, ends) as (
  select quarter, min(starts), max(ends) from month group by quarter
),
there (person, quarter, months) as (
  select BusinessEntityID, quarter, sum(
    case
      when HireDate <= starts then 1.0
      when HireDate > ends then 0.0
      else (julianday(ends) - julianday(HireDate) + 1) / (julianday(ends) - julianday(starts) + 1)
    end)
  from employee join month
  group by BusinessEntityID, quarter
),
quota as (
  select
    BusinessEntityID as person,
    quarter.quarter,
    cast(round(cast(replace(SalesQuota, '.', '') as integer) * months / 3) as integer) as amount,
    (
      select coalesce(sum(cast(replace(SubTotal, '.', '') as integer)), 0)
      from sales_order_header
      where SalesPersonID = BusinessEntityID and OrderDate between starts and ends
    ) as sold
  from sales_person_quota_history
  join quarter on QuotaDate = starts
  join there on there.person = BusinessEntityID and there.quarter = quarter.quarter
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
