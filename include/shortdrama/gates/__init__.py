"""Gates: Great Expectations audits between two zones. Critical refuses, warning only reports."""
