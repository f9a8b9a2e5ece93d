# SPDX-License-Identifier: LGPL-2.1-or-later
"""Scenarios, drawn from their number and the seed alone.

The answer is known because each kind of scenario is built around one: a runaway breaks its limit by so much, or an
innocent stays on its side of it by so much, that how fast the machine is today cannot change who is right. Drawn are
the numbers, the way in which the limit is broken, the action, the neighbours and the moments.
"""

import json
import random

from kinds import (
    a_child_runs_away,
    a_group_ends_as_a_whole,
    a_group_is_frozen,
    a_page_decides,
    a_peak_of_shared_memory,
    a_protected_group,
    a_share_is_no_number_of_bytes,
    a_slice_never_ends_as_a_whole,
    a_users_workers,
    a_worker_over_its_limit,
    it_reports_first,
    many_at_once,
    one_grows_in_a_group,
    only_innocents,
    the_first_policy_wins,
    the_kernel_is_faster,
)
from kinds_between import (
    a_group_limit_behind_another_policy,
    a_share_of_the_group_above,
    limits_at_two_levels,
    moved_between,
    the_kernels_limit_changes,
)
from kinds_in_time import (
    BUDGET,
    a_burst,
    a_core_burns,
    a_crash_loop,
    a_group_is_made_again,
    a_leak,
    a_used_up_budget,
    bursts_without_harm,
    forked_elsewhere,
    it_comes_again,
    it_stops_itself,
    less_than_a_leak,
    moved_in,
    moved_out,
    one_while_another_dies,
)
from scenario import LOGGED, DRY, Scenario


def rehearse(s):
    """The same scenario under a daemon that only says what it would do."""
    for role, answer in s.answers.items():
        if answer and answer.outcome != LOGGED:
            answer.outcome, answer.signals = DRY, ((),)


KINDS = (
    a_worker_over_its_limit,
    a_worker_over_its_limit,
    a_worker_over_its_limit,
    only_innocents,
    a_page_decides,
    a_child_runs_away,
    a_child_runs_away,
    one_grows_in_a_group,
    one_grows_in_a_group,
    a_group_ends_as_a_whole,
    a_group_ends_as_a_whole,
    a_group_is_frozen,
    a_burst,
    bursts_without_harm,
    a_leak,
    a_leak,
    less_than_a_leak,
    the_first_policy_wins,
    a_users_workers,
    a_protected_group,
    moved_in,
    moved_out,
    forked_elsewhere,
    it_comes_again,
    many_at_once,
    one_while_another_dies,
    it_stops_itself,
    a_group_is_made_again,
    a_core_burns,
    it_reports_first,
    a_share_is_no_number_of_bytes,
    a_slice_never_ends_as_a_whole,
    a_peak_of_shared_memory,
    the_kernel_is_faster,
    the_kernel_is_faster,
    limits_at_two_levels,
    limits_at_two_levels,
    a_share_of_the_group_above,
    moved_between,
    the_kernels_limit_changes,
    a_group_limit_behind_another_policy,
)
REHEARSED = (
    a_worker_over_its_limit,
    a_page_decides,
    a_group_ends_as_a_whole,
    a_leak,
    the_first_policy_wins,
)
DAEMONS = {  # by name: the options and the lines of [Guard] of each
    "plain": ([], ["KillBudget=10000/1min"]),
    "budget": ([], [f"KillBudget={BUDGET}/10min"]),
    "dry": (["--dry-run"], []),
    "steady": ([], ["KillBudget=10000/1min"]),  # is not loaded anew: that begins every loop anew
}


def draw(seed, number):
    """The scenario of this number, and the name of the daemon that it is for."""
    scenario = Scenario(number, random.Random(f"{seed}/{number}"))
    daemon = {17: "steady", 18: "budget", 19: "dry"}.get(number % 20, "plain")
    if daemon == "budget":
        kind = a_used_up_budget
    elif daemon == "steady":
        kind = a_crash_loop
    elif daemon == "dry":
        kind = scenario.random.choice(REHEARSED)
    else:
        # Cards of a deck that is laid out again and again: every kind comes up equally often.
        deck = list(KINDS)
        random.Random(f"{seed}/deck").shuffle(deck)
        kind = deck[(number - number // 20 * 3) % len(deck)]
    scenario.kind = kind.__name__.replace("_", " ")
    kind(scenario)
    if daemon == "dry":
        rehearse(scenario)
    return scenario, daemon


def spell(script, files):
    """The script as play.py reads it, with the names of files put in."""
    text = json.dumps(script)
    for name, path in files.items():
        text = text.replace(json.dumps(name), json.dumps(path))
    return text
