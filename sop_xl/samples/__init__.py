"""Real sample data that ships with the package, laid out as the rows of a workbook's input tables."""
