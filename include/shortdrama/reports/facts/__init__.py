"""What the published marts say, one module per subject: SQL in, frozen models out.

Connections have the snapshot's views as `marts.<name>` and are only read. Money is USD and Decimal
and never mixed over vendors or bases; `_pct` is 0-100. None means that there is no figure.
"""
