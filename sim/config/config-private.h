/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include "config.h"

/* Inside of sim/config only. */

/* The kinds of groups, NULL-terminated. */
extern const char *const tsim_group_kinds[];

struct tsim_override {
	char *kind; /* "device", "policy" ... */
	char *rest; /* what follows "kind.": "discard.base", for policies "NAME.KEY" */
	char *value;
	char *label; /* "--set device.discard.base=5ms" */
};

/* Group names are normalised to "kind name". */
struct tsim_config {
	char *path;
	GKeyFile *keys; /* raw values; read them with tsim_config_value() only */
	GHashTable *places; /* "kind name" or "kind name\nkey" -> "file:line" */
	GHashTable *columns; /* "kind name\nkey" -> column of the value, from 1 */
	GPtrArray *overrides; /* (element-type struct tsim_override) in order: the last one wins */
	/*
	 * At one point of a sweep what the keys of the experiment are that have ${...}, instead of
	 * what is written: (element-type utf8 struct tsim_found); without text when the key is no
	 * option.  Else NULL.
	 */
	GHashTable *point;
};

/* keyfile.c: read @path and what it includes into @config. */
gboolean tsim_keyfile_read(struct tsim_config *config, const char *path, GError **error);

/* include.c */
char *tsim_include_find(const char *from, const char *name, GError **error);
char *tsim_samples_locate(const char *from, const char *value);
gboolean tsim_file_read(const char *path, char **text, gsize *length, GError **error);

/* cut.c: what a message shows of the input. */
char *tsim_cut(const char *text);
char *tsim_cut_message(const char *text);
char *tsim_context(const char *place, const char *group, const char *key, const char *value);

/* config.c */
const char *tsim_config_place(const TsimConfig *config, const char *group, const char *key);
guint tsim_config_column(const TsimConfig *config, const char *group, const char *key);
gboolean tsim_config_has_group(const TsimConfig *config, const char *group);
char *tsim_config_value(const TsimConfig *config, const char *group, const char *key);
GPtrArray *tsim_config_names(const TsimConfig *config, const char *kind);

/*
 * group.c: a named group with all it inherits from, nearest first.  A name
 * that is only a built-in kind has no group, but stands in @names.
 */
typedef struct tsim_chain {
	const char *kind;
	GPtrArray *names; /* (element-type utf8) */
} TsimChain;

TsimChain *tsim_chain_new(const TsimConfig *config, const char *kind, const char *name,
			  const struct tsim_schema *schema, const char *wanted_by, GError **error);
void tsim_chain_free(TsimChain *chain);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsimChain, tsim_chain_free)
/* The value of @key and its place, from the nearest group that has it; NULL if none has. */
char *tsim_chain_value(const TsimConfig *config, const TsimChain *chain, const char *key,
		       char **group, const char **place);
gboolean tsim_is_kind(const struct tsim_schema *schema, const char *kind, const char *name);
void tsim_add_kinds(const struct tsim_schema *schema, const char *kind, GPtrArray *names);

/* check.c */
const struct tsim_option *tsim_chain_options(const TsimConfig *config, const TsimChain *chain,
					     const struct tsim_schema *schema, char **type,
					     GError **error);
gboolean tsim_throw_unknown_key(const char *context, const char *key,
				const struct tsim_option *options, GError **error);
gboolean tsim_throw_sweep(const char *context, GError **error);
gboolean tsim_check_text(const char *context, const struct tsim_option *option, const char *text,
			 char **canonical, GError **error);

/* lookup.c: one resolved group of the experiment. */
struct tsim_section {
	const char *kind;
	char *name;
	char *type; /* kind of the workload or policy, else NULL */
	const struct tsim_option *options;
	TsimChain *chain;
};

/* What is written for one option. */
struct tsim_found {
	char *text;
	char *origin; /* "a.conf:12", "--set", "default" */
	char *context; /* for messages: "a.conf:12: [device x] discard.base = 5" */
};

void tsim_section_free(struct tsim_section *section);
void tsim_found_clear(struct tsim_found *found);
gboolean tsim_section_find(const TsimConfig *config, const TsimChain *experiment,
			   const struct tsim_section *section, const struct tsim_option *option,
			   struct tsim_found *found, GError **error);
/* Refuse keys of the experiment and of --set that no section knows. */
gboolean tsim_sections_check(const TsimConfig *config, const struct tsim_schema *schema,
			     const TsimChain *experiment, const GPtrArray *sections,
			     GError **error);

/* sweep-entries.c */
gboolean tsim_is_constraint(const char *key);

/* resolve.c, manifest.c */
struct tsim_value {
	struct tsim_resolved_value public;
	const struct tsim_option *option; /* NULL: the key "kind" */
	char *canonical;
	char *text, *origin; /* owned; public points to them */
};

struct tsim_resolved {
	char *experiment;
	GPtrArray *sections; /* (element-type struct tsim_section) */
	GPtrArray *values; /* (element-type struct tsim_value) sorted; public comes first in it */
};

char *tsim_config_choose(const TsimConfig *config, const char *experiment, GError **error);
TsimResolved *tsim_config_resolve_checked(const TsimConfig *config, const char *experiment,
					  const struct tsim_schema *schema, GError **error);
void tsim_resolved_append_section(GString *text, const TsimResolved *resolved,
				  const struct tsim_section *section, gboolean origins);
const struct tsim_value *tsim_resolved_find(const TsimResolved *resolved, const char *kind,
					    const char *name, const char *key);
