/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "stored.h"

/* Parts of the report for mails. */
char *tsim_mail_runs(JsonObject *policy);
const char *tsim_mail_mark(JsonObject *paired, const char *name);
void tsim_mail_rows(GString *out, JsonObject *point, const char *first, const char *second);
void tsim_mail_facts(GString *out, const TsimStored *stored);
