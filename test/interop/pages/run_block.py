"""Runs a block of Python from a page in a folder and prints, as JSON, how many values its expressions and variables have.

Each is read to its end: a relation of DuckDB is lazy and would read no row by itself. What the block prints goes to stderr.
"""

import ast
import contextlib
import json
import os
import sys

folder, source = sys.argv[1:]
os.chdir(folder)


def count(value):
    """The values of an array or the rows of a table; for anything else, 1."""
    if hasattr(value, "fetchall"):
        return len(value.fetchall())
    if hasattr(value, "values") and hasattr(value, "size"):
        return value.values.size  # pandas and xarray: read all of it.
    return 1


names = {"__name__": "__main__"}
counts = []
with contextlib.redirect_stdout(sys.stderr):
    for statement in ast.parse(source).body:
        if isinstance(statement, (ast.Expr, ast.Assign)):
            code = compile(ast.Expression(statement.value), "block", "eval")
            names["_"] = eval(code, names)
            counts.append({"code": ast.unparse(statement), "count": count(names["_"])})
            if isinstance(statement, ast.Expr):
                continue
            statement.value = ast.copy_location(ast.Name("_", ast.Load()), statement)
        exec(compile(ast.Module([statement], []), "block", "exec"), names)
print(json.dumps(counts))
