-- One row per published cell of the workbook.
select
    publisher,
    published_on,
    workbook_version,
    geography,
    segment,
    metric,
    unit,
    year,
    value_kind,
    value,
    is_lower_bound,
    value_basis,
    basis_evidence,
    file_name,
    sheet,
    cell
from answers
