# SPDX-License-Identifier: GPL-3.0-or-later
# cmake -DSOURCES=LIST -DOUTPUT=FILE -P model-version.cmake: a C file with the
# hash of the sources, in the order of their names.
list(SORT SOURCES)
set(all "")
foreach(source ${SOURCES})
	file(SHA256 ${source} hash)
	string(APPEND all "${source} ${hash}\n")
endforeach()
string(SHA256 hash "${all}")
string(SUBSTRING ${hash} 0 12 hash)
file(WRITE ${OUTPUT} "#include \"model-version.h\"\n
const char tsim_model_version[] = \"${hash}\";\n")
