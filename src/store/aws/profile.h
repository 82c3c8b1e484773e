/*
 * Reads the files that programs for AWS share: ~/.aws/credentials and ~/.aws/config, sections of
 * `key = value`. Lines of other shapes are other programs' and ignored.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

/*
 * The value of a key in a section; NULL if there is none. The caller frees.
 *   text      the whole file
 *   section   as it stands between the brackets: "default", "profile work"
 */
char *aws_profile_find(struct span text, const char *section, const char *key);

/* The value of a profile's key, from the credentials file, else from the configuration file. */
char *aws_profile_read(const char *profile, const char *key);

/* As aws_profile_read(); `path_r` is the file that was read last; the caller frees it, too. */
char *aws_profile_read_from(const char *profile, const char *key, char **path_r);
