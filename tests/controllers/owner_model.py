"""What becomes of owners and dependents, in few words: rules that are applied until none changes anything."""

from dataclasses import dataclass, field

HOLD = "a.test/hold"
FOREGROUND, ORPHAN = "foregroundDeletion", "orphan"


@dataclass(slots=True)
class Node:
    """refs: owner -> whether it waits for this object."""

    refs: dict[str, bool]
    finalizers: set[str] = field(default_factory=set)
    deleting: bool = False


class OwnerModel:
    """Objects by name."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}

    def add(self, name: str, refs: dict[str, bool], held: bool) -> None:
        self.nodes[name] = Node(dict(refs), {HOLD} if held else set())
        self.settle()

    def delete(self, name: str, policy: str) -> None:
        if name in self.nodes:
            self._delete(name, policy)
            self.settle()

    def release(self, name: str) -> None:
        """Whoever holds an object holds it no more."""
        if name in self.nodes:
            self.nodes[name].finalizers.discard(HOLD)
            self._go_if_free(name)
            self.settle()

    def settle(self) -> None:
        while any(self._step(name) for name in list(self.nodes)):
            pass

    def _delete(self, name: str, policy: str) -> None:
        node = self.nodes[name]
        node.finalizers -= {FOREGROUND, ORPHAN}
        node.finalizers |= {"Foreground": {FOREGROUND}, "Orphan": {ORPHAN}}.get(policy, set())
        node.deleting = True
        self._go_if_free(name)

    def _go_if_free(self, name: str) -> None:
        if self.nodes[name].deleting and not self.nodes[name].finalizers:
            del self.nodes[name]

    def _step(self, name: str) -> bool:
        """One rule applied to one object; whether there was one."""
        node = self.nodes.get(name)
        if node is None:
            return False
        dependents = {other: found.refs[name] for other, found in self.nodes.items() if name in found.refs}
        if node.deleting:
            if ORPHAN in node.finalizers:
                for other in dependents:
                    del self.nodes[other].refs[name]
                node.finalizers.discard(ORPHAN)
                self._go_if_free(name)
                return True
            if FOREGROUND in node.finalizers and not any(dependents[o] for o in dependents if o != name):
                node.finalizers.discard(FOREGROUND)
                self._go_if_free(name)
                return True
            return False
        return bool(node.refs) and self._judge(name, node, bool(dependents))

    def _judge(self, name: str, node: Node, owns: bool) -> bool:
        alive = {o for o in node.refs if o in self.nodes and not self._waits(o)}
        waiting = {o for o in node.refs if o in self.nodes and self._waits(o)}
        if alive:
            if alive == set(node.refs):
                return False
            node.refs = {o: node.refs[o] for o in alive}
            return True
        if waiting and owns:
            if any(self._waits(other) for other, found in self.nodes.items() if name in found.refs):
                node.refs = dict.fromkeys(node.refs, False)
            self._delete(name, "Foreground")
        else:
            self._delete(name, "Background")
        return True

    def _waits(self, name: str) -> bool:
        return self.nodes[name].deleting and FOREGROUND in self.nodes[name].finalizers
