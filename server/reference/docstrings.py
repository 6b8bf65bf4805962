"""The docstrings that stand under the fields of a class, which Python itself throws away."""

import ast
import inspect
import textwrap
from typing import Any


def field_docstrings(cls: type[Any]) -> dict[str, str]:
    """What is written under each annotated name in the body of a class, and of those of ours that it inherits from."""
    inherited = (field_docstrings(base) for base in cls.__bases__ if "__annotations__" in vars(base) and _is_ours(base))
    module = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    (definition,) = (node for node in module.body if isinstance(node, ast.ClassDef))
    found: dict[str, str] = {name: text for docstrings in inherited for name, text in docstrings.items()}
    for field, below in zip(definition.body, definition.body[1:], strict=False):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[name] = inspect.cleandoc(text)
    return found


def _is_ours(base: type[Any]) -> bool:
    return base.__module__.partition(".")[0] in ("protocol", "server")
