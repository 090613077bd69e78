-- Every salesperson's attainment by quarter, from the source files alone: the table that the year must end with.
-- A quota covers the orders from its day to the day before the next quota's. Amounts have four decimals in the
-- files, so they are added as whole ten-thousandths; attainment is in percent, half up to four places.
with
quota as (
  select
    BusinessEntityID as person,
    QuotaDate as starts,
    lead(QuotaDate) over (partition by BusinessEntityID order by QuotaDate) as next,
    cast(replace(SalesQuota, '.', '') as integer) as amount
  from sales_person_quota_history
),
quarter as (
  select
    quota.*,
    case starts
      when '2012-05-30' then 'Q1' when '2012-08-30' then 'Q2' when '2012-11-30' then 'Q3' when '2013-02-28' then 'Q4'
    end as quarter,
    (
      select coalesce(sum(cast(replace(SubTotal, '.', '') as integer)), 0)
      from sales_order_header
      where SalesPersonID = person and OrderDate >= starts and OrderDate < next
    ) as sold
  from quota
  where starts >= '2012-05-30' and starts <= '2013-05-29'
)
select
  person,
  FirstName || ' ' || LastName as name,
  quarter,
  (amount / 10000) || '.' || substr('000' || (amount % 10000), -4) as quota,
  (sold / 10000) || '.' || substr('000' || (sold % 10000), -4) as actual,
  (share / 10000) || '.' || substr('000' || (share % 10000), -4) as attainment
from (select quarter.*, (2000000 * sold + amount) / (2 * amount) as share from quarter) as quarter
join employee on employee.BusinessEntityID = person
order by cast(person as integer), quarter;
