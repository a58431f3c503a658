"""Builds hierarchies as real Python classes, one for each line of standard input, and prints what becomes of each class.

A line is `name:parent,parent;name:parent`, parents before their children. The answer has for each class its
`__mro__`, or `!` with the class that failed (an ancestor, where a parent could not be built) and why: `duplicate`, or
the heads that the TypeError names. `object` is Python's own where a line names it, and left out where it does not.
"""
import re
import sys

for line in sys.stdin:
    explicit_root = "object" in line
    classes, failures, answers = {"object": object} if explicit_root else {}, {}, []
    for definition in line.strip().split(";"):
        name, _, rest = definition.partition(":")
        parents = rest.split(",") if rest else []
        if name == "object":
            answers.append("object")
            continue
        failed = [parent for parent in parents if parent in failures]
        duplicate = len(set(parents)) < len(parents)
        if failed and not duplicate:
            failures[name] = failures[failed[0]]
        else:
            try:
                # A class that failed has a stand-in, for Python looks for duplicates among bases that exist.
                bases = tuple(classes.get(parent) or type(parent, (), {}) for parent in dict.fromkeys(parents))
                if duplicate:
                    bases += bases
                classes[name] = type(name, bases, {})
            except TypeError as error:
                message = " ".join(str(error).split())
                if "duplicate base class" in message:
                    failures[name] = f"{name} duplicate"
                else:
                    heads = re.fullmatch(r".*\(MRO\) for bases (.*)", message)[1].split(", ")
                    failures[name] = f"{name} " + ",".join(head for head in heads if explicit_root or head != "object")
        if name in failures:
            answers.append("!" + failures[name])
        else:
            mro = [base.__name__ for base in classes[name].__mro__]
            answers.append(",".join(mro if explicit_root else mro[:-1]))
    print(";".join(answers))
