/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include "comparison.h"

/*
 * A finished result as its result.json has it, for what is printed of it later:
 * by any version of the program that knows the names it looks for.
 */
typedef struct tsim_stored TsimStored;
struct tsim_stored {
	char *dir;
	JsonNode *root;
	JsonObject *head; /* of @root */
	JsonArray *points; /* of @head, of objects with `parameters` and `policies` */
};

TsimStored *tsim_stored_load(const char *dir, GError **error);
void tsim_stored_free(TsimStored *stored);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimStored, tsim_stored_free)
guint tsim_stored_n_points(const TsimStored *stored);
char *tsim_stored_part(const TsimStored *stored);
JsonObject *tsim_stored_point(const TsimStored *stored, guint i);
/* "D = 1ms, T = 5s"; NULL without variables.  (transfer full) (nullable) */
char *tsim_stored_label(JsonObject *point);
/* Names in the order of the experiment.  (transfer full) */
GStrv tsim_stored_policies(JsonObject *point);
JsonObject *tsim_stored_policy(JsonObject *point, const char *name);
/* The difference to the first policy.  (nullable) */
JsonObject *tsim_stored_paired(JsonObject *point, const char *name);
GStrv tsim_stored_command(const TsimStored *stored);

/* What is not there, or of another kind: NAN, 0, "?".  @path: names with dots between. */
double tsim_stored_number(JsonObject *object, const char *path);
guint64 tsim_stored_count(JsonObject *object, const char *path);
const char *tsim_stored_text(JsonObject *object, const char *path);
struct tsim_estimate tsim_stored_estimate(JsonObject *object, const char *path);
struct tsim_estimate tsim_stored_quantile(JsonObject *object, const char *path);
struct tsim_moments tsim_stored_moments(JsonObject *policy, const char *metric);
double tsim_stored_confidence(const TsimStored *stored);
/* Is the member @name of an object @of of @object true? */
gboolean tsim_stored_flag(JsonObject *object, const char *of, const char *name);
/* Has no point a file system? */
gboolean tsim_stored_bare(const TsimStored *stored);
/* "churn on several devices, btrfs-6.1"; "reads on virtio-thin" if bare.  (transfer full) */
char *tsim_stored_subject(JsonObject *head);
/* Replications that failed. */
guint tsim_stored_n_failures(JsonObject *point);
