from peer import run


def merge(lists):
    result = []
    while lists := [row for row in lists if row]:
        for row in lists:
            if not any(row[0] in other[1:] for other in lists):
                break
        else:
            raise TypeError("inconsistent hierarchy, no C3 MRO is possible")
        result.append(row[0])
        lists = [other[1:] if other[0] is row[0] else other for other in lists]
    return result


def mro_C3(*classes):
    if len(classes) == 1:
        return classes[0].mro()
    return merge([base.mro() for base in classes] + [list(classes)])


def names(classes):
    return "[" + ",".join("O" if each is object else each.__name__ for each in classes) + "]"


class A: pass
class B: pass
class C: pass
class E(A, B): pass
class F(B, C): pass
class G(E, F): pass
class X(A, B): pass
class Y(B, A): pass


def script():
    for each in (A, B, C, E, F, G):
        parents = ",".join("O" if base is object else base.__name__ for base in each.__bases__)
        print("%s(%s)=%s" % (each.__name__, parents, names(mro_C3(each))))
    print("mro_C3(E, F)=%s" % names(mro_C3(E, F)))
    try:
        print(names(mro_C3(X, Y)))
    except TypeError as error:
        print("TypeError: %s" % error)


run(script=script)
