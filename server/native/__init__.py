"""The hot modules as machine code: the same sources, compiled by mypyc where there is a C compiler, and optional."""
