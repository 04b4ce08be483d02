"""Pictures that end or hang the process that decodes them: found out, tried in a process of their own, remembered."""
