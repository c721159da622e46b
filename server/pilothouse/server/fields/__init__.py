"""Who owns which field: sets of fields, what makes two objects differ, and server-side apply.

    sets.py        sets of fields and their algebra, in the form of metav1.FieldsV1
    elements.py    one step of a path: how it is written, ordered and told to people
    shapes.py      what apply knows of a type: structs, maps and lists, and how each is merged
    messages.py    the shapes of a message class, from the options of the .proto files
    comparing.py, lists.py   how two messages of a class differ, by a walker compiled once
    values.py      the same for JSON values, and which fields a JSON value sets
    checking.py    whether an applied configuration has the shape of its type
    sparse.py      a message as an applied configuration
    walking.py, walkers.py   a kind whose objects are messages, as apply sees it
    merging.py     a configuration merged into an object, and fields taken out of one
    managers.py    metadata.managedFields, read and written
    ownership.py, pruning.py   what an update and an apply make of all that
    last_applied.py, scale.py   what kubectl wrote before, and replicas seen through the scale subresource

The rules are those of structured-merge-diff v6 and of a kube-apiserver's managedfields package. Nothing here decides
what may be written, reads a store, or knows of requests: the verbs call it.
"""
