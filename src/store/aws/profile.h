/*
 * The files that programs for AWS share: ~/.aws/credentials and ~/.aws/config, sections of
 * `key = value`. Lines of other shapes are other programs' and passed over.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

/*
 * What a section says of a key; NULL if nothing. The caller frees.
 *   text      the whole file
 *   section   as it stands between the brackets: "default", "profile work"
 */
char *aws_profile_find(struct span text, const char *section, const char *key);

/* The same from the file of the credentials, then from that of the configuration. */
char *aws_profile_read(const char *profile, const char *key);

/* As aws_profile_read(), and `path_r` is the file that was asked last; the caller frees it, too. */
char *aws_profile_read_from(const char *profile, const char *key, char **path_r);
