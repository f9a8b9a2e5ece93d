/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * systemd's own record of which unit a group belongs to. Anyone who may make folders can make one that
 * looks like a unit's; so Unit= policies go by what Manager.GetUnitByControlGroup answers on the
 * system bus, asked asynchronously; without a bus on the socket that systemd itself has. Without either there
 * is no answer and no unit matches.
 */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

struct units;

/* `unit` is the unit's name, only during the call, or NULL with why there is none: -ENXIO systemd knows
 * no unit there; another negative errno: it could not be asked, which may pass. */
typedef void (*units_answer_fn)(void *userdata, const char *unit, int error);

/* `user`: of the user's service manager. */
int units_new(struct units **ret, sd_event *event, bool user);
/* Is there a bus to ask? Tries to connect anew at most every UNITS_RETRY_USEC. */
#define UNITS_RETRY_USEC (UINT64_C(5) * 1000000)
bool units_available(struct units *units, uint64_t now);
/* Who is told from now on when systemd has read its files again. */
typedef void (*units_reload_fn)(void *userdata);
void units_on_reload(struct units *units, units_reload_fn reloaded, void *userdata);
/* 0, and answer() is called later unless *slot is unreferenced before; a negative errno. */
int units_ask(struct units *units, const char *path, units_answer_fn answer, void *userdata,
              sd_bus_slot **slot);
/* Asks for a restart of the unit, as `systemctl try-restart` does: one that an administrator is stopping stays stopped. It
 * is answered with `unit` NULL, and error 0 when systemd has taken the job; -ECANCELED: it does not restart what is
 * being stopped, or another job of its own goes before. */
int units_restart(struct units *units, const char *unit, units_answer_fn answer, void *userdata,
                  sd_bus_slot **slot);
/* Asks for a property of the unit with this object path; on_reply gets the message as it is, also where it is an
 * error. 0 or a negative errno. */
int units_ask_property(struct units *units, const char *object, const char *interface,
                       const char *property, sd_bus_message_handler_t on_reply, void *userdata,
                       sd_bus_slot **slot);
int units_reply_error(sd_bus_message *message); /* 0, or the negative errno that it says */
struct units *units_free(struct units *units);  /* NULL */
