"""The comparison of the two systems' registers: what it holds, how alike two records are, and how it is shown."""
