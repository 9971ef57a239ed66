"""Files as people save them: rows of CSV, XLSX, XLS and ODS, or why they cannot be read."""
