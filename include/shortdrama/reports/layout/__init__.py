"""How a page looks: as HTML, as plain text, as a workbook, as a mail."""
