/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

GByteArray *tsim_pack(const GByteArray *bytes);
GByteArray *tsim_unpack(const guint8 *data, gsize size);
