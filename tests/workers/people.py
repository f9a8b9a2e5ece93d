# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two people who are each other's best friend: the reference cycle of the textbooks."""

import weakref


class Person:
    """Holds a friend, so that two of them are a cycle which counting references never frees."""

    def __init__(self, name, size):
        self.name = name
        self.diary = bytes([ord(name[0])]) * size
        self.best_friend = None

    def __del__(self):
        self.diary = None


class WeakPerson(Person):
    """The fix: a friend is known, not owned."""

    @property
    def best_friend(self):
        return self._best_friend and self._best_friend()

    @best_friend.setter
    def best_friend(self, friend):
        self._best_friend = friend and weakref.ref(friend)


def meet(person, size):
    """One request's work: two people of `size` bytes each meet, and nobody keeps them."""
    ann, bob = person("Ann", size), person("Bob", size)
    ann.best_friend, bob.best_friend = bob, ann
    return len(ann.best_friend.name + bob.best_friend.name)
