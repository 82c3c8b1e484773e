/* Text for man(7): what the reader of a manual sees is what stands in our tables. */
#pragma once

#include "base/str.h"

/* Adds words of a line; characters that roff would take for its own are escaped. */
void roff_words(struct str *to, const char *text);

/* Adds words in bold or, where a person puts something of their own, in italics. */
void roff_bold(struct str *to, const char *text);
void roff_italic(struct str *to, const char *text);

/* Adds paragraphs: lines flow together, an empty one begins a new paragraph. Ends the line. */
void roff_flow(struct str *to, const char *text);
