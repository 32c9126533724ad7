"""One function per planner action; the command line, the ribbon and the functions in cells are thin faces over them.

An action is always: read from a host, understand with `sheets`, compute with `plan`, write with `sheets` and the host.
"""
