"""What follows from the records and results, before it is put into words, tables and figures."""
