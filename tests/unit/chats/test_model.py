# SPDX-License-Identifier: Apache-2.0
"""Random operations on the trees of several chats, against a plain model of them."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ktdesk.chats import open_chats
from ktdesk.chats.exchange.documents import add_document, documents


@dataclass
class Node:
    text: str
    role: str
    parent: int | None
    is_deleted: bool = False


@dataclass
class Tree:
    """A chat as anyone would write it down: nodes by id, and the end of what is shown."""

    nodes: dict[int, Node] = field(default_factory=dict)
    leaf: int | None = None

    def shown(self) -> list[int]:
        path, at = [], self.leaf
        while at is not None:
            path.append(at)
            at = self.nodes[at].parent
        return [id_ for id_ in reversed(path) if not self.nodes[id_].is_deleted]

    def versions(self, id_: int) -> tuple[int, ...]:
        own = self.nodes[id_]
        return tuple(
            other
            for other, node in sorted(self.nodes.items())
            if (node.parent, node.role, node.is_deleted) == (own.parent, own.role, False)
        )

    def below(self, id_: int) -> set[int]:
        found = {id_}
        for other, node in sorted(self.nodes.items()):
            if node.parent in found:
                found.add(other)
        return found


class Chats(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "chats.sqlite3"
        self.store = open_chats(self.path)
        self.trees: dict[int, Tree] = {}

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    def draw_message(self, data: st.DataObject) -> tuple[int, Tree, int] | None:
        chat = data.draw(st.sampled_from(sorted(self.trees)))
        shown = self.trees[chat].shown()
        return (chat, self.trees[chat], data.draw(st.sampled_from(shown))) if shown else None

    @initialize()
    def begin(self) -> None:
        self.new_chat()

    @rule()
    def new_chat(self) -> None:
        if len(self.trees) < 4:
            self.trees[self.store.chats.new()] = Tree()

    @rule(data=st.data(), text=st.text(max_size=8), answer=st.sampled_from(["", "yes", "no"]))
    def ask(self, data: st.DataObject, text: str, answer: str) -> None:
        chat = data.draw(st.sampled_from(sorted(self.trees)))
        tree = self.trees[chat]
        question, id_ = self.store.messages.ask(
            chat, text, parent_id=tree.leaf, model="", settings={}
        )
        tree.nodes[question] = Node(text, "user", tree.leaf)
        tree.leaf = question
        self.finish(chat, question, id_, answer)

    @rule(data=st.data(), answer=st.sampled_from(["", "again"]))
    def regenerate(self, data: st.DataObject, answer: str) -> None:
        if (found := self.draw_message(data)) and found[1].nodes[found[2]].role == "user":
            chat, _, question = found
            id_ = self.store.messages.begin(question, model="", settings={})
            self.finish(chat, question, id_, answer)

    def finish(self, chat: int, question: int, id_: int, answer: str) -> None:
        tree = self.trees[chat]
        if answer:
            self.store.messages.grow(id_, answer[:1])
            self.store.messages.end(id_, "done", answer)
            tree.nodes[id_] = Node(answer, "assistant", question)
            tree.leaf = id_
            return
        self.store.messages.discard(id_)
        answers = [
            other
            for other, node in tree.nodes.items()
            if (node.parent, node.role, node.is_deleted) == (question, "assistant", False)
        ]
        tree.leaf = max(answers, default=question)

    @rule(data=st.data(), text=st.text(max_size=8))
    def edit(self, data: st.DataObject, text: str) -> None:
        if found := self.draw_message(data):
            _, tree, id_ = found
            new = self.store.messages.edit(id_, text)
            tree.nodes[new] = Node(text, tree.nodes[id_].role, tree.nodes[id_].parent)
            tree.leaf = new

    @rule(data=st.data())
    def choose(self, data: st.DataObject) -> None:
        if found := self.draw_message(data):
            _, tree, id_ = found
            version = data.draw(st.sampled_from(tree.versions(id_)))
            self.store.messages.choose(version)
            tree.leaf = max(i for i in tree.below(version) if not tree.nodes[i].is_deleted)

    @rule(data=st.data(), is_undone=st.booleans())
    def delete(self, data: st.DataObject, is_undone: bool) -> None:
        if found := self.draw_message(data):
            _, tree, id_ = found
            self.store.messages.delete([id_])
            if is_undone:
                self.store.messages.restore([id_])
            else:
                tree.nodes[id_].is_deleted = True

    @rule(data=st.data())
    def branch(self, data: st.DataObject) -> None:
        if len(self.trees) < 4 and (found := self.draw_message(data)):
            _, tree, id_ = found
            shown = tree.shown()
            kept = shown[: shown.index(id_) + 1]
            chat = self.store.messages.branch(id_)
            copies = self.store.messages.path(chat)
            assert len(copies) == len(kept)
            new = Tree(leaf=copies[-1])
            for at, (copy, old) in enumerate(zip(copies, kept, strict=True)):
                parent = copies[at - 1] if at else None
                new.nodes[copy] = Node(tree.nodes[old].text, tree.nodes[old].role, parent)
            self.trees[chat] = new

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = open_chats(self.path)

    @rule(data=st.data())
    def carry_over(self, data: st.DataObject) -> None:
        """A chat that is exported and imported shows the same, version by version."""
        chat = data.draw(st.sampled_from(sorted(self.trees)))
        (document,) = documents(self.store, [chat])
        copy = add_document(self.store, document)
        old, new = self.store.messages.path(chat), self.store.messages.path(copy)
        assert self.texts(new) == self.texts(old)
        counts = [
            [len(self.store.messages.versions(path)[id_]) for id_ in path] for path in (old, new)
        ]
        if not any(node.is_deleted for node in self.trees[chat].nodes.values()):
            assert counts[0] == counts[1]
        self.store.chats.delete(copy)

    def texts(self, ids: list[int]) -> list[tuple[str, str]]:
        found = self.store.messages.load(ids)
        return [(found[id_].role, found[id_].content) for id_ in ids]

    @invariant()
    def the_store_shows_what_the_model_shows(self) -> None:
        for chat, tree in self.trees.items():
            shown = tree.shown()
            assert self.store.messages.path(chat) == shown
            assert self.texts(shown) == [(tree.nodes[i].role, tree.nodes[i].text) for i in shown]
            versions = self.store.messages.versions(shown)
            assert versions == {id_: tree.versions(id_) for id_ in shown}


Chats.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestChats = Chats.TestCase
