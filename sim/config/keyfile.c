/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config-private.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "suggest.h"

#define MAX_NAME 100 /* bytes of a group's or a key's name; all of it is shown in messages */
#define MAX_CONSTRAINTS 100 /* of an experiment */
#define MAX_INCLUDES 100 /* one in the other; each takes a part of the stack */

/*
 * The front pass.  GKeyFile merges duplicate groups, lets the last duplicate
 * key win, knows no include, no `;` or trailing comments, and its messages
 * have neither file nor line.  So the files are read here first; GKeyFile
 * then gets one normalised text.
 */
struct front {
	GHashTable *places, *columns; /* the config's */
	GHashTable *complete; /* set of canonical paths that are read to their end */
	GPtrArray *open; /* canonical paths of the files being read, outermost first */
	GString *text; /* normalised, for GKeyFile */
};

/* Where in which file the front pass is. */
struct cursor {
	const char *path;
	guint line;
	guint indent; /* bytes in front of the line's text */
	char *group; /* NULL: no group yet */
	gboolean useful; /* the file has a group or an include */
};

const char *const tsim_group_kinds[] = { "device",   "filesystem", "policy",
					 "workload", "experiment", NULL };

static gboolean read_file(struct front *front, const char *path, const struct cursor *from,
			  GError **error);

static gboolean throw_here(const struct cursor *at, GError **error, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

static gboolean throw_here(const struct cursor *at, GError **error, const char *format, ...)
{
	g_autofree char *message = NULL;
	va_list args;

	va_start(args, format);
	message = g_strdup_vprintf(format, args);
	va_end(args);
	return tsim_throw(error, "%s:%u: %s", at->path, at->line, message);
}

static gboolean is_name(const char *text)
{
	return strnlen(text, MAX_NAME + 1) <= MAX_NAME && g_ascii_isalnum(*text) &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQR"
			    "STUVWXYZ0123456789._+-") == strlen(text);
}

/*
 * Remember where @id (a group, or a group and key) stands; FALSE and the first place if it stood
 * before.
 */
static gboolean record_place(struct front *front, const struct cursor *at, const char *id,
			     const char **first)
{
	*first = g_hash_table_lookup(front->places, id);
	if (*first)
		return FALSE;
	g_hash_table_insert(front->places, g_strdup(id),
			    g_strdup_printf("%s:%u", at->path, at->line));
	return TRUE;
}

/* Cut a comment: the whole line at '#' or ';', a tail at a '#' that follows a blank. */
static void strip_comment(char *line)
{
	const char first = line[strspn(line, " \t")];

	if (first == '#' || first == ';') {
		*line = '\0';
		return;
	}
	for (char *c = line; *c; c++) {
		if (*c == '#' && c > line && g_ascii_isspace(c[-1])) {
			*c = '\0';
			return;
		}
	}
}

static gboolean check_kind(const struct cursor *at, const char *kind, GError **error)
{
	g_autoptr(GPtrArray) kinds = g_ptr_array_new();
	g_autofree char *hint = NULL, *shown = tsim_cut(kind);

	for (guint i = 0; tsim_group_kinds[i]; i++)
		g_ptr_array_add(kinds, (char *)tsim_group_kinds[i]);
	if (g_strv_contains(tsim_group_kinds, kind))
		return TRUE;
	hint = tsim_did_you_mean(kind, kinds);
	return throw_here(at, error,
			  "unknown group kind '%s'%s, write [device NAME], [filesystem NAME], "
			  "[policy NAME], [workload NAME] or [experiment NAME]",
			  shown, hint);
}

/* "[device  x]" -> "device x" */
static char *parse_header(const struct cursor *at, const char *line, GError **error)
{
	g_autofree char *inner = NULL, *shown = tsim_cut(line), *shown_name = NULL;
	g_auto(GStrv) words = NULL;
	const size_t length = strlen(line);
	char *name;

	if (line[length - 1] != ']') {
		throw_here(at, error, "unterminated group '%s', write [KIND NAME]", shown);
		return NULL;
	}
	inner = g_strstrip(g_strndup(line + 1, length - 2));
	words = g_strsplit_set(inner, " \t", 2);
	if (!words[0] || !check_kind(at, words[0], error)) {
		if (!words[0])
			throw_here(at, error, "empty group header, write [KIND NAME]");
		return NULL;
	}
	name = words[1] ? g_strstrip(words[1]) : "";
	if (!is_name(name)) {
		shown_name = tsim_cut(name);
		throw_here(at, error,
			   "bad group name '%s' in '%s', write [%s NAME]: one word of letters, "
			   "digits and . _ + -, at most %u of them",
			   shown_name, shown, words[0], MAX_NAME);
		return NULL;
	}
	return g_strdup_printf("%s %s", words[0], name);
}

static gboolean read_header(struct front *front, struct cursor *at, const char *line,
			    GError **error)
{
	const char *first;

	g_clear_pointer(&at->group, g_free);
	at->group = parse_header(at, line, error);
	if (!at->group)
		return FALSE;
	if (!record_place(front, at, at->group, &first))
		return throw_here(at, error,
				  "duplicate group [%s], first defined at %s; to change it "
				  "write a new group with 'inherit = %s'",
				  at->group, first, strchr(at->group, ' ') + 1);
	at->useful = TRUE;
	g_string_append_printf(front->text, "[%s]\n", at->group);
	return TRUE;
}

/*
 * All lines `constraint` of an experiment hold: the second is kept as
 * "constraint#2".  Too many would take long to count: then one is a duplicate.
 */
static char *stored_key(const struct front *front, const struct cursor *at, const char *key)
{
	char *stored = g_strdup(key);

	if (strcmp(key, "constraint") || !g_str_has_prefix(at->group, "experiment "))
		return stored;
	for (guint n = 2; n <= MAX_CONSTRAINTS; n++) {
		g_autofree char *id = g_strdup_printf("%s\n%s", at->group, stored);

		if (!g_hash_table_contains(front->places, id))
			break;
		g_free(stored);
		stored = g_strdup_printf("%s#%u", key, n);
	}
	return stored;
}

/* Remember the value of a key; files in a ${...} are looked for when it is replaced. */
static void store_value(struct front *front, const struct cursor *at, const char *key,
			const char *value, guint column)
{
	g_autofree char *located = strstr(value, "${") ? g_strdup(value) :
							 tsim_samples_locate(at->path, value);

	g_hash_table_insert(front->columns, g_strdup_printf("%s\n%s", at->group, key),
			    GUINT_TO_POINTER(column));
	g_string_append_printf(front->text, "%s=%s\n", key, located);
}

static gboolean read_key(struct front *front, const struct cursor *at, char *line, GError **error)
{
	char *equals = strchr(line, '='), *value;
	g_autofree char *id = NULL, *stored = NULL, *shown = tsim_cut(line), *shown_key = NULL;
	const char *key = line, *first;
	guint column;

	if (!equals)
		return throw_here(at, error,
				  "'%s' is no 'key = value', '[KIND NAME]', 'include FILE' or "
				  "comment",
				  shown);
	*equals = '\0';
	value = equals + 1 + strspn(equals + 1, " \t");
	column = at->indent + (guint)g_utf8_strlen(line, -1) + (guint)(value - equals) + 1;
	g_strstrip(line);
	if (!*key)
		return throw_here(at, error, "no key before '%s'", shown);
	shown_key = tsim_cut(key);
	if (!at->group)
		return throw_here(at, error,
				  "key '%s' stands before the first group, write a [KIND NAME] "
				  "line above it",
				  shown_key);
	if (!is_name(key))
		return throw_here(at, error,
				  "bad key name '%s': letters, digits and . _ + - only, at most %u "
				  "of them",
				  shown_key, MAX_NAME);
	stored = stored_key(front, at, key);
	id = g_strdup_printf("%s\n%s", at->group, stored);
	if (!record_place(front, at, id, &first))
		return strcmp(stored, key) ?
			       throw_here(at, error, "more than %u constraints in [%s]",
					  MAX_CONSTRAINTS, at->group) :
			       throw_here(at, error, "duplicate key '%s' in [%s], first set at %s",
					  key, at->group, first);
	store_value(front, at, stored, value, column);
	return TRUE;
}

/* An include ends the group before it, so that no key changes its group by what a file contains. */
static gboolean read_include(struct front *front, struct cursor *at, const char *name,
			     GError **error)
{
	g_autoptr(GError) local = NULL;
	g_autofree char *path = NULL;

	if (!*name || *name == '=')
		return throw_here(at, error, "write 'include FILE'");
	path = tsim_include_find(at->path, name, &local);
	if (!path)
		return throw_here(at, error, "%s", local->message);
	at->useful = TRUE;
	g_clear_pointer(&at->group, g_free);
	return read_file(front, path, at, error);
}

static gboolean check_characters(const struct cursor *at, const char *line, GError **error)
{
	for (const char *c = line; *c; c++)
		if (g_ascii_iscntrl(*c) && *c != '\t')
			return throw_here(at, error,
					  "control character 0x%02x, this must be a text file",
					  (guchar)*c);
	return TRUE;
}

static gboolean read_line(struct front *front, struct cursor *at, char *line, GError **error)
{
	const size_t length = strlen(line);

	if (length && line[length - 1] == '\r')
		line[length - 1] = '\0';
	if (!check_characters(at, line, error))
		return FALSE;
	strip_comment(line);
	at->indent = (guint)strspn(line, " \t");
	g_strstrip(line);
	if (!*line)
		return TRUE;
	if (*line == '[')
		return read_header(front, at, line, error);
	if (g_str_has_prefix(line, "include") &&
	    (line[7] == '\0' || g_ascii_isspace(line[7]) || line[7] == '='))
		return read_include(front, at, g_strstrip(line + 7), error);
	return read_key(front, at, line, error);
}

static gboolean check_encoding(struct cursor *at, const char *text, gsize length, GError **error)
{
	const char *end;

	if (g_utf8_validate(text, length, &end))
		return TRUE;
	for (const char *c = text; c < end; c++)
		at->line += *c == '\n';
	if (!*end)
		return throw_here(at, error, "NUL byte, this must be a text file");
	return throw_here(at, error, "byte 0x%02x is not UTF-8, this must be a text file",
			  (guchar)*end);
}

static gboolean read_lines(struct front *front, struct cursor *at, const char *text, GError **error)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (guint i = 0; lines[i]; i++) {
		at->line = i + 1;
		if (!read_line(front, at, lines[i], error))
			return FALSE;
	}
	at->line = 1;
	if (!at->useful)
		return throw_here(at, error,
				  "the file has no group, write for example [experiment NAME]");
	return TRUE;
}

static gboolean read_text(struct front *front, const char *path, const char *text, gsize length,
			  GError **error)
{
	struct cursor at = { .path = path, .line = 1 };
	gboolean ok;

	if (!length)
		return throw_here(&at, error, "the file is empty");
	ok = check_encoding(&at, text, length, error) && read_lines(front, &at, text, error);
	g_free(at.group);
	return ok;
}

static gboolean throw_cycle(const struct front *front, const char *canonical,
			    const struct cursor *from, GError **error)
{
	g_autoptr(GString) way = g_string_new(NULL);
	guint start = 0;

	while (strcmp(g_ptr_array_index(front->open, start), canonical))
		start++;
	for (; start < front->open->len; start++) {
		g_autofree char *base = g_path_get_basename(g_ptr_array_index(front->open, start));

		g_string_append_printf(way, "%s -> ", base);
	}
	return throw_here(from, error, "include cycle %s%s", way->str, strrchr(canonical, '/') + 1);
}

/*
 * @from: the line that includes @path, NULL for the first file.  A file that two others include is
 * read once.
 */
static gboolean read_file(struct front *front, const char *path, const struct cursor *from,
			  GError **error)
{
	g_autofree char *canonical = realpath(path, NULL), *text = NULL, *shown = NULL;
	gsize length;
	g_autoptr(GError) local = NULL;

	if (canonical && g_hash_table_contains(front->complete, canonical))
		return TRUE;
	if (canonical &&
	    g_ptr_array_find_with_equal_func(front->open, canonical, g_str_equal, NULL))
		return throw_cycle(front, canonical, from, error);
	if (front->open->len == MAX_INCLUDES)
		return throw_here(from, error, "includes are nested more than %u deep",
				  MAX_INCLUDES);
	if (!tsim_file_read(path, &text, &length, &local)) {
		shown = tsim_cut(path);
		return from ? throw_here(from, error, "include %s: %s", shown, local->message) :
			      tsim_throw(error, "%s: %s", path, local->message);
	}
	g_ptr_array_add(front->open, canonical);
	if (!read_text(front, path, text, length, error))
		return FALSE;
	g_ptr_array_set_size(front->open, front->open->len - 1);
	g_hash_table_add(front->complete, g_steal_pointer(&canonical));
	return TRUE;
}

/**
 * tsim_keyfile_read:
 * @config: its places and keys are filled
 *
 * Refuses, naming file:line: what is not UTF-8 text, empty files, unknown
 * kinds of groups, duplicate groups and keys (with both places), keys before
 * the first group, files that include each other.
 */
gboolean tsim_keyfile_read(struct tsim_config *config, const char *path, GError **error)
{
	g_autoptr(GHashTable) complete = g_hash_table_new_full(g_str_hash, g_str_equal, free, NULL);
	g_autoptr(GPtrArray) open = g_ptr_array_new();
	g_autoptr(GString) text = g_string_new(NULL);
	struct front front = { .places = config->places,
			       .columns = config->columns,
			       .complete = complete,
			       .open = open,
			       .text = text };

	return read_file(&front, path, NULL, error) &&
	       g_key_file_load_from_data(config->keys, text->str, text->len, G_KEY_FILE_NONE,
					 error);
}
