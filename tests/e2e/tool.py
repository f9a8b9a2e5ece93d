# SPDX-License-Identifier: LGPL-2.1-or-later
"""bng's answers about a live daemon, and what it says without one."""

import json
import os

from harness import MIB, EndToEnd, main

POLICY = "[Policy web]\nCgroup={home}/*\nWorkerMemoryMax=48M\nLeakMax=1G\nGraceSec=1s\n"


class Tool(EndToEnd):
    def json(self, guard, *arguments):
        done = guard.bng(*arguments, "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
        return json.loads(done.stdout)

    def watched(self, guard, process):
        """The status's entry of a worker, or None, and of its policy."""
        for policy in self.json(guard, "status")["policies"]:
            for group in policy["groups"]:
                for worker in group["workers"]:
                    if (worker["pid"], worker["start_time"]) == process.identity:
                        return policy, group, worker
        return None

    def test_status_shows_what_is_watched(self):
        guard = self.guard(POLICY)
        process = self.grow(self.group("a"), 40, 20)

        def grown():
            found = self.watched(guard, process)
            return found if found and found[2]["memory"] > 20 * MIB else None

        policy, group, worker = self.wait_for("the worker in the status", grown)
        self.assertEqual((policy["name"], group["path"]), ("web", f"{self.home}/a"))
        self.assertEqual((worker["state"], worker["uid"]), ("watched", 0))
        self.assertLess(worker["memory"], 48 * MIB)
        text = guard.bng("status").stdout
        for word in ("web", f"{self.home}/a", str(process.pid)):
            self.assertIn(word, text)

    def test_status_tells_of_a_refused_reload(self):
        guard = self.guard(POLICY)
        self.assertIsNone(self.json(guard, "status")["config_error"])
        self.configure("[Policy web]\nNonsense=1\nMore=2\n")
        done = guard.bng("reload")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("test.conf:2", done.stdout + done.stderr)
        error = self.json(guard, "status")["config_error"]
        self.assertRegex(error, r"\A\S*test.conf:2: .*; \S*test.conf:3: .*[^;\\]\Z")
        done = guard.bng("reload", "--json")
        self.assertEqual("; ".join(json.loads(done.stdout)["errors"]), error)
        self.configure(POLICY)
        self.assertEqual(guard.bng("reload").returncode, 0)
        self.assertIsNone(self.json(guard, "status")["config_error"])

    def test_explain_says_how_near_each_limit_is(self):
        guard = self.guard(POLICY)
        process = self.grow(self.group("a"), 40, 20)
        self.wait_for("the worker", lambda: self.watched(guard, process))
        explanation = self.json(guard, "explain", str(process.pid))["process"]
        self.assertEqual(explanation["cgroup"], f"{self.home}/a")
        self.assertEqual([p["match"] for p in explanation["policies"]], ["applies"])
        limits = {limit["key"]: limit for limit in explanation["limits"]}
        self.assertEqual(limits["WorkerMemoryMax"]["limit"], 48 * MIB)
        self.assertIn("LeakMax", limits)
        self.assertIn("WorkerMemoryMax", guard.bng("explain", str(process.pid)).stdout)

    def test_explain_says_why_nothing_happens_to_others(self):
        guard = self.guard(POLICY)
        for pid in (os.getpid(), guard.process.pid):
            explanation = self.json(guard, "explain", str(pid))["process"]
            self.assertNotIn("applies", [p["match"] for p in explanation["policies"]])
        done = guard.bng("explain", "4194304")
        self.assertNotEqual(done.returncode, 0)
        self.assertTrue(done.stderr)

    def test_explain_of_who_is_in_a_watched_group_and_under_no_policy(self):
        guard = self.guard(POLICY.replace("Cgroup={home}/*", "Cgroup={home}/*\nUser=nobody"))
        process = self.grow(self.group("a"), 40, 20)
        known = lambda: [p["match"] for p in self.json(guard, "explain", str(process.pid))["process"]["policies"]]
        self.wait_for("it to be known", lambda: known() == ["other-worker"])
        self.assertEqual(self.json(guard, "explain", str(process.pid))["process"]["state"], "unwatched")
        said = guard.bng("explain", str(process.pid)).stdout
        self.assertIn("it is not watched", said)
        self.assertNotIn("It is watched", said)
        group = self.json(guard, "status")["policies"][0]["groups"][0]
        self.assertEqual((group["path"], group["peak"], group["rate"]), (f"{self.home}/a", None, None))

    def test_explain_of_one_in_a_group_below(self):
        guard = self.guard("[Policy p]\nCgroup={home}/a\nWorkerMemoryMax=32M\nGroupMemoryMax=500M\nLeakMax=1G\n")
        self.group("a")
        process = self.grow(self.group("a/below"), 60, 60)

        def explained():
            answer = self.json(guard, "explain", str(process.pid))["process"]
            return answer if answer["memory"] > 48 * MIB else None

        answer = self.wait_for("its size", explained)
        self.assertEqual([p["match"] for p in answer["policies"]], ["applies"])
        # Its own memory is no matter of a policy that names the group above.
        self.assertEqual([limit["key"] for limit in answer["limits"]], ["GroupMemoryMax"])
        self.assert_lives(process)

    def test_explain_of_a_zombie(self):
        guard = self.guard(POLICY)
        process = self.grow(self.group("a"), 40, 20)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        # Until the next look it is known as it was.
        self.wait_for("a word of it", lambda: "a zombie" in guard.bng("explain", str(process.pid)).stdout)

    def test_history_is_there_with_and_without_the_daemon(self):
        guard = self.guard(POLICY)
        process = self.grow(self.group("a"), 40, 60)
        verdict = self.assert_ended(guard, process, "worker-memory")
        self.assertIn(verdict["message"], guard.bng("history").stdout.replace("\n", " "))
        guard.stop()
        self.assertIn(str(process.pid), guard.bng("history").stdout)
        self.assertNotEqual(guard.bng("status").returncode, 0)
        self.assertIn("bignum-guardd", guard.bng("status").stderr)

    def test_a_configuration_is_checked_without_the_daemon(self):
        guard = self.guard(POLICY)
        good = self.configure(POLICY)
        self.assertEqual(guard.bng("check-config", str(good)).returncode, 0)
        bad = self.configure("[Policy web]\n Cgroup=/a\nCgroup=/a\nWorkerMemoryMax=1Q\n")
        done = guard.bng("check-config", str(bad))
        self.assertNotEqual(done.returncode, 0)
        for place in ("test.conf:2", "test.conf:4"):
            self.assertIn(place, done.stdout + done.stderr)

    def test_a_command_line_cannot_write_to_a_terminal(self):
        guard = self.guard("[Guard]\nRecordCommand=full\n" + POLICY)
        process = self.grow(self.group("a\033[2J"), 40, 60)
        verdict = self.assert_ended(guard, process, "worker-memory")
        self.assertNotIn("\033", verdict["cgroup"])
        for command in ("history", "status"):
            self.assertNotIn("\033", guard.bng(command).stdout)


if __name__ == "__main__":
    main()
