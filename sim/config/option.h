/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stddef.h>

/*
 * One table drives parsing, validation, --help, `trimsim keys`, the man page
 * and the completion.  A module declares `static const struct tsim_option
 * name_options[]`, ended by an entry without a name, and a plain struct that
 * the table's offsets point into.
 */
enum tsim_option_type {
	TSIM_OPT_BOOL,		/* gboolean */
	TSIM_OPT_COUNT,		/* guint64 */
	TSIM_OPT_TIME,		/* tsim_ns */
	TSIM_OPT_BYTES,		/* guint64 */
	TSIM_OPT_RATE,		/* double, bytes per second, may be inf */
	TSIM_OPT_FREQUENCY,	/* double, per second */
	TSIM_OPT_SHARE,		/* double, 0..1 */
	TSIM_OPT_REAL,		/* double */
	TSIM_OPT_LAW,		/* TsimLaw *, owned; NULL when the text is "none" or empty */
	TSIM_OPT_ENUM,		/* int, index into choices */
	TSIM_OPT_STRING,	/* char *, owned */
	TSIM_OPT_LIST,		/* GStrv, owned; comma separated */
};

struct tsim_option {
	const char *name;
	enum tsim_option_type type;
	size_t offset;
	/*
	 * Permitted range in base units (ns, bytes, /s), of a law's mean, of a
	 * list's length; max 0: unbounded.
	 */
	double min, max;
	const char *const *choices;	/* TSIM_OPT_ENUM, NULL-terminated */
	const char *def;		/* default, in the config language; NULL: required */
	const char *help;		/* one line */
	const char *source;		/* where the default comes from, or NULL */
};

gboolean tsim_option_parse(const struct tsim_option *option, const char *text, void *target,
			   GError **error);
char *tsim_option_format(const struct tsim_option *option, const void *target);
/* The canonical text of the default, NULL for a required option.  (transfer full) */
char *tsim_option_default(const struct tsim_option *option);
/* Set every option of @options in @target to its default. */
void tsim_options_defaults(const struct tsim_option *options, void *target);
/* Free what the LAW, STRING and LIST options of @target own. */
void tsim_options_clear(const struct tsim_option *options, void *target);
/* "time", "bytes", "law" ... for people. */
const char *tsim_option_type_name(enum tsim_option_type type);
/* The permitted values, exact, "0s to 1min"; empty when everything is.  (transfer full) */
char *tsim_option_range(const struct tsim_option *option);
/* The entry called @name, or NULL. */
const struct tsim_option *tsim_options_find(const struct tsim_option *options, const char *name);
