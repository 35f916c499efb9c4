"""Everything outside the program: files, locks, YAML, XML, workbooks and HTTP."""
