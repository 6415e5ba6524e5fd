-- An edition against the one before, row by row: what is lost, new, repeated or in a wrong place.
with

this as (
    select
        publisher, published_on, geography, segment, year, value_kind, value_basis,
        cast(value as double) as value, concat_ws(', ', geography, segment) as series
    from load
    where metric = 'revenue' and value > 0
),

editions as (
    select distinct publisher, published_on from this
),

-- The newest edition of the same publisher that is older than this one.
before as (
    select
        publisher, published_on, geography, segment, year, value_kind, value_basis, value,
        concat_ws(', ', geography, segment) as series
    from (
        select
            previous.* replace (cast(previous.value as double) as value),
            rank() over (
                partition by previous.publisher order by previous.published_on desc
            ) as recency
        from previous
        inner join editions
            on previous.publisher = editions.publisher
            and previous.published_on < editions.published_on
        where previous.metric = 'revenue' and previous.value > 0
    )
    where recency = 1
),

series_before as (
    select series, count(*) as years from before group by series
),

lost as (
    select series, years from series_before where series not in (select series from this)
),

added as (
    select series, count(*) as years
    from this
    where series not in (select series from series_before)
    group by series
),

-- The oldest years leave a table as time passes; later ones do not.
years_lost as (
    select year, count(*) as figures
    from before
    where year not in (select year from this) and year > (select min(year) from this)
    group by year
),

oldest_years_lost as (
    select year, count(*) as figures
    from before
    where year < (select min(year) from this)
    group by year
),

matched as (
    select
        this.series,
        this.segment,
        this.year,
        before.value_kind as kind_before,
        this.value_kind,
        before.value_basis as basis_before,
        this.value_basis,
        before.value as value_before,
        this.value,
        greatest(this.value / before.value, before.value / this.value) as factor
    from this
    inner join before
        on this.publisher = before.publisher
        and this.series = before.series
        and this.year = before.year
),

forecasts as (
    select
        count(*) as figures,
        count(*) filter (where value = value_before) as unchanged
    from matched
    where kind_before <> 'actual'
),

actuals as (
    select *
    from matched
    where kind_before = 'actual' and value_kind = 'actual'
),

-- Years that were over in both editions identify a row: do they stand in another row, or under the
-- year beside? A row that also fits its own place is not counted, since small markets may be alike.
candidates as (
    select
        this.series,
        before.series as series_before,
        this.year - before.year as years_off,
        count(*) as years,
        max(abs(ln(this.value / before.value))) as distance
    from this
    inner join before
        on this.publisher = before.publisher
        and (
            (this.series = before.series and this.year - before.year between -1 and 1)
            or (this.series <> before.series and this.year = before.year)
        )
    where before.value_kind = 'actual'
    group by this.series, before.series, this.year - before.year
    having count(*) >= 3
),

misplaced as (
    select other.series, other.series_before, other.years_off, other.years
    from candidates as other
    inner join candidates as own
        on other.series = own.series and own.series_before = own.series and own.years_off = 0
    where other.distance < 0.005
        and own.distance > 0.03
        and (other.series_before <> other.series or other.years_off <> 0)
),

-- Other publishers have other figures, even about years that are over.
borrowed as (
    select
        this.publisher,
        previous.publisher as other_publisher,
        count(*) as figures,
        count(*) filter (where this.value = cast(previous.value as double)) as same,
        if(
            count(*) < 20, null,
            round(
                count(*) filter (where this.value = cast(previous.value as double)) / count(*), 4
            )
        ) as same_ratio
    from this
    inner join previous
        on this.publisher <> previous.publisher
        and this.geography = previous.geography
        and this.segment = previous.segment
        and this.year = previous.year
    where previous.metric = 'revenue'
    group by this.publisher, previous.publisher
),

-- The same edition, handed in again: a misprint is one row, another basis is all of them.
corrected as (
    select
        load.geography,
        load.segment,
        load.year,
        cast(previous.value as double) as value_before,
        cast(load.value as double) as value,
        greatest(
            cast(load.value as double) / cast(previous.value as double),
            cast(previous.value as double) / cast(load.value as double)
        ) as factor
    from load
    inner join previous
        using (publisher, published_on, geography, segment, metric, unit, year)
    where load.metric = 'revenue'
)

select
    round(
        (select count(*) from lost)
        / (select if(count(*) < 5, null, count(*)) from series_before), 4
    ) as series_lost_ratio,
    (select list(l) from (from lost order by all limit 5) as l) as series_lost_ratio_samples,
    round(
        (select count(*) from added)
        / (select if(count(*) < 5, null, count(*)) from series_before), 4
    ) as series_added_ratio,
    (select list(a) from (from added order by all limit 5) as a) as series_added_ratio_samples,
    round(
        (select count(*) from years_lost)
        / (
            select if(count(distinct year) < 3, null, count(distinct year)) from before
        ), 4
    ) as years_lost_ratio,
    (select list(y) from (from years_lost order by all limit 5) as y) as years_lost_ratio_samples,
    (select count(*) from oldest_years_lost) as oldest_years_lost,
    (select list(y) from (from oldest_years_lost order by all limit 5) as y)
        as oldest_years_lost_samples,
    (
        select if(figures < 20, null, round(unchanged / figures, 4)) from forecasts
    ) as forecasts_unchanged_ratio,
    (select list(f) from forecasts as f) as forecasts_unchanged_ratio_samples,
    (
        select if(count(*) < 5, null, round(median(factor), 4)) from actuals
    ) as actuals_change_factor_median,
    (
        select list(a) from (
            select series, year, value_before, value from actuals
            order by factor desc, series, year, columns(*) limit 5
        ) as a
    ) as actuals_change_factor_median_samples,
    (select round(max(factor), 4) from actuals) as actuals_change_factor_max,
    (
        select list(a) from (
            select series, year, value_before, value from actuals
            order by factor desc, series, year, columns(*) limit 5
        ) as a
    ) as actuals_change_factor_max_samples,
    (select count(*) from matched where value_basis <> basis_before) as bases_changed,
    (
        select list(m) from (
            select series, year, basis_before, value_basis from matched
            where value_basis <> basis_before order by all limit 5
        ) as m
    ) as bases_changed_samples,
    (select count(distinct series) from misplaced) as series_misplaced,
    (select list(m) from (from misplaced order by all limit 5) as m) as series_misplaced_samples,
    (select max(same_ratio) from borrowed) as same_as_another_publisher_ratio,
    (
        select list(b) from (
            from borrowed order by same_ratio desc nulls last, columns(*) limit 5
        ) as b
    )
        as same_as_another_publisher_ratio_samples,
    (
        select if(count(*) < 5, null, round(median(factor), 4)) from corrected
    ) as correction_factor_median,
    (
        select list(c) from (
            select * exclude (factor) from corrected
            order by factor desc, geography, segment, year, columns(*) limit 5
        ) as c
    ) as correction_factor_median_samples
